"""Words and posters."""

import time
from datetime import date
from pathlib import Path


def word(total: float, tone: str = "plain") -> str:
    return f"{total:.2f}{'!' if tone == 'loud' else '.'}"


def poster(text: str, day: date, tonnes: dict[str, list[float]]) -> Path:
    path = Path("poster.txt")
    path.write_text(f"{day:%d %B} {text} {sum(map(len, tonnes.values()))} ships\n", encoding="utf-8")
    return path


def ring(text: str) -> None:
    print(text, time.time())  # noqa: T201 - goes to the log
