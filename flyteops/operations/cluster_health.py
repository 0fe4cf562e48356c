"""After an apply: whether the cluster serves what was applied, what the engine says of its clocks, which runs go on.
Reads only.

An engine writes nothing about a clock until its first slot, so that an empty status says nothing; and what it wrote at
an earlier slot stands until the next one. What it says is therefore told, and refuses nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from flyteops.model.errors import OutsideFailed
from flyteops.model.state import ObjectRef
from flyteops.operations.cluster_faults import telling
from flyteops.operations.cluster_side import ClusterSide
from flyteops.ports.clock import Clock
from flyteops.ports.cluster import Cluster, ClusterFailed, Live
from flyteops.reconcile import (
    API,
    CRON,
    DIGEST,
    TEMPLATE,
    UNFINISHED,
    WORKFLOW,
    trouble_of,
    unfinished_runs,
)

PAUSE_S = 0.5


def wait_until_served(
    side: ClusterSide, *, clock: Clock, wait: Callable[[float], None], report: Callable[[str], None]
) -> None:
    """Until the cluster serves every wanted object as it was applied, at most `side.wait_s`; raises OutsideFailed
    when it does not: somebody else writes or deletes them. What the engine says of a clock is told."""
    if side.wait_s <= 0:
        return
    until = clock.monotonic_s() + side.wait_s
    told = False
    while True:
        live = _served(side)
        missing = [each.ref for each in side.wanted if not _as_applied(live.get(each.ref), each.digest)]
        if not missing:
            break
        if clock.monotonic_s() >= until:
            raise _not_served(missing, side.wait_s)
        if not told:
            report(f"waiting until {len(missing)} of {len(side.wanted)} objects are as they were applied")
            told = True
        wait(PAUSE_S)
    for each in side.wanted:
        trouble = trouble_of(live[each.ref]) if each.ref.kind == CRON else ""
        if trouble:
            report(f"at its last slot the engine could not start {each.ref}: {trouble}")


def _served(side: ClusterSide) -> dict[ObjectRef, Live]:
    with telling(f"the objects in namespace {side.namespace}"):
        listed = [
            each
            for kind in (CRON, TEMPLATE)
            for each in side.cluster.list(API, kind, side.namespace, selector=side.selector)
        ]
    return {each.ref: each for each in listed}


def _as_applied(live: Live | None, digest: str) -> bool:
    return live is not None and not live.deleting and live.annotation(DIGEST) == digest


def _not_served(missing: list[ObjectRef], wait_s: float) -> OutsideFailed:
    named = ", ".join(map(str, missing[:5])) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return OutsideFailed(
        "cluster",
        f"everything was applied and recorded, and after {wait_s:g} s {named} is not there as it was applied",
        retryable=True,
        way_out="see with `flyteops drift` who changed it, then run the same command again",
    )


def runs_not_over(cluster: Cluster, *, namespace: str, selector: str) -> dict[str, int] | None:
    """How many runs of each address are not over; None when the cluster does not say: unknown is never guessed."""
    try:
        return unfinished_runs(cluster.list(API, WORKFLOW, namespace, selector=f"{selector},{UNFINISHED}"))
    except ClusterFailed:
        return None
