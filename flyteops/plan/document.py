"""The plan as a JSON document: closed, sorted, without a clock. `schemas/plan.v1.json` is generated from here."""

from __future__ import annotations

from flyteops.model.digest import Json, JsonObject
from flyteops.model.plan import FORMAT_VERSION, Change, FieldChange, InterfaceFinding, NodeRecompute, Plan


def plan_wire(plan: Plan, *, tool: str) -> JsonObject:
    """The published document; `tool` is the version of flyteops that made it and is no part of the digest."""
    return {"format_version": FORMAT_VERSION, "tool_version": tool, **plan_body(plan), "digest": plan.digest}


def plan_body(plan: Plan) -> JsonObject:
    """What the plan's digest is taken over."""
    return {
        "registry": {"lineage": plan.lineage, "generation": plan.generation},
        "tree": {
            "commit": plan.tree.commit,
            "files_digest": plan.tree.files_digest,
            "uncommitted": list(plan.tree.uncommitted),
        },
        "project": plan.project,
        "domain": plan.domain,
        "changes": [_change(each) for each in plan.changes],
        "nodes": [_node(each) for each in plan.nodes],
        "unchanged": plan.unchanged,
        "warnings": list(plan.warnings),
    }


def _change(change: Change) -> JsonObject:
    return {
        "address": str(change.entity),
        "previous_address": str(change.previous) if change.previous else None,
        "action": change.action,
        "interface": {"class": change.interface, "rules": [_finding(each) for each in change.findings]},
        "recompute": {"class": change.recompute, "reasons": list(change.reasons)},
        "fields": [_field(each) for each in change.fields],
        "digest": change.digest,
        "previous_digest": change.previous_digest,
    }


def _finding(finding: InterfaceFinding) -> JsonObject:
    return {
        "rule": finding.rule,
        "message": finding.message,
        "breaking": finding.breaking,
        "consumers": list(finding.consumers),
    }


def _field(change: FieldChange) -> JsonObject:
    return {
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "file": change.file,
        "line": change.line,
    }


def _node(node: NodeRecompute) -> JsonObject:
    return {
        "workflow": node.workflow,
        "launch_plan": node.launch_plan,
        "node": node.node,
        "task": node.task,
        "outcome": node.outcome,
        "reasons": list(node.reasons),
    }


def plan_schema() -> JsonObject:
    """JSON Schema of the document: nothing in it is optional, nothing else may be in it."""
    text: Json = {"type": "string"}
    texts: Json = {"type": "array", "items": text}
    maybe_text: Json = {"type": ["string", "null"]}
    count: Json = {"type": "integer", "minimum": 0}
    outcome: Json = {"enum": ["new", "none", "yes", "maybe", "always"]}
    rule = _closed(rule=text, message=text, breaking={"type": "boolean"}, consumers=texts)
    field = _closed(path=text, before={}, after={}, file=maybe_text, line={"type": ["integer", "null"], "minimum": 1})
    classes: Json = {"enum": ["new", "same", "compatible", "breaking", "removed", "none"]}
    change = _closed(
        address=text,
        previous_address=maybe_text,
        action={"enum": ["create", "update", "retire", "move"]},
        interface=_of_class(classes, rules={"type": "array", "items": rule}),
        recompute=_of_class(outcome, reasons=texts),
        fields={"type": "array", "items": field},
        digest=maybe_text,
        previous_digest=maybe_text,
    )
    node = _closed(workflow=text, launch_plan=maybe_text, node=text, task=text, outcome=outcome, reasons=texts)
    document = _closed(
        format_version={"const": FORMAT_VERSION},
        tool_version=text,
        registry=_closed(lineage=text, generation=count),
        tree=_closed(commit=maybe_text, files_digest=text, uncommitted=texts),
        project=text,
        domain=text,
        changes={"type": "array", "items": change},
        nodes={"type": "array", "items": node},
        unchanged=count,
        warnings=texts,
        digest={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "flyteops plan", **document}


def _of_class(of: Json, **properties: Json) -> JsonObject:
    """A closed object whose first property is called `class`, which Python keeps for itself."""
    return _closed(**{"class": of}, **properties)


def _closed(**properties: Json) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }
