"""A value of the tree to the wire value of a type: scalars are read by the type wanted. No references here."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, assert_never

from flyteops.compile.faults import Faults, suggestion
from flyteops.model.diagnostics import Place, Related
from flyteops.model.digest import Json, canonical, ordered_pairs
from flyteops.model.literals import Literal
from flyteops.model.row_formats import row_format_of
from flyteops.model.types import (
    NONE,
    STR,
    BlobOf,
    DatasetOf,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    PickleOf,
    RecordOf,
    Simple,
    UnionOf,
    accepts_none,
    member_key,
    spelling,
)
from flyteops.source.quantities import duration_s
from flyteops.source.scalars import core_value, is_null
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode


class Absent:
    """No value: its fault is noted."""


ABSENT: Final = Absent()

_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INTEGRAL = re.compile(r"[-+]?(0|[1-9]\d*)")
_MEMBER_ORDER = {"none": 0, "bool": 1, "int": 2, "float": 3, "datetime": 4, "date": 5, "timedelta": 6}
_EXAMPLES = {
    "int": "a whole number such as 3",
    "float": "a number such as 0.5",
    "bool": "true or false",
    "datetime": "a time such as 2026-01-31T08:00:00Z",
    "date": "a date such as 2026-01-31",
    "timedelta": "a duration such as 90m or 1h30m",
    "str": "text",
    "none": "null",
    "json": "any value",
}


def read_literal(node: TreeNode, of: LiteralType, *, faults: Faults, subject: str = "the value") -> Literal | None:
    """The literal that a value is, read by the type; None with the faults noted."""
    value = wire_value(node, of, faults=faults, subject=subject)
    return None if isinstance(value, Absent) else Literal(type=of, value=value)


def wire_value(node: TreeNode, of: LiteralType, *, faults: Faults, subject: str) -> Json | Absent:
    """The wire value, or ABSENT with the faults noted."""
    match of:
        case Simple("json"):
            return _json(node, faults, subject)
        case UnionOf():
            return _member(node, of, faults, subject)
        case ListOf(item):
            if not isinstance(node, Sequence):
                return _wrong(node, of, faults, subject)
            items = [wire_value(each, item, faults=faults, subject="an item") for each in node.items]
            return ABSENT if any(value is ABSENT for value in items) else items  # type: ignore[return-value]
        case DictOf(key, value):
            return _dict(node, of, key, value, faults, subject)
        case RecordOf():
            return _record(node, of, faults, subject)
        case Simple() | EnumOf() | BlobOf() | DatasetOf() | PickleOf():
            if isinstance(of, PickleOf) and not is_null_node(node):
                return _unwritable(node, of.name, faults, subject)
            if not isinstance(node, Scalar):
                return _wrong(node, of, faults, subject)
            return _scalar(node, of, faults, subject)
        case _:
            assert_never(of)


def _scalar(
    node: Scalar, of: Simple | EnumOf | BlobOf | DatasetOf | PickleOf, faults: Faults, subject: str
) -> Json | Absent:
    if is_null(node):
        return None if of == NONE else _wrong(node, of, faults, subject)
    if _refers(node, faults):
        return ABSENT
    match of:
        case EnumOf():
            return _enum(node, of, faults)
        case BlobOf(format=format):
            text = plain_text(node)
            if not text:
                return _wrong(node, of, faults, subject)
            return {"$blob": {"uri": text, "format": format} if format else {"uri": text}}
        case DatasetOf() if not node.text:
            return _wrong(node, of, faults, subject)
        case DatasetOf(format=format):
            return _dataset(node, format, faults, subject)
        case PickleOf():
            return _wrong(node, of, faults, subject)
        case Simple("str"):
            return plain_text(node)
        case Simple("datetime"):
            return _datetime(node, of, faults, subject)
        case Simple("date"):
            return _date(node, of, faults, subject)
        case Simple("timedelta"):
            seconds = duration_s(node.text)
            return _wrong(node, of, faults, subject) if seconds is None else {"$us": round(seconds * 1_000_000)}
        case Simple(name):
            return _number(node, of, name, faults, subject)


def _unwritable(node: TreeNode, name: str, faults: Faults, subject: str) -> Absent:
    """Reading a pickle runs what it holds: only what a task of the same run made is read."""
    faults.add(
        "FO426",
        f"{subject} is an object of {name}, which nobody can write down",
        at=node.place,
        label="a pickle is made by a task",
        help="refer to the output of a task that returns it",
    )
    return ABSENT


def _dataset(node: Scalar, form: str, faults: Faults, subject: str) -> Json | Absent:
    uri = plain_text(node)
    if form:
        return {"$data": {"uri": uri, "format": form}}
    if not row_format_of(uri):
        faults.add(
            "FO440",
            f"{subject} is a dataset whose format is not known: {uri}",
            at=node.place,
            label="its name has no suffix of a format",
            help="say it in the type, {dataset: {…}, format: csv}; or name the file .parquet, .arrow, .csv or .jsonl",
        )
        return ABSENT
    return {"$data": {"uri": uri}}


def _number(node: Scalar, of: LiteralType, name: str, faults: Faults, subject: str) -> Json | Absent:
    value = core_value(node)
    if name == "bool" and isinstance(value, bool):
        return value
    if name in ("int", "float") and isinstance(value, int | float) and not isinstance(value, bool):
        if name == "float":
            return float_wire(float(value))
        if isinstance(value, int):
            return value
    return _wrong(node, of, faults, subject)


def float_wire(value: float) -> Json:
    """A float, or `{"$f": …}` where JSON has no number for it."""
    if value != value:  # noqa: PLR0124  # NaN is the only value unequal to itself
        return {"$f": "nan"}
    if value in (float("inf"), float("-inf")):
        return {"$f": "inf" if value > 0 else "-inf"}
    return value


def plain_text(node: Scalar) -> str:
    """The text of a scalar, with `$$` at its start as the one `$` that is meant."""
    return node.text[1:] if node.text.startswith("$$") else node.text


def is_reference(node: TreeNode) -> bool:
    """Whether a value is written as a reference."""
    return isinstance(node, Scalar) and node.text.startswith("$") and not node.text.startswith("$$")


def has_reference(node: TreeNode) -> bool:
    """Whether a reference stands anywhere inside."""
    match node:
        case Scalar():
            return is_reference(node)
        case Sequence(items=items):
            return any(has_reference(item) for item in items)
        case Mapping(entries=entries):
            return any(has_reference(entry.value) for entry in entries)
        case _:
            assert_never(node)


def refuse_reference_keys(node: TreeNode, faults: Faults) -> bool:
    """Whether a key anywhere inside refers to an input, which is told: keys are text, and nothing is looked up in them.

    Other keys that begin with a dollar sign are meant as they stand, as those of a JSON Schema or a query are.
    """
    match node:
        case Scalar():
            return False
        case Sequence(items=items):
            told = [refuse_reference_keys(item, faults) for item in items]
            return any(told)
        case Mapping(entries=entries):
            wrong = [entry.key for entry in entries if entry.key.text.startswith("$inputs.")]
            for key in wrong:
                faults.add(
                    "FO205",
                    f"a reference cannot stand in a key: {key.text}",
                    at=key.place,
                    label="keys are plain text",
                    help="let a task make this map, or take a list of records with a field for it",
                )
            told = [refuse_reference_keys(entry.value, faults) for entry in entries]
            return bool(wrong) or any(told)
        case _:
            assert_never(node)


def _refers(node: Scalar, faults: Faults) -> bool:
    if not is_reference(node):
        return False
    faults.add(
        "FO205",
        f"a reference cannot stand here: {node.text}",
        at=node.place,
        label="only a literal is legal here",
        help="references are legal in inputs, over, when, value and outputs; text that begins with $ is written $$",
    )
    return True


def _enum(node: Scalar, of: EnumOf, faults: Faults) -> Json | Absent:
    text = plain_text(node)
    for value in of.values:
        if isinstance(value, str) and value == text:
            return value
        given = core_value(node)  # true equals 1 in Python, and here it does not
        if isinstance(value, int) and not isinstance(given, bool | str) and given == value:
            return value
    wanted = ", ".join(str(value) for value in of.values)
    faults.add(
        "FO253",
        f'"{text}" is not a value of {spelling(of)}',
        at=node.place,
        label=f"one of {wanted}",
        help=suggestion(text, [str(value) for value in of.values], kinds="values"),
    )
    return ABSENT


def _datetime(node: Scalar, of: LiteralType, faults: Faults, subject: str) -> Json | Absent:
    text = node.text
    if not _DATETIME.fullmatch(text):
        return _wrong(node, of, faults, subject)
    try:
        found = dt.datetime.fromisoformat(text.upper())
    except ValueError:
        return _wrong(node, of, faults, subject)
    if found.tzinfo is None:
        faults.warn(
            "FO254",
            f"{text} has no time zone; UTC is taken",
            at=node.place,
            label="which zone?",
            way_out=f"write {text.replace(' ', 'T')}Z, or an offset such as +02:00",
        )
        found = found.replace(tzinfo=dt.UTC)
    return found.isoformat().replace("+00:00", "Z")


def _date(node: Scalar, of: LiteralType, faults: Faults, subject: str) -> Json | Absent:
    try:
        if _DATE.fullmatch(node.text):
            return dt.date.fromisoformat(node.text).isoformat()
    except ValueError:
        pass
    return _wrong(node, of, faults, subject)


def _json(node: TreeNode, faults: Faults, subject: str) -> Json | Absent:
    match node:
        case Scalar():
            if _refers(node, faults):
                return ABSENT
            value = core_value(node)
            if isinstance(value, float):
                return float_wire(value)
            return plain_text(node) if isinstance(value, str) else value
        case Sequence(items=items):
            found = [_json(item, faults, subject) for item in items]
            return ABSENT if any(value is ABSENT for value in found) else found  # type: ignore[return-value]
        case Mapping():
            fields = {name: _json(value, faults, subject) for name, value in node.items()}
            return ABSENT if any(value is ABSENT for value in fields.values()) else fields  # type: ignore[return-value]
        case _:
            assert_never(node)


def member_order(of: LiteralType) -> int:
    """The order in which a union's members are tried: that of the core schema, `str` and `Json` last."""
    if isinstance(of, Simple):
        return _MEMBER_ORDER.get(of.name, 90 if of == STR else 91)
    return 7


