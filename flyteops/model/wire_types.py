"""A type read back from its JSON form: what `type_wire` writes, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from flyteops.model.digest import Json
from flyteops.model.types import (
    BlobOf,
    DatasetOf,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    PickleOf,
    RecordField,
    RecordOf,
    Simple,
    SimpleName,
    UnionOf,
)


def read_type(wire: Json) -> LiteralType:
    """The type of a wire form; ValueError for another."""
    if isinstance(wire, str):
        return Simple(cast("SimpleName", wire))
    if not isinstance(wire, Mapping) or len(wire) != 1:
        raise ValueError(f"{wire!r} is no type")
    ((kind, inner),) = wire.items()
    match kind:
        case "list":
            return ListOf(read_type(inner))
        case "dict":
            key, value = _listed(inner)
            return DictOf(read_type(key), read_type(value))
        case "union":
            return UnionOf(tuple(map(read_type, _listed(inner))))
        case "enum":
            return EnumOf(tuple(each for each in _listed(inner) if isinstance(each, str | int)))
        case "record":
            return RecordOf(tuple(map(_field, _listed(inner))))
        case "file":
            return BlobOf("file", str(inner))
        case "directory":
            return BlobOf("directory", str(inner))
        case "dataset":
            columns, form = _listed(inner)
            return DatasetOf(tuple(map(_column, _listed(columns))), str(form))
        case "pickle":
            return PickleOf(str(inner))
        case _:
            raise ValueError(f"{wire!r} is no type")


def _field(wire: Json) -> RecordField:
    name, of, required = _listed(wire)
    return RecordField(str(name), read_type(of), bool(required))


def _column(wire: Json) -> tuple[str, LiteralType]:
    name, of = _listed(wire)
    return str(name), read_type(of)


def _listed(content: Json) -> Sequence[Json]:
    if isinstance(content, Sequence) and not isinstance(content, str):
        return content
    raise ValueError(f"{content!r} is no list")
