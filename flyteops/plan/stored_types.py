"""Types and literals read back from their stored JSON form. Reads what `model.types` writes, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from flyteops.model.digest import Json
from flyteops.model.literals import Literal
from flyteops.model.types import (
    BlobOf,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    RecordField,
    RecordOf,
    Simple,
    SimpleName,
    UnionOf,
)


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
    if isinstance(wire, str):
        return Simple(cast("SimpleName", wire))
    ((kind, inner),) = as_map(wire).items()
    match kind:
        case "list":
            return ListOf(stored_type(inner))
        case "dict":
            key, value = as_list(inner)
            return DictOf(stored_type(key), stored_type(value))
        case "union":
            return UnionOf(tuple(stored_type(member) for member in as_list(inner)))
        case "enum":
            return EnumOf(tuple(each for each in as_list(inner) if isinstance(each, str | int)))
        case "record":
            return RecordOf(tuple(_field(each) for each in as_list(inner)))
        case _:
            return BlobOf("directory" if kind == "directory" else "file", str(inner))


def _field(wire: Json) -> RecordField:
    name, of, required = as_list(wire)
    return RecordField(str(name), stored_type(of), bool(required))


def stored_literal(wire: Json) -> Literal:
    """The literal of `{"type", "value"}`."""
    document = as_map(wire)
    return Literal(type=stored_type(document["type"]), value=document["value"])
