"""The plan as a JSON document: closed, sorted, without a clock. `schemas/plan.v1.json` is generated from here."""

from __future__ import annotations

from flyteops.model.digest import Json, JsonObject
from flyteops.model.plan import (
    FORMAT_VERSION,
    Change,
    ConsentState,
    Deltas,
    FieldChange,
    InterfaceFinding,
    NodeRecompute,
    Plan,
    PlanContext,
    Refusal,
    Upcoming,
)
from flyteops.plan.size import size_of

OUTSIDE_THE_DIGEST = (
    "format_version", "tool_version", "digest", "size", "upcoming", "deltas", "consents", "refusals",
    "unfinished_runs",
)  # fmt: skip


def plan_wire(plan: Plan, *, tool: str, context: PlanContext | None = None) -> JsonObject:
    """The published document. `tool`, the version of flyteops that made it, and `context`, which takes a clock or
    other commits, are no part of the digest."""
    beside = context or PlanContext()
    size = size_of(plan, beside.timings)
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": tool,
        "cluster": None,
        **plan_body(plan),
        "digest": plan.digest,
        "size": {
            "steps": size.steps,
            "maybe": size.maybe,
            "of": size.of,
            "gpu_hours": size.gpu_hours,
            "cost": size.cost,
            "basis": size.basis,
        },
        "upcoming": [_upcoming(each) for each in beside.upcoming],
        "deltas": _deltas(beside.deltas) if beside.deltas else None,
        "consents": [_consent(each) for each in beside.consents],
        "refusals": [_refusal(each) for each in beside.refusals],
        "unfinished_runs": touched_runs(plan, beside),
    }


def touched_runs(plan: Plan, context: PlanContext) -> JsonObject | None:
    """Runs that are not over and that a change of the plan touches, by address; each goes on with the version that it
    started with. None when it is unknown."""
    if context.unfinished_runs is None:
        return None
    touched: set[str] = set()
    for change in plan.changes:
        touched |= {str(change.entity), *change.reach.workflows, *change.reach.launch_plans}
    return {address: count for address, count in context.unfinished_runs.items() if address in touched}


def _upcoming(each: Upcoming) -> JsonObject:
    return {
        "launch_plan": each.launch_plan,
        "timezone": each.timezone,
        "next": list(each.next),
        "version": each.version,
        "previous_version": each.previous_version,
    }


def _deltas(deltas: Deltas) -> JsonObject:
    """What the change does, and what was pending already: each with the changes of a plan of its own."""
    return {
        "against": deltas.against,
        "change": {
            "changes": [change_parts(each) for each in deltas.change.changes],
            "nodes": [_node(each) for each in deltas.change.nodes],
        },
        "pending": {
            "changes": [change_parts(each) for each in deltas.pending.changes],
            "nodes": [_node(each) for each in deltas.pending.nodes],
        },
    }


def _consent(each: ConsentState) -> JsonObject:
    return {
        "address": each.address,
        "rule": each.rule,
        "state": each.state,
        "message": each.message,
        "reason": each.reason,
        "file": each.file,
        "line": each.line,
    }


def _refusal(each: Refusal) -> JsonObject:
    return {"rule": each.rule, "message": each.message, "protects": each.protects, "way_out": each.way_out}


def plan_body(plan: Plan) -> JsonObject:
    """What the plan's digest is taken over."""
    return {
        **({"cluster": plan.cluster} if plan.cluster else {}),
        "registry": {"lineage": plan.lineage, "generation": plan.generation},
        "tree": {
            "commit": plan.tree.commit,
            "files_digest": plan.tree.files_digest,
            "uncommitted": list(plan.tree.uncommitted),
        },
        "project": plan.project,
        "domain": plan.domain,
        "changes": [change_parts(each) for each in plan.changes],
        "nodes": [_node(each) for each in plan.nodes],
        "unchanged": plan.unchanged,
        "warnings": list(plan.warnings),
    }


