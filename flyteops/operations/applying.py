"""Apply: the registry comes to what a commit says. Killed anywhere, the same command again converges."""

from __future__ import annotations

from collections.abc import Callable

from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.frozen import frozen
from flyteops.model.plan import Plan
from flyteops.model.state import Fence, ObjectRecord, Revision
from flyteops.operations.cluster_faults import foreign, generation_moved
from flyteops.operations.cluster_health import wait_until_served
from flyteops.operations.cluster_side import ClusterSide, identify, in_parallel, observe
from flyteops.operations.effects import Journal, carry_out, remember_cluster, settle
from flyteops.operations.planning import Planned
from flyteops.plan import Verdict, refusals, without_lineage
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.registry import Registry
from flyteops.reconcile import (
    Decision,
    Observation,
    cluster_of,
    decide,
    operation_id,
    pending,
    pointer_changes,
    unrecorded,
)

LEASE_MS = 30_000
"""A dead holder blocks others no longer than this."""
LEASE_WAIT_S = 45.0
"""Longer than a lease, so that whoever comes after a killed apply needs no second try."""
LEASE_HELD = "FO713"


@frozen
class Applied:
    """What an apply did: the generation now, and whether anything was written."""

    plan: Plan
    generation: int
    changed: bool


@frozen
class Author:
    """Who applies, and with what: names for the history, never for a decision."""

    actor: str
    tool: str


def check(planned: Planned, *, prune_limit: float | None, allow_dirty: bool, verdict: Verdict | None = None) -> None:
    """Raises Refused for the first rule that forbids applying the plan. `verdict` is what the rules of the domain say
    (operations/consenting.py); without it only those count that need neither git nor a consent file."""
    plan = planned.plan
    for refusal in verdict.refusals if verdict else refusals(plan, planned.snapshot, prune_limit=prune_limit):
        raise refusal
    if plan.tree.uncommitted and not allow_dirty:
        shown = ", ".join(plan.tree.uncommitted[:5])
        more = len(plan.tree.uncommitted) - 5
        raise Refused(
            "FO701",
            f"the work tree differs from the commit: {shown}" + (f" and {more} more" if more > 0 else ""),
            protects="what is applied is what was reviewed: apply reads a commit, never files that nobody can name",
            way_out="commit the changes, or apply what is committed with `flyteops apply --commit HEAD`, "
            "or, in a domain that permits it, say --allow-dirty",
        )


def apply(
    planned: Planned,
    *,
    registry: Registry,
    clock: Clock,
    ids: Ids,
    author: Author,
    report: Callable[[str], None],
    wait: Callable[[float], None],
    side: ClusterSide | None = None,
) -> Applied:
    """Journal, objects, publish, clocks, deletes, release. With nothing to do no lease is taken and nothing written.

    `side` is the cluster of the domain; without it only the registry is written.
    """
    plan = planned.plan
    changes = pointer_changes(plan)
    cluster_id = _look_ahead(plan, side, registry=registry, lineage=planned.snapshot.lineage) if side else None
    if not changes and cluster_id is None:
        return Applied(plan=plan, generation=plan.generation, changed=False)
    lineage = registry.prepare()
    fence = lease(plan.domain, registry=registry, clock=clock, holder=ids.fresh(), report=report, wait=wait)
    # Whether the registry was there when the plan was made says nothing of what it does: the first applies of a commit,
    # begun at once, are one.
    operation = operation_id(without_lineage(plan) if plan.generation == 0 else plan)
    journal = Journal(
        registry=registry, fence=fence, domain=plan.domain, operation=operation, lineage=lineage, report=report
    )

    def publish() -> int:
        if not changes:
            return plan.generation
        return registry.publish(
            fence,
            operation,
            plan.domain,
            expected_generation=plan.generation,
            revision=_revision(plan, author=author, clock=clock),
            changes=changes,
        )

    try:
        if side is not None and cluster_id is not None:
            _require_generation(plan, registry)
            settle(journal, side)
            remember_cluster(journal, cluster_id)
        if changes:
            report(f"writing the intent of {len(changes)} changes (operation {operation[:12]})")
            registry.intend(fence, operation, changes)
        generation = publish() if side is None or cluster_id is None else _bring(journal, side, publish=publish)
    finally:
        registry.release_lease(fence)
    if side is not None:
        wait_until_served(side, clock=clock, wait=wait, report=report)
    return Applied(plan=plan, generation=generation, changed=True)


