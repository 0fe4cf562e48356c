"""User classes for the codec's tests."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple, NotRequired, TypedDict

from pydantic import BaseModel


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Point:
    x: int
    y: float = 0.0
    tags: list[str] = field(default_factory=list)


@dataclass
class Deep:
    point: Point
    color: Color
    when: dt.datetime | None = None


class Pair(NamedTuple):
    left: int
    right: Annotated[str, "text"]


class Options(TypedDict):
    name: str
    size: NotRequired[int]


class Model(BaseModel):
    day: dt.date
    points: dict[str, Point]
    color: Color = Color.RED
