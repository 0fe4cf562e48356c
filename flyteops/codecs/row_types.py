"""Rows as dicts, and the values of their columns by type."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from typing import Any, get_args, get_origin, get_type_hints

from flyteops.codecs.columns import Column, Wanted, choices_of, without_none
from flyteops.codecs.faults import Unfit
from flyteops.model.types import (
    BOOL,
    DATE,
    DATETIME,
    FLOAT,
    INT,
    JSON,
    NONE,
    STR,
    TIMEDELTA,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    RecordOf,
    UnionOf,
    accepts_none,
    optional,
    spelling,
    union,
)

_CLASSES: dict[type, LiteralType] = {
    bool: BOOL, int: INT, float: FLOAT, str: STR, dt.datetime: DATETIME, dt.date: DATE, dt.timedelta: TIMEDELTA,
    type(None): NONE,
}  # fmt: skip


def row_of(record: object) -> dict[str, Any]:
    """A record as a dict: a dict, dataclass, NamedTuple or pydantic model. Of an enum's member its value."""
    return {name: value.value if isinstance(value, enum.Enum) else value for name, value in _fields(record).items()}


def _fields(record: object) -> dict[str, Any]:
    match record:
        case Mapping():
            for key in record:
                if not isinstance(key, str):
                    raise Unfit(f"the key {key!r} of a record is no text")
            return dict(record)
    if hasattr(record, "__dataclass_fields__") and not isinstance(record, type):
        import dataclasses

        return dataclasses.asdict(record)  # type: ignore[call-overload, no-any-return]
    for method in ("model_dump", "_asdict"):
        if hasattr(record, method):
            return dict(getattr(record, method)())
    raise Unfit(f"{type(record).__name__} is no record: use dicts, dataclasses, NamedTuples or pydantic models")


def is_record(of: object) -> bool:
    """Whether rows can be made of a class: a dataclass, NamedTuple, TypedDict or pydantic model."""
    return isinstance(of, type) and (
        hasattr(of, "__dataclass_fields__")
        or hasattr(of, "model_fields")
        or (issubclass(of, tuple) and hasattr(of, "_fields"))
        or hasattr(of, "__total__")
    )


def columns_of(of: type) -> Wanted:
    """The columns that a record class asks for, as far as its annotations are plain."""
    found: list[tuple[str, LiteralType]] = []
    for name, hint in get_type_hints(of).items():
        read = _read(hint)
        if read is not None:
            found.append((name, read))
    return tuple(found)


def enums_of(of: type) -> dict[str, Callable[[Any], Any]]:
    """What makes the members of those fields of a record class that are enums, optional or not."""
    found: dict[str, Callable[[Any], Any]] = {}
    for name, hint in get_type_hints(of).items():
        for each in (hint, *get_args(hint)):
            if isinstance(each, enum.EnumMeta):
                found[name] = each
    return found


def _read(hint: Any) -> LiteralType | None:
    if hint in _CLASSES:
        return _CLASSES[hint]
    if isinstance(hint, enum.EnumMeta):
        members: list[Any] = list(hint.__members__.values())
        return EnumOf(tuple(member.value for member in members))
    members = [_read(each) for each in get_args(hint)]
    known = [each for each in members if each is not None]
    if get_origin(hint) is list and known:
        return ListOf(known[0])
    if type(None) in get_args(hint) and len(known) == len(members):
        return union(tuple(known))
    return None


def seen_type(before: Column | None, value: object) -> LiteralType | None:
    """The type of a column after one more value of another class; None when the language has no word for it."""
    now = _CLASSES.get(type(value))
    if before is None:
        return now
    if now is None or before.type is None:
        return None
    if NONE in (now, before.type):
        return optional(before.type if now == NONE else now)
    return FLOAT if {now, without_none(before.type)} == {INT, FLOAT} else None


def value_fits(value: object, of: LiteralType) -> bool:
    """Whether a value may stand in a column of the type."""
    if value is None:
        return accepts_none(of)
    match without_none(of):
        case EnumOf(values):
            return value in values
        case ListOf(item):
            return isinstance(value, list | tuple) and all(value_fits(each, item) for each in value)
        case DictOf(_, inner):
            return isinstance(value, Mapping) and all(value_fits(each, inner) for each in value.values())
        case RecordOf(fields):
            return isinstance(value, Mapping) and all(
                value_fits(value.get(field.name), field.type) if field.name in value else not field.required
                for field in fields
            )
        case UnionOf(members):
            return any(value_fits(value, member) for member in members)
        case plain:
            return plain == JSON or _is(value, plain)


def _is(value: object, of: LiteralType) -> bool:
    if of == FLOAT:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if of == INT:
        return isinstance(value, int) and not isinstance(value, bool)
    if of == DATE:
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return any(isinstance(value, each) for each, known in _CLASSES.items() if known == of)


def converted(value: Any, of: LiteralType, *, at: str, textual: bool = False) -> Any:
    """A value of csv or jsonl in the type of its column: text is read where the type has no JSON form."""
    plain = without_none(of)
    choices = choices_of(of)
    # A csv does not tell an empty text from none: it is none where there may be none.
    if value is None or (value == "" and textual and accepts_none(of)):
        if accepts_none(of):
            return None
        raise Unfit(f"{at} is empty, declared is {spelling(of)}")
    try:
        made = _from_text(value, plain, choices) if isinstance(value, str) else _from_json(value, plain)
    except ValueError:
        made = None
    if made is None or not value_fits(made, of):
        raise Unfit(f"{at} is {value!r:.80}, declared is {spelling(of)}")
    return made


def _from_text(text: str, of: LiteralType, choices: tuple[str | int, ...] | None) -> Any:
    if choices is not None:
        return next((each for each in choices if str(each) == text), None)
    if of == BOOL:
        return {"true": True, "false": False}.get(text.lower())
    if of == INT:
        return int(text)
    if of == FLOAT:
        return float(text)
    if of == DATETIME:
        return dt.datetime.fromisoformat(text)
    if of == DATE:
        return dt.date.fromisoformat(text)
    return text if of in (STR, JSON) else None


def _from_json(value: Any, of: LiteralType) -> Any:
    if of == FLOAT and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if of == TIMEDELTA and isinstance(value, int):
        return dt.timedelta(microseconds=value)
    return value
