"""Functions of a second or less; what they are called for, they leave as lines of files where somebody asks."""

import hashlib
import os
import time
from datetime import datetime
from pathlib import Path

from flyteops import context
from flyteops.types import NonRecoverable


def double(x: int) -> int:
    return 2 * x


def total(values: list[int], more: int) -> int:
    return sum(values) + more


def picky(x: int) -> int:
    if x == 0:
        raise ValueError("nothing in it")
    return 10 * x


def fail(text: str) -> int:
    raise ValueError(f"cannot send {text!r}")


def told(error: dict, mark: str) -> str:
    return f"{mark}: {error['kind']} {error['node']} {error['attempts']} {error['message']}"


def linger(seconds: float) -> int:
    time.sleep(seconds)
    return 1


def mark(path: str, wait: float) -> int:
    """A line for every call, written when it begins."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("called\n")
    time.sleep(wait)
    return 7


def flaky(path: str) -> str:
    """Fails twice, then works."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("tried\n")
    tried = len(Path(path).read_text("utf-8").splitlines())
    if tried < 3:
        raise ConnectionError("away")
    return f"worked at attempt {tried}"


def hopeless(path: str) -> int:
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("tried\n")
    raise NonRecoverable("no such region")


def fingerprints(file: str) -> list[str]:
    """Digests of what a task is given in secret: as a variable, as a file, by asking."""
    given = (os.environ["TOKEN"], Path(file).read_text("utf-8"), context.secrets.get("asked"))
    return [hashlib.sha256(each.encode()).hexdigest()[:8] for each in given]


def beside(folder: str) -> str:
    """What the container beside this one has written."""
    path = Path(folder, "said")
    for _ in range(100):
        if path.exists():
            return path.read_text("utf-8").strip()
        time.sleep(0.1)
    return "nobody"


def product(a: int, b: int) -> int:
    return a * b


def breaks() -> int:
    raise ValueError("no")


def words(path: Path) -> str:
    return path.read_text("utf-8").strip()


def slot(started: datetime) -> str:
    return started.isoformat()