def _member(node: TreeNode, of: UnionOf, faults: Faults, subject: str) -> Json | Absent:
    either = outside_members(of)
    tries: list[tuple[LiteralType, Faults]] = []
    fitting: list[tuple[LiteralType, Json, Faults]] = []
    for member in sorted((each for each in of.members if each not in either), key=member_order):
        trial = Faults()
        value = wire_value(node, member, faults=trial, subject=subject)
        if not isinstance(value, Absent):
            fitting.append((member, value, trial))
            if isinstance(node, Scalar):
                break  # the order of the core schema: an int stays an int where int is a member
        elif isinstance(node, Scalar) and is_reference(node):
            faults.found.extend(trial.found)
            return ABSENT
        tries.append((member, trial))
    if either and not fitting and isinstance(node, Scalar) and not is_null(node):
        return _either(node, either, faults, subject)
    # A map that is one member as it stands is not another one by conversion.
    kept = [each for each in fitting if not _converts(node, each[1])] or fitting
    if len(kept) > 1:
        return _either(node, tuple(member for member, _, _ in kept), faults, subject)
    for member, value, trial in kept:
        faults.found.extend(trial.found)
        return {"$u": member_key(member), "value": value}
    likely = [(member, trial) for member, trial in tries if _shape_fits(node, member)]
    if len(likely) == 1 and not isinstance(likely[0][0], Simple) and not is_null_node(node):
        faults.found.extend(likely[0][1].found)
        return ABSENT
    return _wrong(node, of, faults, subject)


