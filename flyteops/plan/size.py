"""How much a plan makes run again: steps, GPU-hours and money. What nobody measured or declared is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flyteops.model.frozen import frozen
from flyteops.model.plan import Plan, StepWeight, Timing

AGAIN = ("yes", "new", "always")
"""Outcomes of nodes that run again whatever comes from upstream."""
NOT_MEASURED: Mapping[str, Timing] = MappingProxyType({})
MEASURED, DECLARED, UNKNOWN = "median of the last runs", "declared", "unknown"


@frozen
class Size:
    """Steps that run again for certain, those that may, and all that were looked at. `gpu_hours` and `cost` are of the
    steps that run again for certain, as far as their durations are known, and None where none is: a timeout is a bound
    and no estimate, so it is never taken for one. `wants_gpu` and `has_prices` say whether there is anything to ask."""

    steps: int
    maybe: int
    of: int
    gpu_hours: float | None = None
    cost: float | None = None
    basis: str = UNKNOWN
    wants_gpu: bool = False
    has_prices: bool = False


def size_of(plan: Plan, timings: Mapping[str, Timing] = NOT_MEASURED) -> Size:
    """The size of the next run of everything that the plan touches.

    GPU-hours are calls x duration x GPUs; money is calls x duration x the price of the pod, which is its share of the
    host's price. A call's duration is the median of those measured, else what the task declares.
    """
    again = [each for each in plan.nodes if each.outcome in AGAIN]
    spent = _spent([each.weight for each in again if each.weight is not None], timings)
    return Size(
        steps=len(again),
        maybe=sum(each.outcome == "maybe" for each in plan.nodes),
        of=len(plan.nodes),
        gpu_hours=spent.gpu_hours,
        cost=spent.cost,
        basis=spent.basis,
        wants_gpu=any(each.weight is not None and each.weight.gpu > 0 for each in again),
        has_prices=any(each.weight is not None and each.weight.price_per_hour is not None for each in again),
    )


@frozen
class _Spent:
    gpu_hours: float | None
    cost: float | None
    basis: str


def _spent(weights: list[StepWeight], timings: Mapping[str, Timing]) -> _Spent:
    priced = any(each.price_per_hour is not None for each in weights)
    hours: list[float] = []
    cost: list[float] = []
    bases: set[str] = set()
    unknown = 0
    for weight in weights:
        if not weight.gpu and not priced:
            continue  # nothing is asked of it
        timing = timings.get(weight.task)
        seconds = timing.seconds if timing else weight.expect_s
        if seconds is None or weight.calls is None:
            unknown += 1
            continue
        bases.add(MEASURED if timing else DECLARED)
        took = weight.calls * seconds / 3600
        hours += [took * weight.gpu] if weight.gpu else []
        cost += [took * weight.price_per_hour] if weight.price_per_hour is not None else []
        unknown += priced and weight.price_per_hour is None
    told = [" and ".join(each for each in (MEASURED, DECLARED) if each in bases)] if bases else []
    if unknown and bases:
        told.append(f"{unknown} {'step' if unknown == 1 else 'steps'} unknown")
    return _Spent(
        gpu_hours=sum(hours) if hours else None,
        cost=sum(cost) if cost else None,
        basis="; ".join(told) or UNKNOWN,
    )
