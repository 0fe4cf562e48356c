"""Run on this machine: what an address means, and which values its inputs get."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from flyteops.compile import read_inputs, read_task_inputs
from flyteops.execution.graph import RunGraph, graph_of_task, graph_of_workflow
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.entities import LaunchPlan
from flyteops.model.errors import InvalidProject
from flyteops.model.ids import EntityId, Kind, entity_id
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.operations.given import Given
from flyteops.operations.standing_in import on_this_machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What shall run: its graph, and every input's value."""

    target: EntityId
    graph: RunGraph
    inputs: Mapping[str, Literal]
    plan: LaunchPlan | None = None
    """The launch plan that it goes by; None for a task by itself."""


def launch(program: Program, target: EntityId, given: Given) -> Launch:
    """The run of an entity with the given inputs; InvalidProject with every fault of them."""
    if target.kind is Kind.TASK:
        task = program.tasks[target.name]
        inputs = read_task_inputs(program, task, given.values, names=given.names)
        return Launch(target=target, graph=on_this_machine(program, graph_of_task(task)), inputs=inputs)
    plan = launched_plan(program, target)
    workflow = program.workflows[plan.workflow]
    return Launch(
        target=target,
        graph=on_this_machine(program, graph_of_workflow(program, workflow)),
        inputs=read_inputs(program, plan, given.values, names=given.names),
        plan=plan,
    )


def launched_plan(program: Program, target: EntityId) -> LaunchPlan:
    """The plan that a run of a launch plan or workflow goes by: the default one has no schedule and fixes nothing.
    A task stands for a plan of its own."""
    plan = program.launch_plan(target.name) if target.kind is not Kind.TASK else None
    return plan or LaunchPlan(name=target.name, workflow=target.name)


def find(program: Program, address: str) -> EntityId:
    """The entity of an address; a bare name serves when only one entity has it."""
    known = [entity for entity, _ in program.entities()]
    plans = {EntityId(Kind.LAUNCH_PLAN, name) for name in program.workflows}
    wanted = entity_id(address.replace("launchplan/", "launch_plan/", 1))
    if wanted in known or wanted in plans:
        assert wanted is not None  # noqa: S101 - None is in neither
        return wanted
    named = [entity for entity in known if entity.name == address]
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        choices = " or ".join(str(entity) for entity in named)
        raise InvalidProject([_fault("FO690", f'"{address}" may mean several things', help_text=f"write {choices}")])
    near = difflib.get_close_matches(address, [text for each in known for text in (str(each), each.name)], n=3)
    help_text = "nearest: " + ", ".join(near) if near else "what there is: " + ", ".join(map(str, known[:10]))
    raise InvalidProject([_fault("FO690", f'there is no "{address}" in this project', help_text=help_text)])


def _fault(code: str, message: str, *, help_text: str) -> Diagnostic:
    return Diagnostic(code=code, message=message, place=None, help=help_text)
