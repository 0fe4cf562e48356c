"""The JSON Schema (draft 2020-12) of the inputs of a launch: what `compile.values` takes, said as a schema.

`DIFFERENCES` lists every point in which the two may differ; a property test holds them to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from flyteops.compile.values import outside_members
from flyteops.execution.artifacts import queries_of
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import LaunchPlan, Variable, Workflow
from flyteops.model.literals import Literal
from flyteops.model.types import (
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
    SimpleName,
    UnionOf,
    member_key,
    spelling,
)
from flyteops.source.quantities import DURATION_PATTERN
from flyteops.source.scalars import INT_MAX, INT_MIN

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DIFFERENCES = (
    "A launch reads the values itself. It is stricter than this schema in these points: a whole number is written "
    "without a fraction or an exponent (1.0 is none), a number of digits alone fits 64 bits, a day is one of the "
    "calendar, and a duration is at most 366d. It is looser in these: where a file or a word is wanted, an unquoted "
    "number or boolean stands for its text, and a number that is a key may be spelt in any way of YAML. A map that "
    "fits several members of a union is refused, and so are two spellings of one key."
)
_NO_REFERENCE = r"^(?!\$(?!\$))"
"""Text that begins with `$` is a reference, which no launch has; `$$` stands for the one that is meant."""
_DATE = "(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_HOURS = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_DATETIME = f"{_DATE}[Tt ]{_HOURS}(?::[0-5][0-9](?:\\.[0-9]{{1,9}})?)?(?:[Zz]|[-+]{_HOURS})?"
_INT = "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_TEXT: JsonObject = {"type": ["string", "number", "boolean"], "pattern": _NO_REFERENCE}
_PLACE: JsonObject = {"type": "string", "minLength": 1, "pattern": _NO_REFERENCE}

_NOTHING: JsonObject = {"not": {}}

_JSON_TEXT: JsonObject = {"type": "string", "pattern": _NO_REFERENCE}
_JSON: JsonObject = {
    "description": "Any value.",
    "anyOf": [
        {"type": ["null", "boolean", "number"]},
        _JSON_TEXT,
        {"type": "array", "items": {"$ref": "#/$defs/Json"}},
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/Json"}},
    ],
}
_SIMPLE: dict[SimpleName, JsonObject] = {
    "int": {"type": "integer", "minimum": INT_MIN, "maximum": INT_MAX},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "str": _TEXT,
    "datetime": {"type": "string", "pattern": f"^{_DATETIME}$", "examples": ["2026-01-31T08:00:00Z"]},
    "date": {"type": "string", "format": "date", "pattern": f"^{_DATE}$", "examples": ["2026-01-31"]},
    "timedelta": {"type": "string", "pattern": f"^{DURATION_PATTERN}$", "examples": ["1h30m"]},
    "json": {"$ref": "#/$defs/Json"},
    "none": {"type": "null"},
}


def plan_inputs_schema(plan: LaunchPlan, workflow: Workflow, *, address: str) -> JsonObject:
    """The inputs that somebody who launches the plan may give: fixed ones are not among them."""
    fixed, defaults = dict(plan.fixed_inputs), dict(plan.default_inputs)
    free = [variable for variable in workflow.interface.inputs if variable.name not in fixed]
    kickoff = plan.schedule.kickoff_time_input if plan.schedule is not None else None
    words = {name: f"When absent, the newest {query}." for name, query in queries_of(plan, workflow)}
    found = frozenset(words)
    if kickoff:
        words[kickoff] = "The schedule gives its own time here; by hand, `--slot` does."
    about = plan.description or workflow.description
    return inputs_schema(free, address=address, about=about, defaults=defaults, words=words, found=found)


def inputs_schema(
    variables: Iterable[Variable],
    *,
    address: str,
    about: str,
    defaults: Mapping[str, Literal] | None = None,
    words: Mapping[str, str] | None = None,
    found: frozenset[str] = frozenset(),
) -> JsonObject:
    """The schema of a map of inputs; `defaults` go before those of the variables, `words` are added to descriptions."""
    free = sorted(variables, key=_name_of)
    given = defaults or {}
    properties: dict[str, Json] = {
        each.name: _property(each, given.get(each.name), (words or {}).get(each.name, "")) for each in free
    }
    required: list[Json] = [each.name for each in free if each.required and each.name not in (*given, *found)]
    schema: JsonObject = {
        "$schema": DRAFT,
        "title": f"Inputs of {address}",
        "description": f"{about} {DIFFERENCES}".strip(),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return {**schema, "$defs": {"Json": _JSON}} if _mentions_json(properties) else schema


def type_schema(of: LiteralType) -> JsonObject:
    """The schema of a value of the type; `Json` refers to `#/$defs/Json`."""
    match of:
        case Simple(name):
            return _SIMPLE[name]
        case ListOf(item):
            return {"type": "array", "items": type_schema(item)}
        case DictOf(key, value):
            names = _key_schema(key)
            wire: JsonObject = {"type": "object", "additionalProperties": type_schema(value)}
            return {**wire, "propertyNames": names} if names else wire
        case UnionOf(members):
            unwritable = outside_members(of)
            return {"anyOf": [type_schema(member) for member in members if member not in unwritable] or [_NOTHING]}
        case EnumOf(values):
            return {"enum": [_escaped(value) if isinstance(value, str) else value for value in values]}
        case RecordOf(fields):
            needed: list[Json] = [field.name for field in fields if field.required]
            return {
                "title": of.name,
                "type": "object",
                "properties": {field.name: type_schema(field.type) for field in fields},
                "required": needed,
                "additionalProperties": False,
            }
        case PickleOf():
            return {**_NOTHING, "description": f"{spelling(of)}: made by tasks only."}
        case BlobOf() | DatasetOf():
            return {**_PLACE, "description": f"{spelling(of)}: a URI, or a path from the root of the repository."}
        case _:
            assert_never(of)


def written(value: Json, of: LiteralType) -> Json:
    """A stored value as a launch would give it; None also for what cannot be written, as NaN."""
    match of:
        case UnionOf(members):
            return _member_written(value, members)
        case ListOf(item):
            return [written(each, item) for each in value] if isinstance(value, list | tuple) else value
        case DictOf(key, inner):
            if isinstance(value, Mapping):
                return {name: written(each, inner) for name, each in value.items()}
            pairs = (
                [each for each in value if isinstance(each, list | tuple)] if isinstance(value, list | tuple) else []
            )
            return {_key_text(written(name, key)): written(each, inner) for name, each in pairs}
        case RecordOf(fields):
            types = {field.name: field.type for field in fields}
            entries = value.items() if isinstance(value, Mapping) else ()
            return {name: written(each, types[name]) for name, each in entries}
        case BlobOf() | DatasetOf() | PickleOf():
            inner_value = next(iter(value.values())) if isinstance(value, Mapping) else None
            return _escaped(str(inner_value["uri"])) if isinstance(inner_value, Mapping) else None
        case EnumOf() | Simple():
            return _simple_written(value, of)
        case _:
            assert_never(of)


def _simple_written(value: Json, of: LiteralType) -> Json:
    if isinstance(value, Mapping) and of != Simple("json"):
        microseconds = value.get("$us")
        return _duration(microseconds) if isinstance(microseconds, int) else None
    if isinstance(value, Mapping):
        return None if set(value) == {"$f"} else {name: _simple_written(each, of) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_simple_written(each, of) for each in value]
    return _escaped(value) if isinstance(value, str) else value


def _member_written(value: Json, members: tuple[LiteralType, ...]) -> Json:
    if not isinstance(value, Mapping) or "$u" not in value:
        return value
    of = next((member for member in members if member_key(member) == value["$u"]), None)
    return written(value["value"], of) if of is not None else None


def _duration(microseconds: int) -> str:
    milliseconds = microseconds // 1000
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, size)
        parts.append(f"{count}{unit}" if count else "")
    return "".join(parts) or "0s"


def _property(variable: Variable, default: Literal | None, words: str) -> JsonObject:
    said = variable.description or spelling(variable.type)
    if words:
        said = f"{said.rstrip('.')}. {words}"
    wire: dict[str, Json] = {**type_schema(variable.type), "description": said}
    known = default or variable.default
    if known is not None:
        value = written(known.value, variable.type)
        if value is not None or known.value is None or _is_none_member(known.value):
            wire["default"] = value
    return wire


def _is_none_member(value: Json) -> bool:
    return isinstance(value, Mapping) and "$u" in value and value["value"] is None


def _key_schema(of: LiteralType) -> JsonObject | None:
    """What the text of a key must be; None when any text will do."""
    match of:
        case Simple("int"):
            return {"pattern": f"^(?:{_INT})$"}
        case Simple("float"):
            return {"pattern": f"^(?:{_INT}|{_FLOAT})$"}
        case Simple("bool"):
            return {"enum": ["true", "True", "TRUE", "false", "False", "FALSE"]}
        case Simple("datetime" | "date" | "timedelta" as name):
            return {"pattern": _SIMPLE[name]["pattern"]}
        case EnumOf(values):
            return {"enum": [_escaped(value) if isinstance(value, str) else str(value) for value in values]}
        case UnionOf(members):
            keys = [_key_schema(member) for member in members]
            return None if None in keys else {"anyOf": [each for each in keys if each is not None]}
    return None if of == STR else {"pattern": _NO_REFERENCE}


def _key_text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _escaped(text: str) -> str:
    return "$" + text if text.startswith("$") else text


def _mentions_json(value: Json) -> bool:
    if isinstance(value, Mapping):
        return value.get("$ref") == "#/$defs/Json" or any(_mentions_json(each) for each in value.values())
    return isinstance(value, list | tuple) and any(_mentions_json(each) for each in value)


def _name_of(variable: Variable) -> str:
    return variable.name
