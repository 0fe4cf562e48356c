"""Workflows that reach themselves: through nodes, launch plans, maps and failure handlers."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict

from flyteops.compile.known import Known
from flyteops.model.diagnostics import Place, Related
from flyteops.model.frozen import frozen
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode


@frozen(kw_only=False)
class Step:
    """One workflow calls another: where, and by which launch plan when there is one between them."""

    place: Place
    plan: str = ""


def workflow_calls(known: Known, body: Mapping) -> dict[str, Step]:
    """The workflows that one calls, the last place of each."""
    found: dict[str, Step] = {}
    nodes = body.get("nodes")
    bodies = [entry.value for entry in nodes.entries] if isinstance(nodes, Mapping) else []
    for each in (*bodies, body.get("on_failure")):
        for kind, name in _called_by(each):
            target = name.text if kind == "workflow" else _target(known, name.text)
            if target is not None:
                found[target] = Step(name.place, name.text if target != name.text else "")
    return found


def _target(known: Known, plan: str) -> str | None:
    """The workflow of a launch plan; each workflow has one of its own name."""
    declared = known.declared("launch_plans").get(plan)
    if declared is None:
        return plan if plan in known.declared("workflows") else None
    workflow = declared.body.get("workflow")
    return workflow.text if isinstance(workflow, Scalar) else None


def _called_by(body: TreeNode | None) -> Iterator[tuple[str, Scalar]]:
    """Names of workflows and launch plans, in maps and switches too."""
    if not isinstance(body, Mapping):
        return
    mapped = body.get("map")
    for around in (body, mapped):
        for kind in ("workflow", "launch_plan"):
            name = around.get(kind) if isinstance(around, Mapping) else None
            if isinstance(name, Scalar):
                yield kind, name
    switch = body.get("switch")
    for item in switch.items if isinstance(switch, Sequence) else ():
        if isinstance(item, Mapping):
            yield from _called_by(item.get("then"))
            yield from _called_by(item.get("else"))


def refuse_recursion(known: Known, ring: tuple[str, ...], calls: Dict[str, Dict[str, Step]]) -> None:
    """Tells of a ring, the launch plans between workflows named."""
    steps = list(zip(ring, (*ring[1:], ring[0]), strict=True))
    names = [ring[0]]
    for one, other in steps:
        plan = calls[one][other].plan
        names += [f"launch plan {plan}", other] if plan else [other]
    first = calls[steps[0][0]][steps[0][1]]
    known.faults.add(
        "FO215",
        f"the workflow {ring[0]} reaches itself: {' → '.join(names)}",
        at=first.place,
        label="called here",
        help="a graph that grows while it runs is made by a task with dynamic:",
        related=tuple(Related(place=calls[one][other].place, label=f"{one} calls {other}") for one, other in steps[1:]),
    )
