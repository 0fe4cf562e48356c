"""The field tables as JSON Schema, for editors. It says no more than the tables; the checks say the rest."""

from __future__ import annotations

from flyteops.model.digest import Json, JsonObject
from flyteops.source.fields import API_VERSION, DEFAULTS, ENTITIES, MOVED
from flyteops.source.naming import PATTERNS
from flyteops.source.quantities import DURATION_PATTERN, QUANTITY_PATTERN
from flyteops.source.reader import read_node
from flyteops.source.scalars import core_value
from flyteops.source.shapes import (
    AnyValue,
    Duration,
    Either,
    Field,
    Flag,
    ListOf,
    MapOf,
    Number,
    Quantity,
    Shape,
    Table,
    Text,
    TextRule,
    Words,
)  # fmt: skip
from flyteops.source.tree import Mapping, Scalar, TreeNode

_NULL: JsonObject = {"type": "null"}


def declaration_schema() -> JsonObject:
    """JSON Schema (draft 2020-12) of a declaration file."""
    defs: dict[str, JsonObject] = {}
    properties: dict[str, Json] = {
        "apiVersion": {"const": API_VERSION, "description": "The language of this file."},
        "domain": {
            "type": "string",
            "pattern": f"^(?:{PATTERNS['entity']})$",
            "description": "Makes the file an overlay: laid over the base for this one domain.",
        },
    }
    for name, (field, _) in ENTITIES.items():
        entry = _nullable(_schema(field.shape, defs))
        properties[name] = {
            "type": "object",
            "description": field.description,
            "propertyNames": {"pattern": f"^(?:{PATTERNS['task' if name == 'tasks' else 'entity']})$"},
            "additionalProperties": entry,
        }
    properties["defaults"] = {**_schema(DEFAULTS, defs), "description": "Options for the entities of this file."}
    properties["moved"] = {**_schema(MOVED, defs), "description": "Renames that keep history, cache and schedules."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "flyteops declarations, flyteops/v1",
        "description": "Made from the field tables of flyteops; not written by hand.",
        "type": "object",
        "properties": properties,
        "required": ["apiVersion"],
        "additionalProperties": False,
        "$defs": {name: defs[name] for name in sorted(defs)},
    }


# ------------------------------------------------------------------------------------------------- shapes


def _schema(shape: Shape, defs: dict[str, JsonObject]) -> JsonObject:
    match shape:
        case Text():
            return _text(shape.rule)
        case Words():
            return {"enum": list(shape.words)}
        case Number():
            bounds: dict[str, Json] = {"type": "integer" if shape.whole else "number", "minimum": shape.least}
            return bounds if shape.most is None else {**bounds, "maximum": shape.most}
        case Flag():
            return {"type": "boolean"}
        case Duration():
            return {"type": "string", "pattern": f"^{DURATION_PATTERN}$"}
        case Quantity():
            return {"type": ["string", "number"], "pattern": f"^{QUANTITY_PATTERN}$", "exclusiveMinimum": 0}
        case AnyValue():
            return {}
        case ListOf():
            items: dict[str, Json] = {"type": "array", "items": _schema(shape.item, defs)}
            return {**items, "minItems": shape.least} if shape.least else items
        case MapOf():
            return _map(shape, defs)
        case Either():
            parts = (shape.scalar, shape.sequence, shape.mapping)
            return _any_of([_schema(part, defs) for part in parts if part is not None])
        case Table():
            return _short(shape, _reference(shape, defs), defs)


def _text(rule: TextRule) -> JsonObject:
    if rule in PATTERNS:
        # A plain number or boolean is text where text is wanted, and then it is checked as the text written.
        loose = rule in ("label_value", "image", "image_reference", "image_repository")
        return {"type": ["string", "number", "boolean"] if loose else "string", "pattern": f"^(?:{PATTERNS[rule]})$"}
    return {"type": ["string", "number", "boolean"]}


def _map(shape: MapOf, defs: dict[str, JsonObject]) -> JsonObject:
    value = _schema(shape.value, defs)
    wire: JsonObject = {"type": "object", "additionalProperties": value and _nullable(value)}
    if shape.key in PATTERNS:
        wire["propertyNames"] = {"pattern": f"^(?:{PATTERNS[shape.key]})$"}
    return wire


def _short(table: Table, whole: JsonObject, defs: dict[str, JsonObject]) -> JsonObject:
    if table.short:
        return _any_of([_schema(table.fields[table.short].shape, defs), whole])
    return _any_of([{"type": "boolean"}, whole]) if table.switch else whole


def _reference(table: Table, defs: dict[str, JsonObject]) -> JsonObject:
    name = table.what.replace(" ", "_")
    if name not in defs:
        defs[name] = {}
        defs[name] = _table(table, defs)
    return {"$ref": f"#/$defs/{name}"}


def _table(table: Table, defs: dict[str, JsonObject]) -> JsonObject:
    apart: dict[str, Json] = {}
    for one in table.kinds:
        others = [other for other in table.kinds if other != one]
        if others:
            apart[one] = {"properties": dict.fromkeys(others, False)}
    for one, other in table.apart:
        apart[one] = {"properties": {other: False}}
    wire: JsonObject = {
        "type": "object",
        "properties": {name: _field(field, defs) for name, field in table.fields.items()},
        "additionalProperties": False,
    }
    if table.required:
        wire["required"] = list(table.required)
    if apart:
        wire["dependentSchemas"] = apart
    return wire


def _field(field: Field, defs: dict[str, JsonObject]) -> JsonObject:
    if field.refused:
        return {"not": {}, "description": f"Refused: {field.refused}."}
    found = _schema(field.shape, defs)
    wire: JsonObject = {**(_nullable(found) if found else {}), "description": field.description}
    if field.example:
        wire["examples"] = [_json_of(field.example)]
    return wire


def _nullable(schema: JsonObject) -> JsonObject:
    """Null removes what a default or the base gives."""
    return _any_of([schema, _NULL])


def _any_of(schemas: list[JsonObject]) -> JsonObject:
    flat: list[Json] = []
    for schema in schemas:
        inner = schema.get("anyOf")
        if isinstance(inner, list) and len(schema) == 1:
            flat.extend(inner)
        else:
            flat.append(schema)
    return {"anyOf": flat}


def _json_of(example: str) -> Json:
    node, faults = read_node("example", example.encode())
    if node is None or faults:
        raise AssertionError(f"an example is no YAML: {example}")
    return _json(node)


def _json(node: TreeNode) -> Json:
    if isinstance(node, Scalar):
        return core_value(node)
    if isinstance(node, Mapping):
        return {name: _json(value) for name, value in node.items()}
    return [_json(item) for item in node.items]
