"""Run on this machine: what an address means, and which values its inputs get."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import field

from flyteops.compile import read_inputs, read_task_inputs
from flyteops.execution.artifacts import queries_of, query_invocation
from flyteops.execution.graph import graph_of_task, graph_of_workflow
from flyteops.execution.steps import RunGraph
from flyteops.model.artifacts import Found
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import JsonObject
from flyteops.model.entities import LaunchPlan
from flyteops.model.errors import InvalidProject
from flyteops.model.frozen import frozen
from flyteops.model.ids import RUNNABLE, EntityId, Kind, entity_id
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.operations.given import Given
from flyteops.operations.standing_in import on_this_machine


@frozen
class Launch:
    """What shall run: its graph, and every input's value."""

    target: EntityId
    graph: RunGraph
    inputs: Mapping[str, Literal]
    found: Mapping[str, Found] = field(default_factory=dict)
    """Versions of artifacts that were looked for, by the input that gets them."""
    plan: LaunchPlan | None = None
    """The launch plan that it goes by; None for a task by itself."""


Look = Callable[[Mapping[str, JsonObject]], Mapping[str, Found]]
"""Finds the newest version for each input, by its query; InvalidProject where there is none."""


def launch(program: Program, target: EntityId, given: Given, *, look: Look) -> Launch:
    """The run of an entity with the given inputs; InvalidProject with every fault of them. `look` is asked for inputs
    that nobody gives and that a query finds."""
    require_runnable(target)
    if target.kind is Kind.TASK:
        task = program.tasks[target.name]
        inputs = read_task_inputs(program, task, given.values, names=given.names)
        return Launch(target=target, graph=on_this_machine(program, graph_of_task(task)), inputs=inputs)
    plan = launched_plan(program, target)
    workflow = program.workflows[plan.workflow]
    wanted = {
        name: query_invocation(program, query) for name, query in queries_of(plan, workflow) if name not in given.values
    }
    found = look(wanted) if wanted else {}
    literals = {name: each.literal for name, each in found.items()}
    return Launch(
        target=target,
        graph=on_this_machine(program, graph_of_workflow(program, workflow)),
        inputs=read_inputs(program, plan, given.values, names=given.names, found=literals),
        found=found,
        plan=plan,
    )


def launched_plan(program: Program, target: EntityId) -> LaunchPlan:
    """The plan that a run of a launch plan or workflow goes by: the default one has no schedule and fixes nothing.
    A task stands for a plan of its own."""
    plan = program.launch_plan(target.name) if target.kind is not Kind.TASK else None
    return plan or LaunchPlan(name=target.name, workflow=target.name)


def require_runnable(target: EntityId) -> None:
    """InvalidProject for an entity that no run can be of."""
    if target.kind not in RUNNABLE:
        help_text = f"name one of {', '.join(RUNNABLE)}; flyteops explain {target} tells what it is"
        raise InvalidProject([_fault("FO630", f"{target} is nothing that runs", help_text=help_text)])


def find(program: Program, address: str) -> EntityId:
    """The entity of an address; a bare name serves when only one entity has it."""
    known = [entity for entity, _ in program.entities()]
    plans = {EntityId(Kind.LAUNCH_PLAN, name) for name in program.workflows}
    wanted = entity_id(address.replace("launchplan/", "launch_plan/", 1))
    if wanted in known or wanted in plans:
        assert wanted is not None  # noqa: S101 - None is in neither
        return wanted
    named = [entity for entity in known if entity.name == address]
    # A name alone means what can be run, where anything of that name can.
    named = [entity for entity in named if entity.kind in RUNNABLE] or named
    # A plan that bears its workflow's name is its default plan: a run of either goes by it.
    named = [
        entity
        for entity in named
        if entity.kind is not Kind.WORKFLOW or EntityId(Kind.LAUNCH_PLAN, address) not in named
    ]
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
