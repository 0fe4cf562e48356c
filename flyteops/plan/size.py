"""How much a plan makes run again: steps now. Hours and money want measured runs; until then they are unknown."""

from __future__ import annotations

from dataclasses import dataclass

from flyteops.model.plan import Plan

AGAIN = ("yes", "new", "always")
"""Outcomes of nodes that run again whatever comes from upstream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Steps that run again for certain, those that may, and all that were looked at. `gpu_hours` and `cost` are None
    while nobody measured them: a timeout is a bound and no estimate, so it is never taken for one."""

    steps: int
    maybe: int
    of: int
    gpu_hours: float | None = None
    cost: float | None = None
    basis: str = "unknown"


def size_of(plan: Plan) -> Size:
    """The size of the next run of everything that the plan touches. Measured runs come in here, by keyword."""
    return Size(
        steps=sum(each.outcome in AGAIN for each in plan.nodes),
        maybe=sum(each.outcome == "maybe" for each in plan.nodes),
        of=len(plan.nodes),
    )