def _look_ahead(plan: Plan, side: ClusterSide, *, registry: Registry, lineage: str) -> str | None:
    """Before anything is written: the cluster's name when there is something to do in it or in the registry.

    Asks the registry first, so that an apply with nothing to do makes no call to the cluster.
    """
    records = registry.objects(plan.domain)
    opened = registry.open_effects(plan.domain)
    accepted = side.accepted_cluster not in ("", cluster_of(records))
    if not plan.changes and not opened and not accepted and not pending(side.wanted, records):
        return None
    found = identify(side, records)
    seen = observe(side, records)
    # The plan was made before there was a registry: an apply beside this one may have made it since, and objects with
    # its mark are no strangers then. Asked for behind the look, so that no object is older than the answer.
    lineage = lineage or registry.snapshot(plan.domain).lineage
    decision = _decide(side, records, seen, lineage=lineage)
    if not plan.changes and not opened and not accepted and decision.empty:
        return None
    in_parallel(side, lambda each: side.cluster.dry_run(each.body), unrecorded(side.wanted, records))
    return found.id


def _bring(journal: Journal, side: ClusterSide, *, publish: Callable[[], int]) -> int:
    """The cluster comes to what is wanted: templates, the revision, the clocks that start them, then what may go."""

    def decided() -> tuple[Decision, Observation]:
        records = journal.registry.objects(journal.domain)
        seen = observe(side, records)
        return _decide(side, records, seen, lineage=journal.lineage), seen

    decision, seen = decided()
    carry_out(journal, side, decision.templates, phase="templates", seen=seen)
    generation = publish()
    carry_out(journal, side, decision.clocks, phase="clocks", seen=seen)
    if decision.deletes or decision.kept:
        # What runs and which clock starts what may have changed since: only a fresh look permits a delete.
        decision, seen = decided()
        for ref in carry_out(journal, side, decision.deletes, phase="deletes", seen=seen):
            journal.report(f"{ref} is being deleted; its finalizers hold it: {', '.join(seen.live[ref].finalizers)}")
        for kept in decision.kept:
            journal.report(f"kept {kept.ref}: {kept.why}")
    return generation


def _decide(side: ClusterSide, records: tuple[ObjectRecord, ...], seen: Observation, *, lineage: str) -> Decision:
    decision = decide(side.wanted, records, seen, lineage=lineage)
    if decision.strangers:
        raise foreign(decision.strangers)
    if decision.leaving:
        named = ", ".join(map(str, decision.leaving))
        raise OutsideFailed(
            "cluster",
            f"still being deleted by somebody: {named}",
            retryable=True,
            way_out="wait until its finalizers are done, or remove them, then run the same command again",
        )
    return decision


def _require_generation(plan: Plan, registry: Registry) -> None:
    """Under the lease and before the first effect: the registry is where the plan was made."""
    newest = registry.history(plan.domain, 1)
    now = newest[0].generation if newest else 0
    if now != plan.generation:
        raise generation_moved(plan.domain, plan.generation, now)


def _revision(plan: Plan, *, author: Author, clock: Clock) -> Revision:
    return Revision(
        generation=plan.generation + 1,
        commit=plan.tree.commit or "",
        dirty=bool(plan.tree.uncommitted),
        plan_digest=plan.digest,
        actor=author.actor,
        tool=author.tool,
        created_ms=clock.now_ms(),
    )


def lease(
    domain: str,
    *,
    registry: Registry,
    clock: Clock,
    holder: str,
    report: Callable[[str], None],
    wait: Callable[[float], None],
) -> Fence:
    """The lease, waiting for a holder that is alive to finish and for one that was killed to run out."""
    until = clock.monotonic_s() + LEASE_WAIT_S
    told = False
    while True:
        try:
            return registry.take_lease(domain, holder=holder, ttl_ms=LEASE_MS)
        except Refused as refused:
            if refused.code != LEASE_HELD or clock.monotonic_s() > until:
                raise
            if not told:
                report(f"waiting: {refused.message}")
                told = True
            wait(0.25)
