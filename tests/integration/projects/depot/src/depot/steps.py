"""What the depot does with parcels."""

import sys
import time
from pathlib import Path


def list_parcels(count: int) -> list[int]:
    return [n + 1 for n in range(count)]


def weigh(size: int) -> int:
    return size * 2


def pack(weight: int, padding: int) -> int:
    return weight + padding


def label(weight: int) -> str:
    return f"{weight} kg"


def total(weights: list[int], more: int) -> int:
    return sum(weights) + more


def shout(text: str) -> None:
    sys.stdout.write(text)


def picky(size: int) -> int:
    if size == 0:
        raise ValueError("nothing in it")
    return size


def fail(text: str) -> None:
    time.sleep(0.3)
    raise ValueError(f"cannot send {text!r}")


def slow(text: str) -> None:
    time.sleep(1.5)
    if text:
        Path(text).write_text("slow was there")


def note(error: dict, mark: str) -> None:
    sys.stdout.write(f"{error['kind']} {error['node']} {error['attempts']} {error['message']}")