def change_parts(change: Change) -> JsonObject:
    """One change of the document."""
    return {
        "address": str(change.entity),
        "previous_address": str(change.previous) if change.previous else None,
        "action": change.action,
        "interface": {"class": change.interface, "rules": [_finding(each) for each in change.findings]},
        "recompute": {"class": change.recompute, "reasons": list(change.reasons)},
        "fields": [_field(each) for each in change.fields],
        "effect": {
            "when": change.effect.when,
            "schedules": [
                {"launch_plan": each.launch_plan, "version": each.version, "previous_version": each.previous_version}
                for each in change.effect.schedules
            ],
        },
        "reach": {
            "workflows": list(change.reach.workflows),
            "launch_plans": list(change.reach.launch_plans),
            "elsewhere": list(change.reach.elsewhere),
        },
        "digest": change.digest,
        "previous_digest": change.previous_digest,
    }


def _finding(finding: InterfaceFinding) -> JsonObject:
    return {
        "rule": finding.rule,
        "message": finding.message,
        "breaking": finding.breaking,
        "consumers": list(finding.consumers),
        "adapted": list(finding.adapted),
        "outside": finding.outside,
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
    yes_or_no: Json = {"type": "boolean"}
    rule = _closed(rule=text, message=text, breaking=yes_or_no, consumers=texts, adapted=texts, outside=yes_or_no)
    scheduled = _closed(launch_plan=text, version=maybe_text, previous_version=maybe_text)
    field = _closed(path=text, before={}, after={}, file=maybe_text, line={"type": ["integer", "null"], "minimum": 1})
    classes: Json = {"enum": ["new", "same", "compatible", "breaking", "removed", "none"]}
    change = _closed(
        address=text,
        previous_address=maybe_text,
        action={"enum": ["create", "update", "retire", "move"]},
        interface=_of_class(classes, rules={"type": "array", "items": rule}),
        recompute=_of_class(outcome, reasons=texts),
        fields={"type": "array", "items": field},
        effect=_closed(
            when={"enum": ["next_run", "stops", "not_run"]}, schedules={"type": "array", "items": scheduled}
        ),
        reach=_closed(workflows=texts, launch_plans=texts, elsewhere=texts),
        digest=maybe_text,
        previous_digest=maybe_text,
    )
    node = _closed(workflow=text, launch_plan=maybe_text, node=text, task=text, outcome=outcome, reasons=texts)
    changes: Json = {"type": "array", "items": {"$ref": "#/$defs/change"}}
    nodes: Json = {"type": "array", "items": {"$ref": "#/$defs/node"}}
    document = _closed(
        **_beside(changes, nodes),
        format_version={"const": FORMAT_VERSION},
        tool_version=text,
        registry=_closed(lineage=text, generation=count),
        tree=_closed(commit=maybe_text, files_digest=text, uncommitted=texts),
        project=text,
        domain=text,
        cluster=maybe_text,
        changes=changes,
        nodes=nodes,
        unchanged=count,
        warnings=texts,
        digest={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "flyteops plan",
        **document,
        "$defs": {"change": change, "node": node},
    }


def _beside(changes: Json, nodes: Json) -> JsonObject:
    """The parts that are no part of the digest."""
    text: Json = {"type": "string"}
    maybe_text: Json = {"type": ["string", "null"]}
    maybe_number: Json = {"type": ["number", "null"], "minimum": 0}
    count: Json = {"type": "integer", "minimum": 0}
    upcoming = _closed(
        launch_plan=text,
        timezone=text,
        next={"type": "array", "items": text},
        version=maybe_text,
        previous_version=maybe_text,
    )
    delta = _closed(changes=changes, nodes=nodes)
    consent = _closed(
        address=text,
        rule=text,
        state={"enum": ["given", "missing", "expired", "spent", "unused"]},
        message=text,
        reason=text,
        file=maybe_text,
        line={"type": ["integer", "null"], "minimum": 1},
    )
    refusal = _closed(rule=text, message=text, protects=text, way_out=text)
    return {
        "size": _closed(steps=count, maybe=count, of=count, gpu_hours=maybe_number, cost=maybe_number, basis=text),
        "upcoming": {"type": "array", "items": upcoming},
        "deltas": {"anyOf": [{"type": "null"}, _closed(against=text, change=delta, pending=delta)]},
        "consents": {"type": "array", "items": consent},
        "refusals": {"type": "array", "items": refusal},
        "unfinished_runs": {"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": count}]},
    }


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