def _converts(node: TreeNode, value: Json) -> bool:
    """Whether a whole number was taken for a float anywhere."""
    if isinstance(value, dict) and set(value) == {"$u", "value"}:
        return _converts(node, value["value"])
    match node, value:
        case Scalar(), float():
            return isinstance(core_value(node), int)
        case Sequence(items=items), list():
            return any(map(_converts, items, value))
        case Mapping(entries=entries), list():  # keys that are no text, in the order of their values
            return any(_converts(entry.value, pair[1]) for entry in entries for pair in value)
        case Mapping(), dict():
            return any(_converts(inner, value[name]) for name, inner in node.items() if name in value)
    return False


def _either(node: TreeNode, members: tuple[LiteralType, ...], faults: Faults, subject: str) -> Absent:
    listed = " or ".join(spelling(member) for member in members)
    faults.add(
        "FO427",
        f"{subject} may be {listed}, and nothing written here says which",
        at=node.place,
        label="fits each of them",
        help="let the type be one of them, give one a field that the other lacks, or take the output of a task",
    )
    return ABSENT


def outside_members(of: UnionOf) -> tuple[LiteralType, ...]:
    """The members that a URI may stand for, when there are several: nothing tells which one is meant."""
    found = tuple(member for member in of.members if isinstance(member, BlobOf | DatasetOf))
    return found if len(found) > 1 else ()


def is_null_node(node: TreeNode) -> bool:
    """Whether the value is `null`, `~` or empty."""
    return isinstance(node, Scalar) and is_null(node)


def _shape_fits(node: TreeNode, of: LiteralType) -> bool:
    match node:
        case Scalar():
            return isinstance(of, Simple | EnumOf | BlobOf) and of != NONE
        case Sequence():
            return isinstance(of, ListOf)
        case Mapping():
            return isinstance(of, RecordOf | DictOf)
        case _:
            assert_never(node)


def _dict(
    node: TreeNode, of: LiteralType, key: LiteralType, value: LiteralType, faults: Faults, subject: str
) -> Json | Absent:
    if not isinstance(node, Mapping):
        return _wrong(node, of, faults, subject)
    pairs: list[tuple[Json, Json]] = []
    before: dict[bytes, Scalar] = {}
    for entry in node.entries:
        found_key = entry.key.text if key == STR else wire_value(entry.key, key, faults=faults, subject="a key")
        found = wire_value(entry.value, value, faults=faults, subject=f'the value of "{entry.key.text}"')
        if isinstance(found_key, Absent):
            continue
        if before.setdefault(canonical(found_key), entry.key) is not entry.key:
            _same_key(entry.key, before[canonical(found_key)], faults)
        elif not isinstance(found, Absent):
            pairs.append((found_key, found))
    if len(pairs) < len(node.entries):
        return ABSENT
    return {str(name): part for name, part in pairs} if key == STR else ordered_pairs(pairs)


def _same_key(key: Scalar, earlier: Scalar, faults: Faults) -> None:
    faults.add(
        "FO428",
        f"{key.text} and {earlier.text} are the same key",
        at=key.place,
        label="second",
        help="keep one of them",
        related=(Related(place=earlier.place, label="first"),),
    )


