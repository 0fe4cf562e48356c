"""Types of arrow columns and types of the language, one by the other."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from flyteops.codecs.columns import stored_as, without_none
from flyteops.model.types import (
    BOOL,
    DATE,
    DATETIME,
    FLOAT,
    INT,
    NONE,
    STR,
    TIMEDELTA,
    DictOf,
    ListOf,
    LiteralType,
    RecordField,
    RecordOf,
)

_KINDS = (
    (pa.types.is_integer, INT),
    (pa.types.is_floating, FLOAT),
    (pa.types.is_boolean, BOOL),
    (pa.types.is_string, STR),
    (pa.types.is_large_string, STR),
    (pa.types.is_string_view, STR),
    (pa.types.is_timestamp, DATETIME),
    (pa.types.is_date, DATE),
    (pa.types.is_duration, TIMEDELTA),
    (pa.types.is_null, NONE),
)
_DECLARED: dict[LiteralType, Any] = {
    INT: pa.int64(), FLOAT: pa.float64(), BOOL: pa.bool_(), STR: pa.string(), DATETIME: pa.timestamp("us", "UTC"),
    DATE: pa.date32(), TIMEDELTA: pa.duration("us"),
}  # fmt: skip


def column_type(of: Any) -> LiteralType | None:
    """The language's word for an arrow type; None where it has none (decimal, binary, time of day)."""
    for is_kind, found in _KINDS:
        if is_kind(of):
            return found
    if pa.types.is_dictionary(of):
        return column_type(of.value_type)
    if pa.types.is_list(of) or pa.types.is_large_list(of) or pa.types.is_fixed_size_list(of):
        item = column_type(of.value_type)
        return ListOf(item) if item is not None else None
    if pa.types.is_map(of):
        key, value = column_type(of.key_type), column_type(of.item_type)
        return DictOf(key, value) if key is not None and value is not None else None
    if pa.types.is_struct(of):
        inner = [(field.name, column_type(field.type)) for field in of]
        fields = tuple(RecordField(name, each) for name, each in inner if each is not None)
        return RecordOf(fields) if len(fields) == len(inner) else None
    return None


def declared_type(of: LiteralType) -> Any:
    """The arrow type of a declared column; None where the file's own is taken."""
    match without_none(stored_as(of)):
        case ListOf(item):
            inner = declared_type(item)
            return pa.list_(inner) if inner is not None else None
        case DictOf(key, value):
            parts = declared_type(key), declared_type(value)
            return pa.map_(*parts) if None not in parts else None
        case RecordOf(fields):
            found = [(field.name, declared_type(field.type)) for field in fields]
            return pa.struct(found) if all(each is not None for _, each in found) else None
        case plain:
            return _DECLARED.get(plain)
