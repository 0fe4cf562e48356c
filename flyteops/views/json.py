"""What is shown as JSON: sorted keys, two spaces, a line break at the end; the same value gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import Json, JsonObject
from flyteops.source.credentials import masked

_ENCODER = json.JSONEncoder(sort_keys=True, indent=2, ensure_ascii=True, allow_nan=False)
_AT_ONCE = 4096


def render_document(value: Json) -> str:
    """A JSON value as text. Its pieces, a few for every value, are put together as they come: a plan of ten thousand
    entities has a million of them."""
    pieces = _ENCODER.iterencode(value)
    parts: list[str] = []
    while part := "".join(islice(pieces, _AT_ONCE)):
        parts.append(part)
    return "".join((*parts, "\n"))


def render_diagnostics(found: Iterable[Diagnostic]) -> str:
    """Diagnostics as a list, in the order given."""
    return render_document(diagnostics_wire(found))


def diagnostics_wire(found: Iterable[Diagnostic]) -> list[Json]:
    """Diagnostics as JSON values; the places of one that has none are null."""
    return [_diagnostic(each) for each in found]


def _diagnostic(found: Diagnostic) -> JsonObject:
    place = found.place
    return {
        "code": found.code,
        "severity": str(found.severity),
        "message": masked(found.message),
        "path": place.path if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "end_line": place.end_line if place else None,
        "end_column": place.end_column if place else None,
        "help": masked(found.help) or None,
    }


def diagnostics_schema() -> JsonObject:
    """JSON Schema of the list."""
    number: Json = {"type": ["integer", "null"], "minimum": 1}
    properties: JsonObject = {
        "code": {"type": "string", "pattern": "^FO"},
        "severity": {"enum": ["error", "warning"]},
        "message": {"type": "string"},
        "path": {"type": ["string", "null"]},
        "line": number,
        "column": number,
        "end_line": number,
        "end_column": number,
        "help": {"type": ["string", "null"]},
    }
    entry: Json = {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "flyteops diagnostics",
        "type": "array",
        "items": entry,
    }
