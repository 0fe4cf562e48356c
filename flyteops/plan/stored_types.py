"""Types and literals read back from their stored JSON form. Reads what `model.types` writes, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flyteops.model.digest import Json
from flyteops.model.literals import Literal
from flyteops.model.types import LiteralType
from flyteops.model.wire_types import read_type


def as_map(value: Json) -> Mapping[str, Json]:
    """The value as a map; an absent one is empty."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: Json) -> Sequence[Json]:
    """The value as a list; an absent one is empty."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def pairs(value: Json) -> list[tuple[str, Json]]:
    """Ordered pairs of name and value, as interfaces and outputs are stored."""
    return [(str(as_list(each)[0]), as_list(each)[1]) for each in as_list(value)]


def stored_type(wire: Json) -> LiteralType:
    """The type of a wire form written by `type_wire`."""
    return read_type(wire)


def stored_literal(wire: Json) -> Literal:
    """The literal of `{"type", "value"}`."""
    document = as_map(wire)
    return Literal(type=stored_type(document["type"]), value=document["value"])
