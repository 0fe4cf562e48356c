"""A second opinion on every emitted object. Shares no code with the emitter: it knows the rules, not the program."""

from __future__ import annotations

from flyteops.argo.verify.rules import template_rules
from flyteops.argo.verify.schema import CRON_SCHEMA, template_schema
from flyteops.argo.verify.shapes import Finding, Value

_NEWEST, _OTHERS = template_schema(newest=True), template_schema(newest=False)

__all__ = ["Finding", "verify"]


def verify(body: Value, *, argo: str = "4.1") -> tuple[Finding, ...]:
    """What is wrong with an object for this version of the engine; nothing for all that we emit."""
    kind = body.get("kind") if isinstance(body, dict) else None
    if kind == "CronWorkflow":
        return tuple(CRON_SCHEMA(body, ""))
    if kind != "WorkflowTemplate":
        return (Finding("kind", f"{kind!r} is never emitted"),)
    found = tuple((_NEWEST if argo == "4.1" else _OTHERS)(body, ""))
    # The rules read a body whose shape is sure.
    return found or tuple(template_rules(body))
