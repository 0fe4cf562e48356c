"""A plan as a person reads it: what changes, whose interface breaks, which nodes run again and why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flyteops.model.digest import Json
from flyteops.model.plan import Change, FieldChange, InterfaceFinding, NodeRecompute, Plan
from flyteops.plan.readable import short_text
from flyteops.views.escape import columns, safe

SYMBOLS = {"create": "+", "update": "~", "retire": "-", "move": ">"}
_COLORS = {"create": "32", "update": "33", "retire": "31", "move": "36"}
_DIGEST = re.compile(r"[0-9a-f]{64}")
VALUE_LIMIT = 72
"""Characters of a value on a line; the JSON document has all of it."""
NAMES_SHOWN = 20
"""Names in one list without `-v`."""
AGAIN = ("yes", "new", "always")
"""Outcomes of nodes that run again whatever comes from upstream."""


def render_plan(plan: Plan, *, color: bool = False, verbose: bool = False) -> str:
    """The whole plan; its last line is stable."""
    sections = [_head(plan), *_changes(plan, color=color, verbose=verbose)]
    if plan.nodes:
        sections.append(_recompute(plan, verbose=verbose))
    if plan.warnings:
        sections.append("\n".join(f"warning: {safe(each)}" for each in plan.warnings))
    sections.append(plan_summary(plan))
    return "\n\n".join(sections) + "\n"


def plan_summary(plan: Plan) -> str:
    """`Plan: 1 to add, 2 to change, 1 to retire. Interface: 1 breaking. Recompute: 4 of 11 steps.`"""
    count = {action: sum(each.action == action for each in plan.changes) for action in SYMBOLS}
    moved = f", {count['move']} to move" if count["move"] else ""
    breaking = sum(each.interface == "breaking" for each in plan.changes)
    again = sum(each.outcome in AGAIN for each in plan.nodes)
    maybe = sum(each.outcome == "maybe" for each in plan.nodes)
    more = f", {maybe} more maybe" if maybe else ""
    return (
        f"Plan: {count['create']} to add, {count['update']} to change, {count['retire']} to retire{moved}. "
        f"Interface: {breaking} breaking. Recompute: {again} of {len(plan.nodes)} steps{more}."
    )


# ------------------------------------------------------------------------------------------------- head


def _head(plan: Plan) -> str:
    where = f"{safe(plan.project)}/{safe(plan.domain)}"
    base = f"registry generation {plan.generation}" if plan.lineage else "no registry yet"
    if plan.changes:
        lines = [f"{where}, against {base}"]
    else:
        lines = [f"No changes: {where} is what the tree says ({base}, {_counted(plan.unchanged, 'entity')})"]
    if plan.tree.commit:
        lines.append(f"commit {plan.tree.commit[:12]}")
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


def _field(change: FieldChange) -> str:
    return f"{safe(change.path)}: {_value(change.before)} -> {_value(change.after)}"


def _value(value: Json) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return value[:8]
    return safe(short_text(value, VALUE_LIMIT))


def _finding(finding: InterfaceFinding) -> Iterator[str]:
    word = "breaks" if finding.breaking else "interface"
    yield f"      {word} {finding.rule}: {safe(finding.message)}"
    if finding.consumers:
        yield f"        used by {_names(finding.consumers, limit=NAMES_SHOWN)}"


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
