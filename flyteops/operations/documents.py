"""JSON documents that come back from outside: checked against their published schema before anything looks inside."""

from __future__ import annotations

import json

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import Json, JsonObject
from flyteops.model.errors import InvalidProject
from flyteops.model.plan import Plan
from flyteops.plan import plan_of, plan_schema

MOST_FAULTS = 5


def read_plan(path: str, data: bytes) -> Plan:
    """A saved plan; InvalidProject (FO592) when it is not one, or was changed since it was made."""
    return read_saved_plan(path, data)[0]


def read_saved_plan(path: str, data: bytes) -> tuple[Plan, str]:
    """The same, with the version of the tool that made it."""
    document = checked(path, data, schema=plan_schema())
    plan = plan_of(document)
    if plan is None:
        raise InvalidProject([_fault(path, "its digest does not fit its content: it was edited", at="digest")])
    return plan, str(document["tool_version"])


def checked(path: str, data: bytes, *, schema: JsonObject) -> JsonObject:
    """The document, when it fits the schema; InvalidProject with every place where it does not."""
    from jsonschema import Draft202012Validator

    try:
        document: Json = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidProject([_fault(path, f"it is not JSON ({error})", at="")]) from error
    found = sorted(Draft202012Validator(schema).iter_errors(document), key=lambda each: list(map(str, each.path)))
    if found:
        raise InvalidProject(
            [_fault(path, each.message[:200], at=each.json_path.removeprefix("$.")) for each in found[:MOST_FAULTS]]
        )
    assert isinstance(document, dict)  # noqa: S101 - every schema of ours is of an object
    return document


def _fault(path: str, why: str, *, at: str) -> Diagnostic:
    where = f" at {at}" if at and at != "$" else ""
    return Diagnostic(
        code="FO592",
        message=f"{path} cannot be used{where}: {why}",
        place=None,
        help="make it anew: flyteops plan --out FILE",
    )
