"""What each step of a run takes while it runs: GPUs, the price of its pods, how often its task is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flyteops.execution.children import INSIDE
from flyteops.execution.pools import hourly_price
from flyteops.execution.steps import RunEach, RunGraph, RunLaunch, RunMap, RunTask, Step
from flyteops.model.entities import Task
from flyteops.model.plan import StepWeight
from flyteops.model.pools import NodePool
from flyteops.model.works import FunctionWork
from flyteops.plan.calls import Side


def weight_of(step: Step, side: Side, *, pools: Mapping[str, NodePool], by_item: tuple[str, ...]) -> StepWeight | None:
    """The weight of a task step of a graph that is laid open; None for any other. `by_item` are the prefixes of what
    runs once per item: how often that is, a plan does not know."""
    work = step.work
    if not isinstance(work, RunTask | RunMap):
        return None
    resources, placement = work.settings.resources, work.settings.placement
    pool = pools.get(placement.pool) if placement else None
    price = hourly_price(resources, pool) if pool else None
    hosts = _hosts(work.task)
    return StepWeight(
        task=f"{side.project}/{work.task.key_name}",
        calls=None if step.path.startswith(by_item) else _calls(work, side),
        gpu=(resources.gpu or 0) * hosts,
        price_per_hour=None if price is None else price * hosts,
        expect_s=work.task.expect_s,
    )


def _hosts(task: Task) -> int:
    cluster = task.work.cluster if isinstance(task.work, FunctionWork) else None
    return cluster.hosts if cluster else 1


def _calls(work: RunTask | RunMap, side: Side) -> int | None:
    """How often the task is called; a map's items count when one of its lists is known."""
    if isinstance(work, RunTask):
        return 1
    for bound in work.over:
        literal = side.literal(bound.binding)
        if literal is not None and isinstance(literal.value, list | tuple):
            return len(literal.value)
    return None


def prefixes_by_item(graph: RunGraph, prefix: str = "") -> Iterator[str]:
    """Prefixes of the paths of what runs once per item of a list, in the graph when it is laid open."""
    for path, step in graph.steps.items():
        inner = f"{prefix}{path}{INSIDE}"
        match step.work:
            case RunEach():
                yield inner
            case RunLaunch(graph=launched):
                yield from prefixes_by_item(launched, inner)
            case _:
                pass
