"""Wire values turned into what a function receives, guided by its annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flyteops.model.digest import Json
from flyteops.runtime.converting import entered
from flyteops.runtime.endings import Mismatch
from flyteops.runtime.hints import (
    bare,
    builder_of,
    entry_hints,
    hints_of,
    is_enum,
    item_hint,
    member_hint,
)
from flyteops.runtime.shapes import fields_of, items_of, kind_of

OpenBlob = Callable[[Json, Json, Any], Any]
"""Makes what the function is given of the wire value, the type and the annotation of what lies outside of a value."""


def decode(value: Json, of: Json, hint: Any, *, open_blob: OpenBlob) -> Any:
    """The Python value: the user's own class where the hint names one, else the plain one."""
    kind, content = kind_of(of)
    match kind:
        case "int" | "bool" | "str" | "none":
            return value
        case "json":
            return value
        case "float":
            return float(str(value["$f"])) if isinstance(value, dict) else value
        case "datetime" | "date" | "timedelta":
            return _time(value, kind)
        case "enum":
            plain = bare(hint)
            return plain(value) if is_enum(plain) else value
        case "list" if isinstance(value, list | tuple):
            return _list(value, content, hint, open_blob)
        case "dict":
            return _dict(value, content, hint, open_blob)
        case "union":
            member, inner = entered(value, of)
            return decode(inner, member, member_hint(hint, member), open_blob=open_blob)
        case "record" if isinstance(value, dict):
            return _record(value, content, bare(hint), open_blob)
        case "file" | "directory" | "dataset" | "pickle":
            return open_blob(value, of, hint)
    raise Mismatch(f"{of!r} is no type of this version")


def _time(value: Json, kind: str) -> Any:
    import datetime as dt

    if kind == "timedelta" and isinstance(value, dict):
        microseconds = value["$us"]
        if isinstance(microseconds, int):
            return dt.timedelta(microseconds=microseconds)
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value) if kind == "datetime" else dt.date.fromisoformat(value)
    raise Mismatch(f"{value!r} is no {kind}")


def _list(value: list[Json] | tuple[Json, ...], item: Json, hint: Any, open_blob: OpenBlob) -> Any:
    import typing

    inner = item_hint(hint)
    items = [decode(each, item, inner, open_blob=open_blob) for each in value]
    return tuple(items) if typing.get_origin(bare(hint)) is tuple else items


def _dict(value: Json, content: Json, hint: Any, open_blob: OpenBlob) -> Any:
    key_type, value_type = items_of(content)
    key_hint, value_hint = entry_hints(hint)
    pairs = list(value.items()) if isinstance(value, dict) else [items_of(pair) for pair in items_of(value)]
    return {
        decode(key, key_type, key_hint, open_blob=open_blob): decode(each, value_type, value_hint, open_blob=open_blob)
        for key, each in pairs
    }


def _record(value: dict[str, Json], content: Json, hint: Any, open_blob: OpenBlob) -> Any:
    hints = hints_of(hint) if isinstance(hint, type) else {}
    types = {name: of for name, of, _ in fields_of(content)}
    fields = {name: decode(each, types[name], hints.get(name), open_blob=open_blob) for name, each in value.items()}
    return builder_of(hint)(fields)
