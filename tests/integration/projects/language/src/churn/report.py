"""Telling people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple


@dataclass
class Who:
    """Somebody."""

    name: str
    sizes: dict[str, list[int]]
    title: str = "Dr"


class Said(NamedTuple):
    """What was said, and of whom."""

    line: str
    who: Who


def tell(text: str) -> None:
    """Says it."""
    print(text)  # noqa: T201 - what a task prints is its log


def text(n: int) -> str:
    """So many of them."""
    return "x" * n


def same(text: str) -> str:
    """What it was given."""
    return text


def spelled(at: datetime, pause: timedelta, ratio: float, who: Who, also: list[str]) -> Said:
    """Everything in a line."""
    words = [at.isoformat(), str(pause), repr(ratio), f"{who.title} {who.name}", str(who.sizes), " ".join(also)]
    return Said(line="; ".join(words), who=who)
