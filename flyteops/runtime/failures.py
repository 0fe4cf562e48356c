"""`$error` in an invocation of a failure handler: replaced by the value before anything else reads the document."""

from __future__ import annotations

from flyteops.model.digest import Json, JsonObject
from flyteops.model.failure import FAILURE
from flyteops.model.types import STR, type_wire

_TYPES = {field.name: type_wire(field.type) for field in FAILURE.fields}


def with_error(invocation: JsonObject, error: JsonObject, *, step: str) -> JsonObject:
    """The invocation of a handler that is called for this error and commits at `step`."""
    replaced = _replaced(invocation, error)
    return {**(replaced if isinstance(replaced, dict) else {}), "step": step}


def _replaced(document: Json, error: JsonObject) -> Json:
    if isinstance(document, dict):
        if document.get("error") is True and isinstance(path := document.get("path"), list):
            if not path:
                return {"value": error, "type": type_wire(FAILURE)}
            name = str(path[0])
            return {"value": error[name], "type": _TYPES.get(name, type_wire(STR))}
        return {key: _replaced(each, error) for key, each in document.items()}
    if isinstance(document, list):
        return [_replaced(each, error) for each in document]
    return document
