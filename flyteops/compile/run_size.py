"""How many steps a run of a workflow would have, with all that it calls."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from typing import assert_never

from flyteops.model.entities import (
    Approve,
    CaseBody,
    Fail,
    GiveValue,
    LaunchPlan,
    LaunchPlanCall,
    MapCall,
    Sleep,
    Switch,
    TaskCall,
    WaitForInput,
    Workflow,
    WorkflowCall,
)

MOST_STEPS = 50_000
"""Of one run with all that it launches. The engine holds less in one object; a map has any number of items."""


def steps_of(workflow: Workflow, sizes: Dict[str, int], plans: Dict[str, LaunchPlan | None]) -> int:
    """The steps of a run; `sizes` are those of the workflows that it may call."""

    def launched(plan: str) -> int:
        found = plans.get(plan)
        return 1 + sizes.get(found.workflow if found is not None else plan, 0)

    def of(body: CaseBody) -> int:
        match body:
            case TaskCall() | Sleep() | Approve() | WaitForInput():
                return 1
            case WorkflowCall(workflow=name):
                return sizes.get(name, 0)
            case LaunchPlanCall(launch_plan=name):
                return launched(name)
            case MapCall(kind=kind, callee=name):
                return 1 if kind == "task" else 1 + sizes.get(name, 0) if kind == "workflow" else launched(name)
            case Switch(cases=cases, otherwise=otherwise):
                return 2 + sum(of(case.then) for case in cases) + of(otherwise)
            case GiveValue() | Fail():
                return 0
            case _:
                assert_never(body)

    handler = 0 if workflow.on_failure is None else of(workflow.on_failure)
    return handler + sum(of(node.body) for node in workflow.nodes)
