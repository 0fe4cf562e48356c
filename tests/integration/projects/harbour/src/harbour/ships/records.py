"""Records, nested."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, NamedTuple, TypedDict

from .kinds import Kind, Level


@dataclass(frozen=True)
class Rest:
    least: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Rules:
    level: Level = Level.CALM
    tone: Literal["plain", "loud"] = "plain"
    rest: Rest = field(default_factory=Rest)
    banned: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Ship:
    name: str
    kind: Kind
    tonnes: float
    stay: timedelta
    rules: Rules | None = None


class Counts(NamedTuple):
    """Two outputs with names."""

    tonnes: dict[str, list[float]]
    heaviest: float


class Verdict(TypedDict):
    ship: str
    dues: float
