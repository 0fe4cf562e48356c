"""After an apply: whether the engine took the clocks up. And which runs are not over. Reads only."""

from __future__ import annotations

from collections.abc import Callable

from flyteops.model.errors import OutsideFailed
from flyteops.operations.cluster_faults import telling
from flyteops.operations.cluster_side import ClusterSide
from flyteops.ports.clock import Clock
from flyteops.ports.cluster import Cluster, ClusterFailed, Live
from flyteops.reconcile import API, CRON, UNFINISHED, WORKFLOW, taken_up, trouble_of, unfinished_runs

PAUSE_S = 0.5


def wait_until_healthy(
    side: ClusterSide, *, clock: Clock, wait: Callable[[float], None], report: Callable[[str], None]
) -> None:
    """Until an engine has taken every wanted clock up, at most `side.wait_s`; raises OutsideFailed for one that it
    refuses. That no engine looked in time is told and is no failure: a clock is right without one."""
    wanted = {each.ref for each in side.wanted if each.ref.kind == CRON}
    if not wanted or side.wait_s <= 0:
        return
    until = clock.monotonic_s() + side.wait_s
    told = False
    while True:
        clocks = [each for each in _clocks(side) if each.ref in wanted]
        refused = {each.ref.name: trouble for each in clocks if (trouble := trouble_of(each))}
        if refused:
            raise _refused(refused)
        waiting = [each for each in clocks if not taken_up(each)]
        if not waiting:
            return
        if clock.monotonic_s() >= until:
            names = ", ".join(sorted(each.ref.name for each in waiting)[:5])
            report(f"no engine has taken up {len(waiting)} of {len(wanted)} clocks in {side.wait_s:g} s: {names}")
            return
        if not told:
            report(f"waiting for the engine to take up {len(waiting)} clocks")
            told = True
        wait(PAUSE_S)


def _clocks(side: ClusterSide) -> tuple[Live, ...]:
    with telling(f"the clocks in namespace {side.namespace}"):
        return side.cluster.list(API, CRON, side.namespace, selector=side.selector)


def _refused(refused: dict[str, str]) -> OutsideFailed:
    told = "; ".join(f"{name}: {trouble}" for name, trouble in sorted(refused.items()))
    return OutsideFailed(
        "engine",
        f"everything was applied and recorded, and the engine cannot start {len(refused)} of its clocks: {told}",
        retryable=False,
        way_out="correct what the engine names and apply again; `flyteops drift` shows whether it still stands",
    )


def runs_not_over(cluster: Cluster, *, namespace: str, selector: str) -> dict[str, int] | None:
    """How many runs of each address are not over; None when the cluster does not say: unknown is never guessed."""
    try:
        return unfinished_runs(cluster.list(API, WORKFLOW, namespace, selector=f"{selector},{UNFINISHED}"))
    except ClusterFailed:
        return None
