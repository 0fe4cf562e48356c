"""A plan as the comment of a pull request: verdict, danger, table, effects, pending, graph, detail, within a budget.

Danger is never folded. All text of the user's is made inert: no mention, no reference, no HTML, no broken fence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flyteops.model.plan import Change, ConsentState, InterfaceFinding, NodeRecompute, Plan, PlanContext
from flyteops.plan.readable import short_text
from flyteops.plan.size import size_of
from flyteops.views.escape import safe
from flyteops.views.mermaid import recompute_graph
from flyteops.views.plan import (
    SYMBOLS,
    effect_text,
    plan_counts,
    runs_text,
    spent_text,
    steps_text,
    upcoming_or_touched,
)

BUDGET = 60_000
"""GitHub refuses more than 65,536 characters of a comment."""
HEAD_BUDGET, TABLE_BUDGET, GRAPH_BUDGET = 8_000, 12_000, 8_000
_ACTIVE = re.compile(r"[\\`*_\[\]|~]|[<>&@#$]|(?<=:)//|(?<=[wW])\.")
"""What markdown would obey; then what GitHub or HTML would: mentions, references, formulas, tags, bare addresses."""
_RUN_OF_TICKS = re.compile("`+")


def render_comment(plan: Plan, context: PlanContext | None = None) -> str:
    """The comment. What does not fit is dropped from the end on, and said; the head always survives."""
    beside = context or PlanContext()
    told = beside.deltas.change if beside.deltas else plan
    parts = [
        _marker(plan),
        _title(plan),
        _verdict(told),
        _spent(told, beside),
        _danger(told, beside),
        _table(told),
        _effects(plan, beside),
    ]
    text = "\n\n".join(part for part in [*parts, _pending(beside)] if part)
    left_out = []
    foot = _foot(plan)
    for name, part in (("graph", _graph(told)), ("field changes", _fields(told)), ("steps", _steps(told))):
        if part and len(text) + len(part) + len(foot) + 200 > BUDGET:
            left_out.append(name)
        elif part:
            text += f"\n\n{part}"
    if left_out:
        text += f"\n\nLeft out, since a comment is bounded: {', '.join(left_out)}. `plan -o json` has all of it."
    return f"{text}\n\n{foot}\n"


def inert(text: str) -> str:
    """Text of the user's as markdown that shows it and does nothing: no mention, no link, no reference, no HTML."""
    return _ACTIVE.sub(_harmless, safe(text))


def _harmless(found: re.Match[str]) -> str:
    text = found[0]
    return f"\\{text}" if text in "\\`*_[]|~" else "".join(f"&#{ord(each)};" for each in text)


def code(text: str) -> str:
    """An inline code span that the text cannot end; a pipe would end a cell of a table."""
    shown = safe(text).replace("|", "\\|")
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or len(fence) > 1 else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _longest_run(text: str) -> int:
    return max((len(each) for each in _RUN_OF_TICKS.findall(text)), default=0)


def _bounded(lines: list[str], budget: int, more: str) -> list[str]:
    """The first lines that fit, and a line that counts the others."""
    kept: list[str] = []
    used = 0
    for line in lines:
        used += len(line) + 1
        if used > budget:
            return [*kept, more.format(len(lines) - len(kept))]
        kept.append(line)
    return kept


# ------------------------------------------------------------------------------------------------- head


def _marker(plan: Plan) -> str:
    return f"<!-- flyteops:plan:v1 project={plan.project} domain={plan.domain} -->"


def _title(plan: Plan) -> str:
    commit = f" · `{plan.tree.commit[:7]}`" if plan.tree.commit else ""
    base = f"registry generation {plan.generation}" if plan.lineage else "a registry that is not there yet"
    return f"### {inert(plan.project)} · {inert(plan.domain)}{commit} on {base}"


def _verdict(plan: Plan) -> str:
    if not plan.changes:
        return "**No changes.**"
    breaking = sum(each.interface == "breaking" for each in plan.changes)
    words = [*plan_counts(plan), f"{breaking} breaking"]
    return f"**{' · '.join(words)} · {steps_text(size_of(plan))} recompute**"


def _spent(plan: Plan, context: PlanContext) -> str:
    told = spent_text(size_of(plan, context.timings))
    return f"**Recompute costs** {told}." if told else ""


def _danger(plan: Plan, context: PlanContext) -> str:
    """What must not be overlooked; never in a fold, and the last to be cut."""
    given = {(each.address, each.rule): each for each in context.consents}
    lines = [
        f"> **Refused** by {each.rule}: {inert(each.message)}. {inert(each.way_out)}." for each in context.refusals
    ]
    for change in plan.changes:
        address = str(change.entity)
        lines.extend(
            _broken(change, each, given.get((address, each.rule))) for each in change.findings if each.breaking
        )
        if change.action == "retire":
            slots = [each.spoken for each in context.upcoming if each.launch_plan == address and each.spoken]
            stops = f": its next firing, {inert(slots[0])}, will not happen" if slots else ""
            lines.append(f"> **Retire** {code(address)}{stops}.{_state(given.get((address, 'retire')))}")
    lines += [f"> {inert(each)}" for each in plan.warnings]
    if not lines:
        return ""
    return "\n".join(["> [!CAUTION]", *_bounded(lines, HEAD_BUDGET, "> … and {} more: see `plan -o json`.")])