def _record(node: TreeNode, of: RecordOf, faults: Faults, subject: str) -> Json | Absent:
    if not isinstance(node, Mapping):
        return _wrong(node, of, faults, subject)
    check_fields(node, of, faults=faults)
    fields: dict[str, Json] = {}
    whole = True
    for field in of.fields:
        given = node.get(field.name)
        if given is None:
            whole = whole and not field.required
            for default in field.default:  # one, where it is known
                fields[field.name] = default
            continue
        value = wire_value(given, field.type, faults=faults, subject=f"{of.name}.{field.name}")
        if isinstance(value, Absent):
            whole = False
        else:
            fields[field.name] = value
    known = {field.name for field in of.fields}
    return fields if whole and all(name in known for name, _ in node.items()) else ABSENT


def check_fields(node: Mapping, of: RecordOf, *, faults: Faults) -> None:
    """Notes fields that the record does not have, and required ones that are not given."""
    known = [field.name for field in of.fields]
    for entry in node.entries:
        if entry.key.text not in known:
            faults.add(
                "FO251",
                f'{of.name} has no field "{entry.key.text}"',
                at=entry.key.place,
                help=suggestion(entry.key.text, known, kinds="fields"),
            )
    missing = [field for field in of.fields if field.required and node.get(field.name) is None]
    if missing:
        listed = ", ".join(f"{field.name}: {spelling(field.type)}" for field in missing)
        faults.add(
            "FO252",
            f"{of.name} needs {listed}",
            at=node.place,
            label="missing here",
            help="give a value for each field that has no default",
        )


def _wrong(node: TreeNode, of: LiteralType, faults: Faults, subject: str) -> Absent:
    found, way_out = _what(node, of)
    faults.add("FO250", f"{subject} must be {spelling(of)}, not {found}", at=node.place, label=found, help=way_out)
    return ABSENT


def _what(node: TreeNode, of: LiteralType) -> tuple[str, str]:
    """What stands there in words, and the way out."""
    want = _wanted(of)
    match node:
        case Sequence():
            return "a list", f"write {want}"
        case Mapping():
            return "a map", f"write {want}"
        case Scalar():
            return _what_scalar(node, of, want)
        case _:
            assert_never(node)


def _what_scalar(node: Scalar, of: LiteralType, want: str) -> tuple[str, str]:
    if is_null(node):
        if not accepts_none(of):
            return "null", f"write {want}, or let the type be {spelling(of)} | None"
        return "null", f"write {want}"
    shown = node.text if len(node.text) <= 40 else node.text[:39] + "…"
    if node.style != "plain":
        unquoted = Scalar(text=node.text, style="plain", place=node.place)
        if isinstance(of, Simple) and not isinstance(wire_value(unquoted, of, faults=Faults(), subject=""), Absent):
            return f'the text "{shown}"', f"take the quotes away: {node.text}"
        return f'the text "{shown}"', f"write {want}"
    if of == Simple("timedelta") and re.fullmatch(r"\d+(\.\d+)?", node.text):
        return shown, f"say the unit: {node.text}s"
    if of == Simple("datetime") and _DATE.fullmatch(node.text):
        return shown, f"write {node.text}T00:00:00Z"
    if of == Simple("int") and isinstance(core_value(node), float) and _INTEGRAL.fullmatch(node.text.split(".")[0]):
        return shown, f"write {want}; nothing is rounded"
    return shown, f"write {want}"


def _wanted(of: LiteralType) -> str:
    match of:
        case Simple(name):
            return _EXAMPLES[name]
        case ListOf(item):
            return f"a list of {spelling(item)}: [… , …]"
        case DictOf():
            return f"a map: {spelling(of)}"
        case RecordOf(fields):
            return "a map with " + ", ".join(field.name for field in fields)
        case EnumOf(values):
            return "one of " + ", ".join(str(value) for value in values)
        case PickleOf():
            return "a reference to the output of a task"
        case BlobOf() | DatasetOf():
            return "a URI, or a path from the root of the repository"
        case UnionOf():
            return f"a value of {spelling(of)}"
        case _:
            assert_never(of)


def related_type(place: Place, of: LiteralType, name: str) -> Related:
    """Where a type was said."""
    return Related(place=place, label=f"{name} is {spelling(of)}")
