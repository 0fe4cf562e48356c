"""Classes of every kind, in one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import NamedTuple, NotRequired, TypedDict


class Region(str, Enum):  # noqa: UP042
    EU = "eu"
    US = "us"


@dataclass
class Base:
    rows: int


@dataclass
class Window(Base):
    start: date
    length: timedelta = timedelta(days=1)


@dataclass
class Request:
    window: Window
    regions: list[Region] = field(default_factory=list)
    weights: dict[str, float] = field(default_factory=dict)
    note: str | None = None


class Stats(TypedDict):
    mean: float
    worst: NotRequired[Request]


class Split(NamedTuple):
    train: int
    test: Stats


class Forest:
    def __init__(self, trees: list) -> None:
        self.trees = trees


@dataclass
class Fitted:
    forest: Forest
    price: Decimal
    by_year: dict[int, str]