def _broken(change: Change, finding: InterfaceFinding, consent: ConsentState | None) -> str:
    users = [code(each) for each in finding.consumers[:10]]
    if len(finding.consumers) > 10:
        users.append(f"{len(finding.consumers) - 10} more")
    if finding.outside:
        users.append("whoever launches it")
    used = f", used by {', '.join(users)}" if users else ""
    return (
        f"> **Breaking** {code(str(change.entity))}: {inert(finding.message)} ({finding.rule}){used}.{_state(consent)}"
    )


def _state(consent: ConsentState | None) -> str:
    if consent is None:
        return ""
    reason = f": {inert(consent.reason)}" if consent.reason else ""
    return f" Consent {consent.state}{reason}."


# ------------------------------------------------------------------------------------------------ table


def _table(plan: Plan) -> str:
    if not plan.changes:
        return ""
    rows = [_row(each) for each in plan.changes]
    head = ["| | entity | what | interface | recompute | takes effect |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *_bounded(rows, TABLE_BUDGET, "| | … and {} more | | | | |")])


def _row(change: Change) -> str:
    was = f" (was {code(str(change.previous))})" if change.previous else ""
    interface = f"**{change.interface}**" if change.interface == "breaking" else change.interface
    reason = f": {inert(short_text_of(change.reasons))}" if change.reasons else ""
    when = {"next_run": "next run", "stops": "stops", "not_run": "–"}[change.effect.when]
    cells = [SYMBOLS[change.action], code(str(change.entity)) + was, _what(change), interface]
    return "| " + " | ".join([*cells, f"{change.recompute}{reason}", when]) + " |"


def short_text_of(reasons: tuple[str, ...]) -> str:
    """The first reason, and how many more there are."""
    more = f" and {len(reasons) - 1} more" if len(reasons) > 1 else ""
    return f"{reasons[0][:80]}{more}"


def _what(change: Change) -> str:
    if change.action == "create":
        return "new"
    if change.action == "retire":
        return "retired"
    names = list(dict.fromkeys(each.path for each in change.fields))
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return inert(", ".join(names[:4])) + more or "moved"


def _effects(plan: Plan, context: PlanContext) -> str:
    told = upcoming_or_touched(plan, context)
    if not told and not runs_text(plan, context):
        return ""
    lines = [f"- {inert(effect_text(each).strip())}" for each in told]
    runs = runs_text(plan, context)
    lines += [f"- runs that are not over: {inert(runs)}"] if runs else []
    return "\n".join(["**Takes effect**", "", *_bounded(lines, HEAD_BUDGET, "- … and {} more")])


def _pending(context: PlanContext) -> str:
    if context.deltas is None:
        return ""
    pending, against = context.deltas.pending, context.deltas.against[:7]
    if not pending.changes:
        return f"**Already pending** before this change: nothing, `{against}` is applied."
    named = ", ".join(code(str(each.entity)) for each in pending.changes[:10])
    more = f" and {len(pending.changes) - 10} more" if len(pending.changes) > 10 else ""
    return f"**Already pending** from `{against}` (not this change): {', '.join(plan_counts(pending))}: {named}{more}."


# ----------------------------------------------------------------------------------------------- detail


def _graph(plan: Plan) -> str:
    drawn = recompute_graph(plan)
    if drawn is None or len(drawn.text) > GRAPH_BUDGET:
        return ""
    return f"<details open><summary>Graph: {drawn.title}</summary>\n\n{_fenced(drawn.text, 'mermaid')}\n</details>"


def _fields(plan: Plan) -> str:
    lines = []
    for change in plan.changes:
        for field in change.fields:
            place = f"  ({safe(field.file)}:{field.line})" if field.file else ""
            lines.append(f"  {change.entity} {safe(field.path)}{place}")
            lines += [f"- {safe(short_text(field.before, 400))}"] if field.before is not None else []
            lines += [f"+ {safe(short_text(field.after, 400))}"] if field.after is not None else []
    if not lines:
        return ""
    count = sum(bool(each.fields) for each in plan.changes)
    return _fold(f"Field changes ({count} {'entity' if count == 1 else 'entities'})", lines, "diff")


def _steps(plan: Plan) -> str:
    lines = list(_step_lines(plan.nodes))
    return _fold("Steps of the next runs", lines, "text") if lines else ""


def _step_lines(nodes: tuple[NodeRecompute, ...]) -> Iterator[str]:
    for node in nodes:
        if node.outcome != "none":
            run = f"launch_plan/{node.launch_plan}" if node.launch_plan else f"workflow/{node.workflow}"
            yield safe(f"{node.outcome:<6}  {run}.{node.node}  {'; '.join(node.reasons)}").rstrip()


def _fold(title: str, lines: list[str], language: str) -> str:
    kept = _bounded(lines, BUDGET // 3, "… and {} more lines")
    return f"<details><summary>{title}</summary>\n\n{_fenced(chr(10).join(kept), language)}\n</details>"


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _foot(plan: Plan) -> str:
    return f"<sub>plan digest sha256:{plan.digest} · reproduce: `flyteops plan -d {plan.domain}`</sub>"
