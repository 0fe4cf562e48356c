"""What a function returned turned into wire values of the declared types. Strict: nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flyteops.model.digest import Json, ordered_pairs
from flyteops.runtime.converting import short, tagged
from flyteops.runtime.endings import Mismatch
from flyteops.runtime.flyte.values import given_back
from flyteops.runtime.hints import (
    bare,
    class_fields,
    entry_hints,
    hints_of,
    item_hint,
    member_hint,
    origin_of,
    union_hints,
)
from flyteops.runtime.shapes import NONE, fields_of, items_of, kind_of, spelt

KeepFile = Callable[[Any, Json], Json]
"""Stores what lies outside of a value (a file, rows, a model; and its type) and makes its wire value."""

_MAX_INT_BITS = 14_000
"""About 4,200 digits: Python's own limit for reading an integer back from text is 4,300."""
_MAX_DEPTH = 200


def encode(value: Any, of: Json, hint: Any, *, keep_file: KeepFile, exact: bool = False, depth: int = 0) -> Json:
    """The wire value of type `of`; `exact` leaves out the conversion of int to float, to tell a union's members."""
    if depth > _MAX_DEPTH:
        raise Mismatch(f"nested deeper than {_MAX_DEPTH}")
    kind, content = kind_of(of)
    match kind:
        case "int" | "float" | "bool" | "str" | "none":
            return _scalar(value, kind, exact=exact)
        case "datetime" | "date" | "timedelta":
            return _time(value, kind)
        case "enum":
            return _enum(value, items_of(content), of)
        case "json":
            return _json(value, "", 0)
        case "list":
            return _list(value, content, hint, keep_file=keep_file, exact=exact, depth=depth)
        case "dict":
            return _dict(value, content, hint, keep_file=keep_file, exact=exact, depth=depth)
        case "union":
            return _union(value, of, hint, keep_file=keep_file, depth=depth)
        case "record":
            return _record(value, of, hint, keep_file=keep_file, exact=exact, depth=depth)
        case "file" | "directory" | "dataset":
            return keep_file(given_back(value, bare(hint)), of)
        case "pickle":
            check_class(value, str(content), hint)
            return keep_file(value, of)
    raise Mismatch(f"{of!r} is no type of this version")


def check_class(value: Any, name: str, hint: Any) -> None:
    """Raises `Mismatch` when an object is not of the class that an annotation names."""
    of = origin_of(hint)
    if isinstance(of, type) and not isinstance(value, of):
        raise _refuse(value, name)


def _refuse(value: Any, wanted: str) -> Mismatch:
    found = type(value)
    name = found.__name__ if found.__module__ == "builtins" else f"{found.__module__}.{found.__name__}"
    return Mismatch(f"{wanted} was declared, the function returned {name} {short(value)}")


def _scalar(value: Any, kind: str, *, exact: bool) -> Json:
    match kind:
        case "bool" if isinstance(value, bool):
            return value
        case "int" if isinstance(value, int) and not isinstance(value, bool):
            return _integer(int(value))
        case "float" if isinstance(value, float):
            return _float(float(value))
        case "float" if isinstance(value, int) and not isinstance(value, bool) and not exact:
            try:
                return float(value)
            except OverflowError:
                raise Mismatch("the integer is too large for a float") from None
        case "str" if isinstance(value, str):
            return _text(value)
        case "none" if value is None:
            return None
    raise _refuse(value, spelt(kind))


def _integer(value: int) -> int:
    if value.bit_length() > _MAX_INT_BITS:
        raise Mismatch(f"an integer of {value.bit_length()} bits is too large to be stored: return it as text")
    return value


def _float(value: float) -> Json:
    # NaN is the only value that differs from itself.
    if value != value:  # noqa: PLR0124
        return {"$f": "nan"}
    if value in (float("inf"), float("-inf")):
        return {"$f": "inf" if value > 0 else "-inf"}
    return value


