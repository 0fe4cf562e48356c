"""Values as a program of any language reads and writes them: scalars as text, the rest as JSON, files as paths.

Text: `true`/`false`, numbers as in JSON, times as in ISO 8601, a duration as its seconds. In JSON the same, a record
and a dict as objects (a dict whose keys are no text as a list of pairs), a file as the path of its local copy.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from flyteops.model.digest import Json, ordered_pairs
from flyteops.runtime.converting import entered, short, tagged
from flyteops.runtime.encoding import encode
from flyteops.runtime.endings import Mismatch
from flyteops.runtime.shapes import NONE, fields_of, items_of, kind_of, spelt

OpenBlob = Callable[[Json, Json], str]
"""The local path of what lies outside of a wire value, by value and type."""
KeepFile = Callable[[str, Json], Json]
"""Stores what lies at a path as a value of a type; its wire value."""

SCALARS = frozenset({"int", "float", "bool", "str", "datetime", "date", "timedelta", "enum", NONE})
_ORDER = {NONE: 0, "bool": 1, "int": 2, "float": 3, "datetime": 4, "date": 5, "timedelta": 6, "str": 90, "json": 91}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")


def text_form(value: Json, of: Json) -> str | None:
    """A scalar as text; None for none."""
    kind, _ = kind_of(of)
    match kind:
        case "none":
            return None
        case "bool":
            return "true" if value else "false"
        case "float" if isinstance(value, dict):
            return str(value["$f"])
        case "timedelta" if isinstance(value, dict) and isinstance(value["$us"], int):
            return _seconds(value["$us"])
        case "float" if isinstance(value, float | int):
            return repr(float(value))
    return str(value)


def _seconds(microseconds: int) -> str:
    whole = Decimal(microseconds).scaleb(-6)
    return format(whole.quantize(Decimal(1)) if whole == whole.to_integral_value() else whole.normalize(), "f")


def json_form(value: Json, of: Json, *, open_blob: OpenBlob) -> Json:
    """A value as plain JSON."""
    kind, content = kind_of(of)
    match kind:
        case "json":
            return value
        case "union":
            member, inner = entered(value, of)
            return json_form(inner, member, open_blob=open_blob)
        case "float" if isinstance(value, dict):
            return str(value["$f"])
        case "timedelta" if isinstance(value, dict) and isinstance(value["$us"], int):
            microseconds = value["$us"]
            return microseconds // 1_000_000 if microseconds % 1_000_000 == 0 else microseconds / 1_000_000
        case "list":
            return [json_form(each, content, open_blob=open_blob) for each in items_of(value)]
        case "dict":
            return _dict_form(value, content, open_blob)
        case "record" if isinstance(value, dict):
            types = {name: inner for name, inner, _ in fields_of(content)}
            return {name: json_form(each, types[name], open_blob=open_blob) for name, each in value.items()}
        case _ if is_file(of):
            return open_blob(value, of)
    return value


def _dict_form(value: Json, content: Json, open_blob: OpenBlob) -> Json:
    key, item = items_of(content)
    if isinstance(value, dict):
        return {name: json_form(each, item, open_blob=open_blob) for name, each in value.items()}
    pairs = (items_of(pair) for pair in items_of(value))
    return [
        [json_form(one, key, open_blob=open_blob), json_form(each, item, open_blob=open_blob)] for one, each in pairs
    ]


# ------------------------------------------------------------------------------------------------ reading


def is_scalar(of: Json) -> bool:
    """Whether values of the type are told as text; of a union, when all of its members are."""
    kind, content = kind_of(of)
    return all(map(is_scalar, items_of(content))) if kind == "union" else kind in SCALARS


def is_file(of: Json) -> bool:
    """Whether a value of the type lies at a path of its own."""
    return kind_of(of)[0] not in (*SCALARS, "json", "list", "dict", "record", "union")


def read_text(text: str, of: Json) -> Json:
    """The wire value of a scalar that a program wrote as text; one line end at the end does not count."""
    kind, content = kind_of(of)
    line = text.removesuffix("\n").removesuffix("\r")
    if kind == "union":
        return _first_member(of, lambda member: read_text(text, member), shown=line)
    if kind == NONE and line in ("", "null"):
        return None
    if kind == "str":
        return line
    try:
        return _scalar(line, kind, content, of)
    except (ValueError, InvalidOperation, OverflowError):
        raise Mismatch(f"{short(line)} is no {spelt(of)}") from None


def _scalar(line: str, kind: str, content: Json, of: Json) -> Json:
    """ValueError for what is none."""
    match kind:
        case "bool" if line in ("true", "false"):
            return line == "true"
        case "int" if _INTEGER.fullmatch(line):
            return encode(int(line), of, None, keep_file=_no_file)
        case "float" if line == line.strip() and "_" not in line:
            return encode(float(line), of, None, keep_file=_no_file)
        case "datetime":
            return encode(dt.datetime.fromisoformat(line), of, None, keep_file=_no_file)
        case "date":
            return encode(dt.date.fromisoformat(line), of, None, keep_file=_no_file)
        case "timedelta":
            return {"$us": int(Decimal(line).scaleb(6).to_integral_exact())}
        case "enum":
            for allowed in items_of(content):
                if str(allowed) == line:
                    return allowed
    raise ValueError(line)


def _no_file(value: Any, _: Json) -> Json:
    raise Mismatch(f"{short(value)} is no file")


def read_json(value: Any, of: Json, *, keep_file: KeepFile) -> Json:
    """The wire value of plain JSON that a program wrote; paths in it are kept as files."""
    kind, content = kind_of(of)
    match kind:
        case "union":
            return _first_member(of, lambda member: read_json(value, member, keep_file=keep_file), shown=value)
        case "list" if isinstance(value, list):
            return [_inside(i, each, content, keep_file) for i, each in enumerate(value)]
        case "dict":
            return _read_dict(value, content, of, keep_file)
        case "record" if isinstance(value, dict):
            return _read_record(value, content, keep_file)
        case "datetime" | "date" if isinstance(value, str):
            return read_text(value, of)
        case "float" if isinstance(value, str) and value in ("nan", "inf", "-inf"):
            return {"$f": value}
        case "timedelta" if isinstance(value, int | float) and not isinstance(value, bool):
            return read_text(repr(value), of)
        case "list" | "record" | "datetime" | "date" | "timedelta":
            raise Mismatch(f"{short(value)} is no {spelt(of)}")
        case _ if is_file(of) and isinstance(value, str):
            return keep_file(value, of)
    return encode(value, of, None, keep_file=_no_file)


def _inside(segment: object, value: Any, of: Json, keep_file: KeepFile) -> Json:
    try:
        return read_json(value, of, keep_file=keep_file)
    except Mismatch as found:
        raise Mismatch(found.message, f".{segment}{found.at}") from None


def _read_dict(value: Any, content: Json, of: Json, keep_file: KeepFile) -> Json:
    key, item = items_of(content)
    if key == "str" and isinstance(value, dict):
        return {name: _inside(name, each, item, keep_file) for name, each in value.items()}
    if key != "str" and isinstance(value, list) and all(isinstance(each, list) and len(each) == 2 for each in value):
        return ordered_pairs(
            (_inside(i, one, key, keep_file), _inside(i, each, item, keep_file)) for i, (one, each) in enumerate(value)
        )
    raise Mismatch(f"{short(value)} is no {spelt(of)}")


def _read_record(value: dict[str, Any], content: Json, keep_file: KeepFile) -> Json:
    fields = {name: (inner, required) for name, inner, required in fields_of(content)}
    for name in value:
        if name not in fields:
            raise Mismatch(f"unknown field {name!r}", f".{name}")
    for name, (_, required) in fields.items():
        if required and name not in value:
            raise Mismatch(f"the field {name!r} is missing", f".{name}")
    return {name: _inside(name, each, fields[name][0], keep_file) for name, each in value.items()}


def _first_member(of: Json, read: Callable[[Json], Json], *, shown: object) -> Json:
    members = sorted(items_of(kind_of(of)[1]), key=_order)
    for member in members:
        try:
            return tagged(read(member), member)
        except Mismatch:
            continue
    raise Mismatch(f"{short(shown)} fits no member of {spelt(of)}")


def _order(member: Json) -> int:
    return _ORDER.get(kind_of(member)[0], 7)


def parsed_json(text: str) -> Any:
    """The value of a JSON text; Mismatch when it is none."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Mismatch(f"this is no JSON: {error}") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} has no JSON form")
