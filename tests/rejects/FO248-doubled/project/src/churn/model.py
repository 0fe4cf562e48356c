from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path


class Region(Enum):
    EU = "eu"
    US = "us"


@dataclass
class Setting:
    name: str
    depth: int = 3


def prep(rows: int = 10) -> Path: ...


def fit(data: Path, rate: float = 0.1) -> tuple[Path, float]: ...


def score(model: Path, rows: int) -> float: ...


def maybe() -> float | None: ...


def tune(setting: Setting) -> float: ...


def place(region: Region, since: datetime) -> str: ...


def tell(text: str) -> None: ...