def _text(value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Mismatch(
            "the text holds a lone surrogate, which is no character: decode the bytes it came from"
        ) from None
    return str(value)


def _time(value: Any, kind: str) -> Json:
    import datetime as dt

    match kind:
        case "datetime" if isinstance(value, dt.datetime):
            aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
            return aware.isoformat().replace("+00:00", "Z")
        case "date" if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value.isoformat()
        case "timedelta" if isinstance(value, dt.timedelta):
            return {"$us": value // dt.timedelta(microseconds=1)}
    raise _refuse(value, kind)


def _enum(value: Any, allowed: list[Json], of: Json) -> Json:
    import enum

    inner = value.value if isinstance(value, enum.Enum) else value
    if isinstance(inner, bool) or not isinstance(inner, str | int) or inner not in allowed:
        raise _refuse(value, spelt(of))
    return inner


def _json(value: Any, at: str, depth: int) -> Json:
    if depth > _MAX_DEPTH:
        raise Mismatch(f"nested deeper than {_MAX_DEPTH}", at)
    match value:
        case None | bool():
            return value
        case int():
            return _integer(int(value))
        case float():
            if isinstance(_float(value), dict):
                raise Mismatch("NaN and infinity have no JSON form: return null or text instead", at)
            return float(value)
        case str():
            return _text(value)
        case list() | tuple():
            return [_json(each, f"{at}.{i}", depth + 1) for i, each in enumerate(value)]
        case dict():
            for key in value:
                if not isinstance(key, str):
                    raise Mismatch(f"the key {key!r} is no text", at)
            return {_text(key): _json(each, f"{at}.{key}", depth + 1) for key, each in value.items()}
    raise Mismatch(_refuse(value, "Json").message, at)


def _inside(segment: object, act: Callable[[], Json]) -> Json:
    try:
        return act()
    except Mismatch as found:
        raise Mismatch(found.message, f".{segment}{found.at}") from None


def _list(value: Any, item: Json, hint: Any, *, keep_file: KeepFile, exact: bool, depth: int) -> Json:
    if not isinstance(value, list | tuple):
        raise _refuse(value, f"list[{spelt(item)}]")
    inner = item_hint(hint)
    encoded: list[Json] = []
    for i, each in enumerate(value):
        try:
            encoded.append(encode(each, item, inner, keep_file=keep_file, exact=exact, depth=depth + 1))
        except Mismatch as found:
            raise Mismatch(found.message, f".{i}{found.at}") from None
    return encoded


def _dict(value: Any, content: Json, hint: Any, *, keep_file: KeepFile, exact: bool, depth: int) -> Json:
    if not isinstance(value, Mapping):
        raise _refuse(value, spelt({"dict": content}))
    key_type, value_type = items_of(content)
    key_hint, value_hint = entry_hints(hint)
    keys = [encode(key, key_type, key_hint, keep_file=keep_file, exact=exact, depth=depth + 1) for key in value]
    values = [
        _inside(
            key,
            lambda each=each: encode(  # type: ignore[misc]
                each, value_type, value_hint, keep_file=keep_file, exact=exact, depth=depth + 1
            ),
        )
        for key, each in value.items()
    ]
    if key_type == "str":
        return {str(key): each for key, each in zip(keys, values, strict=True)}
    return ordered_pairs(zip(keys, values, strict=True))


def _union(value: Any, of: Json, hint: Any, *, keep_file: KeepFile, depth: int) -> Json:
    members = items_of(kind_of(of)[1])
    if value is None and NONE in members:
        return tagged(None, NONE)
    named = [each for each in union_hints(hint) if isinstance(each, type) and class_fields(each)]
    own = [each for each in members if named and type(value) in named and _is_member(each, hint, type(value))]
    found: list[tuple[Json, Json]] = []
    # A pickle takes anything: only what fits nothing else is one.
    for member in sorted(own or members, key=_is_pickle):
        if found and _is_pickle(member):
            break
        try:
            inner = encode(value, member, member_hint(hint, member), keep_file=keep_file, exact=True, depth=depth + 1)
            found.append((member, inner))
        except Mismatch:
            continue
    if not found and "float" in members and isinstance(value, int) and not isinstance(value, bool):
        found = [("float", _scalar(value, "float", exact=False))]
    if not found:
        raise _refuse(value, spelt(of))
    if len(found) > 1:
        choices = " and ".join(spelt(member) for member, _ in found)
        raise Mismatch(f"the value fits {choices} of {spelt(of)}: it is ambiguous")
    member, inner = found[0]
    return tagged(inner, member)


def _is_pickle(member: Json) -> bool:
    return kind_of(member)[0] == "pickle"


def _is_member(member: Json, hint: Any, found: type) -> bool:
    return member_hint(hint, member) is found


def _record(value: Any, of: Json, hint: Any, *, keep_file: KeepFile, exact: bool, depth: int) -> Json:
    given = _fields_given(value)
    if given is None:
        raise _refuse(value, spelt(of))
    hints = hints_of(type(value)) if not isinstance(value, dict) else hints_of(hint) if isinstance(hint, type) else {}
    fields = {name: (inner, required) for name, inner, required in fields_of(kind_of(of)[1])}
    for name in given:
        if name not in fields:
            raise Mismatch(f"unknown field {name!r}", f".{name}")
    encoded: dict[str, Json] = {}
    for name, (inner, required) in fields.items():
        if name in given:
            try:
                encoded[name] = encode(
                    given[name], inner, hints.get(name), keep_file=keep_file, exact=exact, depth=depth + 1
                )
            except Mismatch as found:
                raise Mismatch(found.message, f".{name}{found.at}") from None
        elif required:
            raise Mismatch(f"the field {name!r} is missing", f".{name}")
    return encoded


def _fields_given(value: Any) -> Mapping[str, Any] | None:
    """Field values of an instance of a record class, or a dict as it is."""
    if isinstance(value, dict):
        return value
    names = class_fields(type(value))
    return {name: getattr(value, name) for name in names if hasattr(value, name)} if names else None
