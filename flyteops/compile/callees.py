"""What a node calls: a task, a workflow or a launch plan, with the inputs that the caller may give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flyteops.compile.faults import suggestion
from flyteops.compile.known import Known
from flyteops.compile.launch_plans import launch_plan_of
from flyteops.compile.tasks import task_by_path
from flyteops.model.entities import LaunchPlan, Mapped, Task, Variable
from flyteops.model.frozen import frozen
from flyteops.source.tree import Entry, Scalar


@frozen
class Callee:
    """`task` is set for a task alone; `plan` for a launch plan alone."""

    kind: Mapped
    name: str
    inputs: tuple[Variable, ...]
    outputs: tuple[Variable, ...]
    task: Task | None = None
    plan: LaunchPlan | None = None

    @property
    def words(self) -> str:
        """How messages call it."""
        return f"{self.kind.replace('_', ' ')} {self.name}"


def callee_of(known: Known, kind: Mapped, name: Scalar) -> Callee | None:
    """The callee of a name; None when it is unknown or broken, which `unknown_callee` tells."""
    if kind == "task":
        task = task_by_path(known, name.text, name.place) if ":" in name.text else known.tasks.get(name.text)
        if task is None:
            return None
        return Callee(
            kind=kind, name=task.name, inputs=task.interface.inputs, outputs=task.interface.outputs, task=task
        )
    plan = launch_plan_of(known, name.text) if kind == "launch_plan" else None
    target = name.text if kind == "workflow" else plan.workflow if plan else ""
    workflow = known.workflows.get(target)
    if workflow is None:
        return None
    inputs = _free(workflow.interface.inputs, plan) if plan else workflow.interface.inputs
    return Callee(kind=kind, name=name.text, inputs=inputs, outputs=workflow.interface.outputs, plan=plan)


def _free(inputs: tuple[Variable, ...], plan: LaunchPlan) -> tuple[Variable, ...]:
    """The inputs that the plan does not fix; those that it gives a default need not be given."""
    fixed, defaults = dict(plan.fixed_inputs), dict(plan.default_inputs)
    return tuple(
        replace(each, required=False, default=defaults[each.name]) if each.name in defaults else each
        for each in inputs
        if each.name not in fixed
    )


def unknown_callee(known: Known, kind: Mapped, name: Scalar) -> None:
    """Tells of a name that nothing of the kind has; one that is broken was told where it is."""
    section = {"task": "tasks", "workflow": "workflows", "launch_plan": "launch_plans"}[kind]
    declared = known.declared(section)
    if name.text in declared or (kind == "task" and ":" in name.text):
        return
    if kind == "launch_plan":
        _unknown_plan(known, name)
        return
    what = {"task": "task", "workflow": "workflow"}[kind]
    way_out = suggestion(name.text, declared, kinds=section)
    if kind == "task" and not declared:
        way_out = "declare it under tasks:, or write the path of its function, module:function"
    for other, word in (("tasks", "task"), ("workflows", "workflow"), ("launch_plans", "launch_plan")):
        if other != section and name.text in known.declared(other):
            way_out = f"it is a {word.replace('_', ' ')}: write {word}: {name.text}"
            break
    known.faults.add("FO201", f'there is no {what} "{name.text}"', at=name.place, help=way_out)


def _unknown_plan(known: Known, name: Scalar) -> None:
    if name.text in known.declared("workflows"):
        return  # its default plan: the workflow is broken, which was told
    plans = [*known.declared("launch_plans"), *known.declared("workflows")]
    way_out = suggestion(name.text, plans, kinds="launch plans")
    if name.text in known.declared("tasks"):
        way_out = f"it is a task: write task: {name.text}"
    known.faults.add("FO230", f'there is no launch plan "{name.text}"', at=name.place, help=way_out)


def refuse_fixed(known: Known, callee: Callee, given: Iterable[Entry]) -> frozenset[str]:
    """Tells of inputs that the plan fixes; their names."""
    fixed = {name for name, _ in callee.plan.fixed_inputs} if callee.plan is not None else set()
    told = [entry.key for entry in given if entry.key.text in fixed]
    for key in told:
        known.faults.add(
            "FO231",
            f'the input "{key.text}" is fixed by the {callee.words}',
            at=key.place,
            help="leave it out, or call a launch plan that leaves it free",
        )
    return frozenset(key.text for key in told)
