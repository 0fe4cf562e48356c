"""A plan as a person reads it: what changes, whose interface breaks, which nodes run again and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flyteops.model.digest import Json
from flyteops.model.plan import (
    Change,
    ConsentState,
    Deltas,
    FieldChange,
    InterfaceFinding,
    NodeRecompute,
    Plan,
    PlanContext,
    Timing,
    Upcoming,
)
from flyteops.plan.document import touched_runs
from flyteops.plan.readable import short_pair
from flyteops.plan.size import AGAIN, NOT_MEASURED, Size, size_of
from flyteops.views.escape import columns, safe

SYMBOLS = {"create": "+", "update": "~", "retire": "-", "move": ">"}
_COLORS = {"create": "32", "update": "33", "retire": "31", "move": "36"}
_DIGEST = re.compile(r"[0-9a-f]{64}")
VALUE_LIMIT = 72
"""Characters of a value on a line; the JSON document has all of it."""
NAMES_SHOWN = 20
"""Names in one list without `-v`."""


def render_plan(plan: Plan, *, color: bool = False, verbose: bool = False, context: PlanContext | None = None) -> str:
    """The whole plan; its last line is stable. With a base commit, the change alone, and what was pending by name."""
    beside = context or PlanContext()
    told = beside.deltas.change if beside.deltas else plan
    sections = [_head(plan, beside.deltas), *_changes(told, color=color, verbose=verbose)]
    effects = _effects(plan, beside)
    if effects:
        sections.append("\n".join(("Takes effect", *effects)))
    if runs_text(told, beside):
        sections.append("Runs that are not over\n  " + runs_text(told, beside))
    if told.nodes:
        sections.append(_recompute(told, verbose=verbose))
    if beside.deltas:
        sections.append("\n".join(_pending(beside.deltas, plan)))
    if beside.consents:
        sections.append("\n".join(("Consent", *(_consent(each) for each in beside.consents))))
    if plan.warnings:
        sections.append("\n".join(f"warning: {safe(each)}" for each in plan.warnings))
    for refusal in beside.refusals:
        way_out = f"   = help: {safe(refusal.way_out)}"
        sections.append(f"apply would refuse[{refusal.rule}]: {safe(refusal.message)}\n{way_out}")
    sections.append(plan_summary(told, beside.timings))
    return "\n\n".join(sections) + "\n"


def plan_summary(plan: Plan, timings: Mapping[str, Timing] = NOT_MEASURED) -> str:
    """`Plan: 1 to add, 2 to change, 1 to retire. Interface: 1 breaking. Recompute: 4 of 11 steps.`"""
    counts = ", ".join(plan_counts(plan))
    breaking = sum(each.interface == "breaking" for each in plan.changes)
    return f"Plan: {counts}. Interface: {breaking} breaking. Recompute: {size_text(size_of(plan, timings))}."


def plan_counts(plan: Plan) -> tuple[str, ...]:
    """`1 to add`, `2 to change`, `1 to retire`, and `1 to move` when something moves."""
    count = {action: sum(each.action == action for each in plan.changes) for action in SYMBOLS}
    moved = (f"{count['move']} to move",) if count["move"] else ()
    return (f"{count['create']} to add", f"{count['update']} to change", f"{count['retire']} to retire", *moved)


def size_text(size: Size) -> str:
    """`4 of 11 steps, 2 more maybe, 6.2 GPU-h, about 18.00 (median of the last runs; 1 step unknown)`."""
    told = spent_text(size)
    return steps_text(size) + (f", {told}" if told else "")


def steps_text(size: Size) -> str:
    """`4 of 11 steps, 2 more maybe`."""
    more = f", {size.maybe} more maybe" if size.maybe else ""
    return f"{size.steps} of {size.of} steps{more}"


def spent_text(size: Size) -> str:
    """`6.2 GPU-h, about 18.00 (median of the last runs)`; empty where nobody asks for a gpu and no pool has a price."""
    told = []
    if size.wants_gpu or size.gpu_hours is not None:
        told.append("GPU-h unknown" if size.gpu_hours is None else f"{_least(size.gpu_hours)} GPU-h")
    if size.has_prices or size.cost is not None:
        told.append("cost unknown" if size.cost is None else _least(size.cost, digits=".2f", about="about "))
    known = size.gpu_hours is not None or size.cost is not None
    return ", ".join(told) + (f" ({size.basis})" if known else "")


def _least(amount: float, *, digits: str = "g", about: str = "") -> str:
    """Two places; what is less than one hundredth is not nothing."""
    return "under 0.01" if 0 < amount < 0.005 else f"{about}{round(amount, 2):{digits}}"


# ------------------------------------------------------------------------------------------------- head


def _head(plan: Plan, deltas: Deltas | None) -> str:
    where = f"{safe(plan.project)}/{safe(plan.domain)}"
    base = f"registry generation {plan.generation}" if plan.lineage else "no registry yet"
    if plan.changes:
        lines = [f"{where}, against {base}"]
    else:
        lines = [f"No changes: {where} is what the tree says ({base}, {_counted(plan.unchanged, 'entity')})"]
    if plan.tree.commit:
        lines.append(f"commit {plan.tree.commit[:12]}")
    if deltas:
        lines.append(f"what changed since {safe(deltas.against[:12])}; what was pending before it is told apart")
    if plan.tree.uncommitted:
        lines.append(f"uncommitted: {_names(plan.tree.uncommitted, limit=NAMES_SHOWN)}")
    return "\n".join(lines)


def _counted(count: int, word: str) -> str:
    plural = word[:-1] + "ies" if word.endswith("y") else word + "s"
    return f"{count} {word if count == 1 else plural}"


def _names(names: tuple[str, ...], *, limit: int) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(safe(each) for each in names[:limit]) + more


# ---------------------------------------------------------------------------------------------- changes


def _changes(plan: Plan, *, color: bool, verbose: bool) -> Iterator[str]:
    """Changes as blocks; the same change of several entities is told once."""
    groups: dict[object, list[Change]] = {}
    for change in plan.changes:
        groups.setdefault(_likeness(change), []).append(change)
    if groups:
        yield "\n".join(line for alike in groups.values() for line in _group(alike, color=color, verbose=verbose))


def change_lines(change: Change, *, color: bool) -> Iterator[str]:
    """One change with its fields and findings, without what only a plan knows."""
    yield _title(change, str(change.entity), color=color)[2:]
    yield from _details(change, alone=True)


def _likeness(change: Change) -> object:
    fields = tuple((each.path, repr(each.before), repr(each.after)) for each in change.fields)
    if change.action in ("create", "retire"):
        return (change.action, change.entity.kind)
    if change.action == "move" or any(each.path == "code" for each in change.fields):
        return change.entity
    return (change.action, change.entity.kind, fields, change.findings, change.recompute, change.reasons)


def _group(alike: list[Change], *, color: bool, verbose: bool) -> Iterator[str]:
    if alike[0].action in ("create", "retire"):
        shown = alike if verbose else alike[:NAMES_SHOWN]
        for change in shown:
            yield _title(change, str(change.entity), color=color)
        if len(shown) < len(alike):
            yield f"    … and {len(alike) - len(shown)} more of {alike[0].entity.kind} (-v shows all)"
        return
    first = alike[0]
    addresses = tuple(str(each.entity) for each in alike)
    name = _names(addresses, limit=len(addresses) if verbose else NAMES_SHOWN)
    yield _title(first, name + (f"  ({len(alike)} alike)" if len(alike) > 1 else ""), color=color)
    yield from _details(first, alone=len(alike) == 1)


def _title(change: Change, name: str, *, color: bool) -> str:
    symbol = SYMBOLS[change.action]
    if color:
        symbol = f"\x1b[{_COLORS[change.action]}m{symbol}\x1b[0m"
    consent = "!" if change.action == "retire" or change.interface == "breaking" else " "
    moved = f"  (was {safe(str(change.previous))})" if change.previous else ""
    return f"{consent} {symbol} {name}{moved}"


def _details(change: Change, *, alone: bool) -> Iterator[str]:
    for each in change.fields:
        place = f"  ({safe(each.file)}:{each.line})" if alone and each.file else ""
        yield f"      {_field(each)}{place}"
    for finding in change.findings:
        yield from _finding(finding)
    if change.recompute in ("yes", "maybe") and change.entity.kind == "task":
        yield f"      recompute: {safe(', '.join(change.reasons))}"
    reached = (*change.reach.workflows, *change.reach.launch_plans, *change.reach.elsewhere)
    if alone and reached:
        yield f"      reaches {_names(reached, limit=NAMES_SHOWN)}"


def _field(change: FieldChange) -> str:
    before, after = short_pair(change.before, change.after, VALUE_LIMIT)
    return f"{safe(change.path)}: {_value(change.before, before)} -> {_value(change.after, after)}"


def _value(value: Json, text: str) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return value[:8]
    return safe(text)


def _finding(finding: InterfaceFinding) -> Iterator[str]:
    word = "breaks" if finding.breaking else "interface"
    yield f"      {word}[{finding.rule}]: {safe(finding.message)}"
    outside = finding.outside and finding.breaking
    users = [_names(finding.consumers, limit=NAMES_SHOWN)] if finding.consumers else []
    if users or outside:
        yield f"        used by {' and '.join([*users, *(['whoever launches it'] if outside else [])])}"
    if finding.adapted:
        yield f"        adapted in this plan: {_names(finding.adapted, limit=NAMES_SHOWN)}"


# ------------------------------------------------------------------------------- effect, pending, consent


def _effects(plan: Plan, context: PlanContext) -> list[str]:
    return [effect_text(each) for each in upcoming_or_touched(plan, context)]


def upcoming_or_touched(plan: Plan, context: PlanContext) -> tuple[Upcoming, ...]:
    """The next firings as the context has them; without a clock, the schedules that the plan touches."""
    if context.upcoming:
        return context.upcoming
    touched = {each.launch_plan: each for change in plan.changes for each in change.effect.schedules}
    return tuple(
        Upcoming(
            launch_plan=each.launch_plan,
            timezone="",
            next=(),
            version=each.version,
            previous_version=each.previous_version,
        )
        for _, each in sorted(touched.items())
    )


def runs_text(plan: Plan, context: PlanContext) -> str:
    """`3 go on with the version they started with: launch_plan/nightly 2, workflow/train 1`; empty for none."""
    runs = touched_runs(plan, context)
    if not runs:
        return ""
    told = ", ".join(f"{safe(address)} {count}" for address, count in runs.items())
    return f"{sum(map(int, map(str, runs.values())))} go on with the version they started with: {told}"


def effect_text(each: Upcoming) -> str:
    """`  tonight 02:00 Europe/Berlin runs launch_plan/nightly at the new version 1a2b3c4d (before: 99887766)`."""
    name, when = safe(each.launch_plan), safe(each.spoken) or "the next firing"
    if each.version is None:
        stops = f"{when} will not happen" if each.spoken else "it starts no more"
        return f"  {name} stops: {stops}"
    if each.previous_version is None:
        return f"  {when} runs {name} for the first time, at version {each.version[:8]}"
    if each.previous_version == each.version:
        return f"  {when} runs {name} at the version that it has"
    return f"  {when} runs {name} at the new version {each.version[:8]} (before: {each.previous_version[:8]})"


def _pending(deltas: Deltas, whole: Plan) -> Iterator[str]:
    pending = deltas.pending
    if not pending.changes:
        yield f"Already pending: nothing; {safe(deltas.against[:12])} is applied"
        return
    yield f"Already pending from {safe(deltas.against[:12])} (not this change): {', '.join(plan_counts(pending))}"
    for change in pending.changes[:NAMES_SHOWN]:
        yield "  " + _title(change, str(change.entity), color=False)
    if len(pending.changes) > NAMES_SHOWN:
        yield f"    … and {len(pending.changes) - NAMES_SHOWN} more"
    yield f"An apply would do both: {', '.join(plan_counts(whole))}"


def _consent(state: ConsentState) -> str:
    where = f"  ({safe(state.file)}:{state.line}: {safe(state.reason)})" if state.file else ""
    return f"  {state.state:<7}  {safe(state.address)} {state.rule}{where}"


# -------------------------------------------------------------------------------------------- recompute


def _recompute(plan: Plan, *, verbose: bool) -> str:
    runs: dict[tuple[str, str | None], list[NodeRecompute]] = {}
    for node in plan.nodes:
        runs.setdefault((node.workflow, node.launch_plan), []).append(node)
    lines = ["Recompute at the next run"]
    for (workflow, launch_plan), nodes in runs.items():
        title = f"workflow/{workflow}" if launch_plan is None else f"launch_plan/{launch_plan} of workflow/{workflow}"
        lines += _run(safe(title), nodes, verbose=verbose)
    return "\n".join(lines)


def _run(title: str, nodes: list[NodeRecompute], *, verbose: bool) -> Iterator[str]:
    if all(each.outcome == "new" and not each.reasons for each in nodes):
        names = tuple(each.node for each in nodes)
        yield f"  {title}: new, {'all ' if len(nodes) > 1 else ''}{_counted(len(nodes), 'step')}"
        yield f"    {_names(names, limit=len(names) if verbose else NAMES_SHOWN)}"
        return
    again = sum(each.outcome in AGAIN for each in nodes)
    maybe = sum(each.outcome == "maybe" for each in nodes)
    kept = len(nodes) - again - maybe
    more = f", {maybe} more maybe" if maybe else ""
    yield f"  {title}: {again} of {_counted(len(nodes), 'step')}{more}"
    told = [each for each in nodes if each.outcome != "none"]
    width = max((columns(safe(each.node)) for each in told), default=0)
    for each in told:
        pad = " " * (width - columns(safe(each.node)))
        yield f"    {each.outcome:<6}  {safe(each.node)}{pad}  {safe('; '.join(each.reasons))}".rstrip()
    if kept:
        yield f"    {_counted(kept, 'step')} {'keeps its result' if kept == 1 else 'keep their results'}"
