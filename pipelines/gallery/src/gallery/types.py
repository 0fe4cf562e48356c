"""Typed interfaces: dataclasses, enums, named tuples, read from source and never imported to plan."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple


@dataclass
class Options:
    """Nested, with defaults."""

    temperature: float = 0.5
    tags: list[str] = field(default_factory=list)


@dataclass
class ProcessingRequest:
    """A request of Flyte's guide."""

    model_name: str
    input_data: list[str]
    batch_size: int = 32
    options: Options = field(default_factory=Options)


class Status(NamedTuple):
    """Fields of a named tuple are outputs of their names."""

    status: str
    items: int


class Coffee(Enum):
    """An enum travels by its value."""

    ESPRESSO = "espresso"
    AMERICANO = "americano"
    LATTE = "latte"


def process_batch(request: ProcessingRequest) -> Status:
    """Handles a request.

    Args:
        request: What shall be processed.
    """
    return Status("completed", len(request.input_data))


def make_request(name: str, size: int) -> ProcessingRequest:
    """A request with so many inputs."""
    return ProcessingRequest(model_name=name, input_data=[f"row {at}" for at in range(size)])


def prepare_coffee(order: Coffee = Coffee.ESPRESSO) -> str:
    """Prepares what was ordered."""
    return f"Preparing {order.value}"


def due(start: date, at: datetime, within: timedelta) -> bool:
    """Whether a moment lies within so much of a day."""
    return datetime.combine(start, datetime.min.time(), at.tzinfo) + within >= at


def area(sides: dict[str, float]) -> float:
    """Width times height."""
    return sides["width"] * sides["height"]


def longest(words: list[str] | None = None) -> str | None:
    """The longest word, if there is one."""
    return max(words, key=len, default=None) if words else None
