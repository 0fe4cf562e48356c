"""When the schedules of a program start next. The moment comes in; the registry is not asked: git is the truth."""

from __future__ import annotations

import datetime as dt

from flyteops.execution.clock_changes import changed_slots
from flyteops.execution.coming import Coming
from flyteops.execution.slots import next_slots
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.entities import LaunchPlan
from flyteops.model.errors import InvalidProject
from flyteops.model.ids import EntityId, Kind
from flyteops.model.program import Program
from flyteops.operations.running import find, launched_plan

HORIZON = dt.timedelta(days=366)
"""Clock changes are looked for so far: it holds each yearly one once."""


def coming_slots(program: Program, addresses: tuple[str, ...], *, after: dt.datetime, count: int) -> tuple[Coming, ...]:
    """The plans of the addresses, else every plan with a schedule, by name; InvalidProject for other addresses."""
    return tuple(_coming(program, plan, after=after, count=count) for plan in _plans(program, addresses))


def _plans(program: Program, addresses: tuple[str, ...]) -> list[LaunchPlan]:
    if not addresses:
        return [plan for _, plan in sorted(program.launch_plans.items()) if plan.schedule is not None]
    faults: list[Diagnostic] = []
    targets: dict[EntityId, None] = {}
    for address in addresses:
        try:
            target = find(program, address)
        except InvalidProject as invalid:
            faults.extend(invalid.diagnostics)
            continue
        if target.kind is Kind.LAUNCH_PLAN:
            targets[target] = None
        else:
            faults.append(_no_plan(program, target))
    if faults:
        raise InvalidProject(faults)
    return [launched_plan(program, target) for target in targets]


def _no_plan(program: Program, target: EntityId) -> Diagnostic:
    plans = [f"launch_plan/{name}" for name, plan in sorted(program.launch_plans.items()) if plan.schedule is not None]
    own = [name for name in plans if program.launch_plans[name.partition("/")[2]].workflow == target.name]
    listed = ", ".join((own or plans)[:8])
    return Diagnostic(
        code="FO616",
        message=f"{target} has no schedule: launch plans have",
        place=None,
        help=f"name one of {listed}" if plans else "give a launch plan a schedule: first",
    )


def _coming(program: Program, plan: LaunchPlan, *, after: dt.datetime, count: int) -> Coming:
    until = after + HORIZON
    if plan.schedule is None or not plan.active:
        place = program.origins.get(f"launch_plan/{plan.name}.active")
        return Coming(plan=plan, until=until, inactive_at=None if plan.active else place)
    return Coming(
        plan=plan,
        slots=next_slots(plan.schedule, after=after, count=count),
        changes=changed_slots(plan.schedule, after=after, until=until),
        until=until,
    )
