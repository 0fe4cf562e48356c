"""A stored value of one type read as a value of another: the few conversions of the language, checked strictly.

Works on the wire form alone: no Python objects of the user are made here.
"""

from __future__ import annotations

from collections.abc import Callable

from flyteops.model.digest import Json
from flyteops.model.row_formats import row_format_of
from flyteops.runtime.endings import Mismatch
from flyteops.runtime.shapes import NONE, fields_of, items_of, kind_of, member_key, spelt

ChangeBlob = Callable[[dict[str, Json], str], Json]

_FLOATS = ("nan", "inf", "-inf")


def convert(value: Json, source: Json, target: Json) -> Json:
    """The wire value of type `source` as one of type `target`; `Mismatch` when it is none."""
    kind, content = kind_of(target)
    if kind == "union":
        return _into_union(value, source, target)
    from_kind, from_content = kind_of(source)
    if from_kind == "union":
        member, inner = entered(value, source)
        return convert(inner, member, target)
    if kind == "json":
        return plain(value, source)
    match kind, from_kind:
        case (("int" | "bool" | "str" | "datetime" | "date" | "timedelta" | "none"), _) if kind == from_kind:
            return _checked(value, kind)
        case "float", ("int" | "float"):
            return _float(value)
        case (("str" | "enum"), "enum"):
            allowed = items_of(content) if kind == "enum" else items_of(from_content)
            return _one_of(value, allowed, target)
        case "list", "list":
            return [_at(str(i), each, from_content, content) for i, each in enumerate(_list(value))]
        case "dict", "dict":
            return _dict(value, from_content, content)
        case "record", "record":
            return _record(value, source, target)
        case (("file" | "directory"), ("file" | "directory")) if kind == from_kind and content in ("", from_content):
            return _blob(value)
        case "dataset", "dataset" if items_of(content)[1] in ("", items_of(from_content)[1]):
            return {"$data": _blob_fields(value, "$data")}
        case "pickle", "pickle":
            return _blob(value)
    raise Mismatch(f"{spelt(source)} does not fit {spelt(target)}")


def entered(value: Json, union: Json) -> tuple[Json, Json]:
    """The member type and the value inside a union's tagged value; a bare null stands for None."""
    members = items_of(kind_of(union)[1])
    if value is None and NONE in members:
        return NONE, None
    if isinstance(value, dict) and set(value) == {"$u", "value"}:
        for member in members:
            if member_key(member) == value["$u"]:
                return member, value["value"]
    raise Mismatch(f"{short(value)} carries no member of {spelt(union)}")


def tagged(value: Json, member: Json) -> Json:
    """A member's value as a value of its union."""
    return {"$u": member_key(member), "value": value}


def plain(value: Json, source: Json) -> Json:
    """A value as plain JSON: what flows into `Json` loses the tags of its unions."""
    kind, content = kind_of(source)
    match kind:
        case "json":
            return value
        case "union":
            member, inner = entered(value, source)
            return plain(inner, member)
        case "list":
            return [plain(each, content) for each in _list(value)]
        case "dict" if isinstance(value, dict):
            return {key: plain(each, items_of(content)[1]) for key, each in value.items()}
        case "record" if isinstance(value, dict):
            types = {name: of for name, of, _ in fields_of(content)}
            return {name: plain(each, types[name]) for name, each in value.items()}
        case "float" if isinstance(value, dict):
            raise Mismatch("NaN and infinity have no plain JSON form")
        case "int" | "float" | "bool" | "str" | "none" | "enum":
            return value
    raise Mismatch(f"{spelt(source)} has no plain JSON form")


def each_blob(value: Json, of: Json, change: ChangeBlob) -> Json:
    """The value with every blob inside replaced by what `change` makes of its fields and its kind of type."""
    kind, content = kind_of(of)
    match kind:
        case "file" | "directory" | "pickle":
            return {"$blob": change(_blob_fields(value), kind)}
        case "dataset":
            return {"$data": _with_format(change(fields := _blob_fields(value, "$data"), kind), str(fields["uri"]))}
        case "list":
            return [each_blob(each, content, change) for each in _list(value)]
        case "dict" if isinstance(value, dict):
            return {key: each_blob(each, items_of(content)[1], change) for key, each in value.items()}
        case "dict":
            pairs = [items_of(pair) for pair in _list(value)]
            return [[key, each_blob(each, items_of(content)[1], change)] for key, each in pairs]
        case "record" if isinstance(value, dict):
            types = {name: inner for name, inner, _ in fields_of(content)}
            return {name: each_blob(each, types[name], change) for name, each in value.items()}
        case "union":
            member, inner = entered(value, of)
            return tagged(each_blob(inner, member, change), member)
    return value


