"""The run graph that an address stands for, for drawing it. Runs nothing."""

from __future__ import annotations

from flyteops.execution.graph import graph_of_task, graph_of_workflow
from flyteops.execution.steps import RunGraph
from flyteops.model.entities import Workflow
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId, Kind
from flyteops.model.program import Program
from flyteops.operations.running import find, launched_plan, require_runnable


@frozen
class Drawable:
    """What is to be drawn; `workflow` is None for a task alone."""

    target: EntityId
    graph: RunGraph
    workflow: Workflow | None
    description: str


def drawable(program: Program, address: str) -> Drawable:
    """The graph of a workflow, of the workflow of a launch plan, or of one task; InvalidProject for no entity."""
    target = find(program, address)
    require_runnable(target)
    if target.kind is Kind.TASK:
        task = program.tasks[target.name]
        return Drawable(target=target, graph=graph_of_task(task), workflow=None, description=task.description)
    plan = launched_plan(program, target)
    workflow = program.workflows[plan.workflow]
    return Drawable(
        target=target,
        graph=graph_of_workflow(program, workflow),
        workflow=workflow,
        description=plan.description or workflow.description,
    )
