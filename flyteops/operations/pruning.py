"""Prune: objects of ours that no declaration wants and no run needs are shown, and then deleted by their uid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.state import ObjectRecord, ObjectRef
from flyteops.operations.applying import lease
from flyteops.operations.cluster_side import ClusterSide, identify, observe
from flyteops.operations.effects import Journal, carry_out, settle
from flyteops.operations.planning import Planned
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.registry import Registry
from flyteops.reconcile import Leftovers, leftovers, operation_id

SMALL = 3
"""So few objects may go whatever their share: a share of next to nothing says nothing."""


def look_for_leftovers(planned: Planned, side: ClusterSide, *, registry: Registry, limit: float | None) -> Leftovers:
    """What a prune would delete; raises Refused when the tree is not what was applied, or too much would go."""
    plan = planned.plan
    if plan.changes:
        raise Refused(
            "FO767",
            f"the tree is not what is applied to {plan.domain}: {len(plan.changes)} changes are pending",
            protects="what nothing wants is only known when the registry is at what git says",
            way_out="apply first, or prune from the commit that is applied (`flyteops status` names it)",
        )
    records = registry.objects(plan.domain)
    found = _look(side, records, lineage=planned.snapshot.lineage)
    share = len(found.effects) / max(found.total, 1)
    if limit is not None and len(found.effects) > SMALL and share > limit:
        raise Refused(
            "FO768",
            f"{len(found.effects)} of {found.total} objects would be deleted ({share:.0%}); the limit is {limit:.0%}",
            protects="a domain's protect.prune_limit keeps a mistake from deleting much at once",
            way_out="look at the list (`flyteops drift`), or raise protect.prune_limit",
        )
    return found


def prune(
    planned: Planned,
    side: ClusterSide,
    agreed: Leftovers,
    *,
    registry: Registry,
    clock: Clock,
    ids: Ids,
    report: Callable[[str], None],
    wait: Callable[[float], None],
) -> tuple[ObjectRef, ...]:
    """Deletes what was agreed to and is still to go when it is looked at under the lease; returns what is gone."""
    domain = planned.plan.domain
    fence = lease(domain, registry=registry, clock=clock, holder=ids.fresh(), report=report, wait=wait)
    lineage = planned.snapshot.lineage
    operation = operation_id(planned.plan)
    journal = Journal(
        registry=registry, fence=fence, domain=domain, operation=operation, lineage=lineage, report=report
    )
    try:
        settle(journal, side)
        shown = {(each.ref, each.uid) for each in agreed.effects}
        records = registry.objects(domain)
        seen = observe(side, records)
        again = _look(side, records, lineage=lineage).effects
        effects = tuple(each for each in again if (each.ref, each.uid) in shown)
        effects = tuple(replace(each, step=step) for step, each in enumerate(effects))
        staying = set(carry_out(journal, side, effects, phase="prune", seen=seen))
    finally:
        registry.release_lease(fence)
    return tuple(each.ref for each in effects if each.ref not in staying)


def _look(side: ClusterSide, records: tuple[ObjectRecord, ...], *, lineage: str) -> Leftovers:
    identify(side, records)
    seen = observe(side, records, all_used=True)
    if seen.used is None:
        raise OutsideFailed(
            "cluster",
            "which runs are unfinished could not be learnt, and so nothing may be deleted",
            retryable=True,
            way_out="run the same command again",
        )
    return leftovers(side.wanted, records, seen, lineage=lineage)