def _with_format(data: Json, uri: str) -> Json:
    """Rows whose format nobody has said have the one that their suffix says."""
    if not isinstance(data, dict) or data.get("format"):
        return data
    return {**data, "format": row_format_of(uri)}


def holds_blob(of: Json) -> bool:
    """Whether a value of the type may hold a file or a directory."""
    kind, content = kind_of(of)
    match kind:
        case "file" | "directory" | "dataset" | "pickle":
            return True
        case "list":
            return holds_blob(content)
        case "dict" | "union":
            return any(map(holds_blob, items_of(content)))
        case "record":
            return any(holds_blob(inner) for _, inner, _ in fields_of(content))
    return False


def _into_union(value: Json, source: Json, target: Json) -> Json:
    if kind_of(source)[0] == "union":
        source, value = entered(value, source)
    members = items_of(kind_of(target)[1])
    # The same type first: an int that flows into `float | int` stays an int.
    for member in sorted(members, key=lambda each: each != source):
        try:
            return tagged(convert(value, source, member), member)
        except Mismatch:
            continue
    raise Mismatch(f"{short(value)} of type {spelt(source)} fits no member of {spelt(target)}")


def _at(segment: str, value: Json, source: Json, target: Json) -> Json:
    try:
        return convert(value, source, target)
    except Mismatch as found:
        raise Mismatch(found.message, f".{segment}{found.at}") from None


def _checked(value: Json, kind: str) -> Json:
    match kind, value:
        case "bool", bool():
            return value
        case "int", int() if not isinstance(value, bool):
            return value
        case (("str" | "datetime" | "date"), str()):
            return value
        case "timedelta", {"$us": int()}:
            return value
        case "none", None:
            return value
    raise Mismatch(f"{short(value)} is no {spelt(kind)}")


def _float(value: Json) -> Json:
    if isinstance(value, dict) and set(value) == {"$f"} and value["$f"] in _FLOATS:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Mismatch(f"{short(value)} is no float")
    try:
        return float(value)
    except OverflowError:
        raise Mismatch("the integer is too large for a float") from None


def _one_of(value: Json, allowed: list[Json], target: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, str | int) or value not in allowed:
        raise Mismatch(f"{short(value)} is none of {spelt(target) if target != 'str' else allowed}")
    return value


def _list(value: Json) -> list[Json]:
    if isinstance(value, list | tuple):
        return list(value)
    raise Mismatch(f"{short(value)} is no list")


def _dict(value: Json, source: Json, target: Json) -> Json:
    (from_key, from_value), (to_key, to_value) = items_of(source), items_of(target)
    if from_key != to_key:
        raise Mismatch(f"keys of {spelt(from_key)} do not fit keys of {spelt(to_key)}")
    if isinstance(value, dict):
        return {key: _at(key, each, from_value, to_value) for key, each in value.items()}
    return [[convert(key, from_key, to_key), convert(each, from_value, to_value)] for key, each in _pairs(value)]


def _pairs(value: Json) -> list[tuple[Json, Json]]:
    pairs = [items_of(pair) for pair in _list(value)]
    return [(key, each) for key, each in pairs]


def _record(value: Json, source: Json, target: Json) -> Json:
    if not isinstance(value, dict):
        raise Mismatch(f"{short(value)} is no record")
    have = {name: of for name, of, _ in fields_of(kind_of(source)[1])}
    wanted = {name: (of, required) for name, of, required in fields_of(kind_of(target)[1])}
    for name in value:
        if name not in wanted or name not in have:
            raise Mismatch(f"unknown field {name!r}", f".{name}")
    for name, (_, required) in wanted.items():
        if required and name not in value:
            raise Mismatch(f"the field {name!r} is missing", f".{name}")
    return {name: _at(name, each, have[name], wanted[name][0]) for name, each in value.items()}


def _blob_fields(value: Json, mark: str = "$blob") -> dict[str, Json]:
    if isinstance(value, dict) and set(value) == {mark}:
        fields = value[mark]
        if isinstance(fields, dict) and isinstance(fields.get("uri"), str):
            return dict(fields)
    raise Mismatch(f"{short(value)} is no {'file' if mark == '$blob' else 'dataset'}")


def _blob(value: Json) -> Json:
    return {"$blob": _blob_fields(value)}


def short(value: object) -> str:
    """A value as it stands in a message, at most 80 characters."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a user's __repr__ may raise, and so does a very large integer's
        return "(its text cannot be read)"
    return text if len(text) <= 80 else text[:77] + "..."
