"""The cluster of a domain as an apply, a prune and a drift see it: what is wanted there, what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from flyteops.model.frozen import frozen
from flyteops.model.state import Effect, ObjectRecord, ObjectRef
from flyteops.operations.cluster_faults import another_cluster, missing, telling
from flyteops.ports.cluster import Cluster, ClusterFailed, ClusterIdentity, Live
from flyteops.reconcile import (
    API,
    CLUSTER_REF,
    CRON,
    OWNED_KINDS,
    TEMPLATE,
    UNFINISHED,
    WORKFLOW,
    Observation,
    Wanted,
    cluster_of,
    used_templates,
)

PARALLELISM = 8
"""Calls to the API server at a time, well below what its priority and fairness give one client."""
T = TypeVar("T")
R = TypeVar("R")


@frozen
class ClusterSide:
    """Where objects go (`cluster`, `namespace`), which carry our labels (`selector`), and which are wanted."""

    cluster: Cluster
    namespace: str
    selector: str
    wanted: tuple[Wanted, ...]
    parallelism: int = PARALLELISM
    accepted_cluster: str = ""
    """A cluster that a person named as the new one of this domain."""
    wait_s: float = 0.0
    """How long an apply waits until the cluster serves what was applied; 0 for not at all."""


def identify(side: ClusterSide, records: tuple[ObjectRecord, ...]) -> ClusterIdentity:
    """The cluster, when it is the one that the domain was applied to and has what our objects need."""
    with telling("which cluster this is"):
        found = side.cluster.identity()
    recorded = cluster_of(records)
    if recorded not in ("", found.id) and side.accepted_cluster != found.id:
        raise another_cluster(recorded, found)
    with telling(f"namespace {side.namespace}"):
        lacking = side.cluster.lacks(side.namespace, (*OWNED_KINDS, (API, WORKFLOW)))
    if lacking:
        raise missing(lacking)
    return found


def observe(side: ClusterSide, records: tuple[ObjectRecord, ...], *, all_used: bool = False) -> Observation:
    """Complete lists of what is ours, and every wanted name that is in none of them looked up by itself. Unfinished
    runs are asked for when something recorded is no longer wanted, and with `all_used`."""
    with telling(f"the objects in namespace {side.namespace}"):
        clocks = side.cluster.list(API, CRON, side.namespace, selector="")
        templates = side.cluster.list(API, TEMPLATE, side.namespace, selector=side.selector)
    live = {each.ref: each for each in (*clocks, *templates)}
    names = {each.ref for each in side.wanted} | {each.ref for each in records if each.ref != CLUSTER_REF}
    # A name that no list shows may still be taken: by a stranger, or by an object whose labels were removed.
    unseen = sorted((ref for ref in names - set(live) if ref.kind != CRON), key=str)
    found = in_parallel(side, side.cluster.get, unseen)
    live |= {each.ref: each for each in found if each is not None}
    still = {each.ref for each in side.wanted}
    going = frozenset(each.ref for each in records if each.ref not in still)
    return Observation(live=live, used=_used(side, clocks, going=going) if going or all_used else frozenset())


def look(side: ClusterSide, effects: Iterable[Effect]) -> dict[ObjectRef, Live | None]:
    """The objects of effects whose end nobody saw, each as it is now."""
    refs = sorted({each.ref for each in effects}, key=str)
    return dict(zip(refs, in_parallel(side, side.cluster.get, refs), strict=True))


def in_parallel(side: ClusterSide, call: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """The answers in the order of the items, at most `parallelism` calls at a time; the first failure is told."""
    listed = list(items)

    def one(item: T) -> R:
        with telling(_named(item)):
            return call(item)

    if side.parallelism <= 1 or len(listed) <= 1:
        return [one(item) for item in listed]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=min(side.parallelism, len(listed))) as pool:
        return list(pool.map(one, listed))


def _named(item: object) -> str:
    return str(item.ref if isinstance(item, Wanted | Effect | Live) else item)


def _used(side: ClusterSide, clocks: tuple[Live, ...], *, going: frozenset[ObjectRef]) -> frozenset[str] | None:
    try:
        running = side.cluster.list(API, WORKFLOW, side.namespace, selector=UNFINISHED)
    except ClusterFailed:
        return None
    return used_templates(running, clocks, going=going)
