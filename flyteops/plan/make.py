"""The plan itself: what was applied against what the tree says, three axes for every change, in apply order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Never

from flyteops.model.declarations import INERT
from flyteops.model.digest import JsonObject, digest_of
from flyteops.model.entities import CaseBody, Task, Workflow, called, calls_of
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId, Kind
from flyteops.model.plan import Action, Change, NodeRecompute, Plan, RecomputeClass, TreeIdentity
from flyteops.model.program import Program
from flyteops.model.state import EntityRecord, Snapshot
from flyteops.model.wire import record_of
from flyteops.plan.causes import call_causes
from flyteops.plan.consumers import Consumers, consumers_of
from flyteops.plan.document import plan_body
from flyteops.plan.fields import field_changes
from flyteops.plan.interface import interface_class, interface_findings
from flyteops.plan.reach import Touch, calls_of_program, calls_of_snapshot
from flyteops.plan.runs import Runs, affected_workflows
from flyteops.plan.stored import stored_task

_APPLY_ORDER: dict[Kind, int] = {
    Kind.ROLE: 0, Kind.POLICY: 1, Kind.QUOTA: 2, Kind.WORKSPACE: 3,
    Kind.TASK: 4, Kind.WORKFLOW: 5, Kind.ARTIFACT: 6, Kind.LAUNCH_PLAN: 7,
}  # fmt: skip
NOTHING: Mapping[EntityId, Never] = MappingProxyType({})
_WORST: tuple[RecomputeClass, ...] = ("none", "always", "maybe", "yes", "new")


@frozen
class _Difference:
    """An entity that is not what it was, before any axis is looked at."""

    entity: EntityId
    source: EntityId | None
    action: Action
    before: EntityRecord | None
    after: EntityRecord | None


def make_plan(
    program: Program,
    snapshot: Snapshot,
    *,
    tree: TreeIdentity,
    unchanged: Mapping[EntityId, str] = NOTHING,
    records: Mapping[EntityId, EntityRecord] = NOTHING,
    cluster: str = "",
) -> Plan:
    """The plan from the snapshot to the program. Pure: the same inputs give the same plan and the same digest.

    `unchanged` are entities of the tree, with their digests, that the program leaves out: they are as in the snapshot,
    and nothing in the program reaches them or is reached by them. `records` are those of the program's entities that
    are at hand already.
    """
    sources = _moves(program, snapshot)
    digests: dict[EntityId, str] = dict(unchanged)
    differences = list(_differences(program, snapshot, sources, digests=digests, records=records))
    changed = frozenset(each.entity for each in differences)
    touch = Touch(
        new=calls_of_program(program, digests),
        old=calls_of_snapshot(snapshot),
        sources=sources,
        referrers=snapshot.referrers,
    )
    nodes = _nodes(program, snapshot, changed, touch=touch)
    wanted = frozenset(
        each.source or each.entity for each in differences if each.before is not None and each.after is not None
    )
    gone_or_changed = changed | frozenset(sources.values())
    users = consumers_of(wanted, snapshot, gone_or_changed) if wanted else Consumers({})
    axes = _Axes(program=program, consumers=users, rows=_rows(nodes), touch=touch)
    changes = tuple(axes.change(each) for each in _ordered(differences))
    plan = Plan(
        project=program.project,
        domain=program.domain,
        lineage=snapshot.lineage,
        generation=snapshot.generation,
        tree=tree,
        changes=changes,
        nodes=nodes,
        unchanged=len(digests) - sum(1 for each in differences if each.after is not None),
        warnings=tuple(_warnings(program, changes)),
        digest="",
        cluster=cluster,
    )
    return _sealed(plan)


def _sealed(plan: Plan) -> Plan:
    return replace(plan, digest=digest_of("flyteops.plan.v1", plan_body(plan)))


def without_lineage(plan: Plan) -> Plan:
    """The plan as it was before its registry was made."""
    return _sealed(replace(plan, lineage=""))


def is_empty(plan: Plan) -> bool:
    """Whether there is nothing to apply."""
    return not plan.changes


def needs_consent(plan: Plan) -> bool:
    """Whether a person has to agree: something is retired, or an interface breaks for somebody who uses it."""
    return any(change.action == "retire" or change.interface == "breaking" for change in plan.changes)


# ------------------------------------------------------------------------------------------- differences


def _moves(program: Program, snapshot: Snapshot) -> dict[EntityId, EntityId]:
    """The former name of each entity of the program that moves; chains are followed to their ends."""
    known = {entity for entity, _ in program.entities()}
    target_of = {move.source: move.target for move in program.moves}
    found: dict[EntityId, EntityId] = {}
    for source in sorted(target_of):
        target, steps = target_of[source], len(target_of)
        while target in target_of and steps:
            target, steps = target_of[target], steps - 1
        if source in snapshot.entities and target in known and target not in snapshot.entities:
            found[target] = source
    return found


def _differences(
    program: Program,
    snapshot: Snapshot,
    sources: Mapping[EntityId, EntityId],
    *,
    digests: dict[EntityId, str],
    records: Mapping[EntityId, EntityRecord],
) -> Iterator[_Difference]:
    """What differs; `digests` has what is unchanged and gets all others. A payload that is the same is let go."""
    seen: set[EntityId] = set(digests)
    for entity, value in program.entities():
        source = sources.get(entity)
        before = snapshot.entities.get(source or entity)
        after = records.get(entity) or record_of(value)
        digests[entity] = after.digest
        seen.add(source or entity)
        if before is None:
            yield _Difference(entity=entity, source=None, action="create", before=None, after=after)
        elif source is not None:
            yield _Difference(entity=entity, source=source, action="move", before=before, after=after)
        elif before.digest != after.digest:
            yield _Difference(entity=entity, source=None, action="update", before=before, after=after)
    for entity, record in snapshot.entities.items():
        if entity not in seen:
            yield _Difference(entity=entity, source=None, action="retire", before=record, after=None)


def _ordered(differences: list[_Difference]) -> list[_Difference]:
    """What others need first is made first and retired last."""

    def rank(each: _Difference) -> tuple[bool, int, str]:
        order = _APPLY_ORDER[each.entity.kind]
        return (each.action == "retire", -order if each.action == "retire" else order, each.entity.name)

    return sorted(differences, key=rank)


# ------------------------------------------------------------------------------------------------- axes


def _nodes(
    program: Program, snapshot: Snapshot, changed: frozenset[EntityId], *, touch: Touch
) -> tuple[NodeRecompute, ...]:
    if not changed:
        return ()
    runs = Runs(program=program, snapshot=snapshot, sources=touch.sources)
    found: list[NodeRecompute] = []
    for name in affected_workflows(program, changed, callers=touch.new.callers):
        found.extend(runs.of_workflow(name))
    for name in sorted(program.launch_plans):
        plan = program.launch_plans[name]
        is_new_workflow = EntityId(Kind.WORKFLOW, plan.workflow) not in snapshot.entities
        if EntityId(Kind.LAUNCH_PLAN, name) in changed and not is_new_workflow:
            found.extend(runs.of_launch_plan(plan))
    return tuple(found)


def _rows(nodes: tuple[NodeRecompute, ...]) -> dict[EntityId, list[NodeRecompute]]:
    """Nodes by the workflow or launch plan that runs them."""
    found: dict[EntityId, list[NodeRecompute]] = {}
    for node in nodes:
        plan, workflow = node.launch_plan, EntityId(Kind.WORKFLOW, node.workflow)
        found.setdefault(EntityId(Kind.LAUNCH_PLAN, plan) if plan else workflow, []).append(node)
    return found


@frozen
class _Axes:
    """Looks at one difference at a time, with what all of them share."""

    program: Program
    consumers: Consumers
    rows: Mapping[EntityId, list[NodeRecompute]]
    touch: Touch

    def change(self, each: _Difference) -> Change:
        """The difference on every axis."""
        reach, effect = self.touch.of(each.entity, each.action)
        change = Change(
            entity=each.entity,
            previous=each.source,
            action=each.action,
            digest=each.after.digest if each.after else None,
            previous_digest=each.before.digest if each.before else None,
            interface="new" if each.after else "removed",
            findings=(),
            recompute="new" if each.after else "none",
            reasons=(),
            fields=(),
            record=each.after,
            effect=effect,
            reach=reach,
        )
        if each.before is None or each.after is None:
            return change
        before, after = each.before.payload, each.after.payload
        findings = interface_findings(each.source or each.entity, before, after, consumers=self.consumers)
        recompute, reasons = _recompute(each, self.program, self.rows.get(each.entity, []))
        return replace(
            change,
            interface=interface_class(findings),
            findings=findings,
            recompute=recompute,
            reasons=reasons,
            fields=field_changes(each.entity, before, after, origins=self.program.origins),
        )


def _recompute(
    each: _Difference, program: Program, rows: list[NodeRecompute]
) -> tuple[RecomputeClass, tuple[str, ...]]:
    if each.entity.kind is Kind.TASK and each.before is not None:
        return _task_recompute(program.tasks[each.entity.name], each.before.payload)
    rows = [row for row in rows if not row.standing]
    worst = max((row.outcome for row in rows), key=_WORST.index, default=_WORST[0])
    reasons = (f"{row.node}: {reason}" for row in rows if row.outcome == worst for reason in row.reasons)
    # A step that is new in a known workflow is work to do, not a workflow that was never applied.
    return "yes" if worst == "new" else worst, tuple(dict.fromkeys(reasons))


def _task_recompute(task: Task, before: JsonObject) -> tuple[RecomputeClass, tuple[str, ...]]:
    if task.settings.cache is None:
        return "always", ("not cached",)
    old = stored_task(before)
    causes = call_causes(task, task.settings, old_task=old, old_settings=old.settings)
    reasons = tuple(cause.reason for cause in causes)
    if any(cause.strength == "yes" for cause in causes):
        return "yes", reasons
    return ("maybe", reasons) if causes else ("none", ())


# --------------------------------------------------------------------------------------------- warnings


def _warnings(program: Program, changes: tuple[Change, ...]) -> Iterator[str]:
    for change in changes:
        if change.entity.kind in INERT and change.action != "retire":
            yield f"{change.entity}: {INERT[change.entity.kind]}"
        if change.entity.kind is Kind.LAUNCH_PLAN and change.record and change.record.payload.get("overwrite_cache"):
            yield f"{change.entity} overwrites the cache: each of its runs computes everything anew"
        # That a digest is known now is no other image.
        known = {field.path for field in change.fields if field.path.endswith("digest") and field.before is None}
        paths = {field.path for field in change.fields} - known
        image = [path for path in paths if path == "image" or path.startswith("image.")]
        if change.entity.kind is Kind.TASK and image and change.recompute == "none":
            way_out = "cache: {include: [image]} would drop them"
            yield f"the image of {change.entity} changed; its cached results are kept ({way_out})"
    deprecated = {name: task.deprecated for name, task in program.tasks.items() if task.deprecated is not None}
    if deprecated:
        yield from _uses_of_deprecated(program, deprecated)


def stands_out(workflow: Workflow, program: Program) -> bool:
    """Whether a plan tells something of the workflow, changed or not."""
    called_tasks = {name for node in workflow.nodes for name in _tasks_of(node.body)}
    return any(program.tasks[name].deprecated is not None for name in called_tasks & program.tasks.keys())


def _uses_of_deprecated(program: Program, deprecated: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(program.workflows):
        for node in program.workflows[name].nodes:
            for task in sorted(_tasks_of(node.body) & deprecated.keys()):
                why = f": {deprecated[task]}" if deprecated[task] else ""
                yield f"workflow/{name}.{node.name} uses task/{task}, which is deprecated{why}"


def _tasks_of(body: CaseBody) -> set[str]:
    return {name for kind, name in map(called, calls_of(body)) if kind == "task"}
