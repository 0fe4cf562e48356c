"""Apply: the registry comes to what a commit says. Killed anywhere, the same command again converges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flyteops.model.errors import Refused
from flyteops.model.plan import Plan
from flyteops.model.state import Fence, Revision
from flyteops.operations.planning import Planned
from flyteops.plan import refusals
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.registry import Registry
from flyteops.reconcile import operation_id, pointer_changes

LEASE_MS = 30_000
"""A dead holder blocks others no longer than this (reliability.md 1: Helm)."""
LEASE_WAIT_S = 45.0
"""Longer than a lease, so that whoever comes after a killed apply needs no second try."""
LEASE_HELD = "FO713"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an apply did: the generation now, and whether anything was written."""

    plan: Plan
    generation: int
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who applies, and with what: names for the history, never for a decision."""

    actor: str
    tool: str


def check(planned: Planned, *, prune_limit: float | None, allow_dirty: bool) -> None:
    """Raises Refused for the first rule that forbids applying the plan."""
    plan = planned.plan
    for refusal in refusals(plan, planned.snapshot, prune_limit=prune_limit):
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
) -> Applied:
    """Journal, publish, release. An empty plan takes no lease and writes nothing."""
    plan = planned.plan
    changes = pointer_changes(plan)
    if not changes:
        return Applied(plan=plan, generation=plan.generation, changed=False)
    registry.prepare()
    fence = _lease(plan.domain, registry=registry, clock=clock, holder=ids.fresh(), report=report, wait=wait)
    try:
        operation = operation_id(plan)
        report(f"writing the intent of {len(changes)} changes (operation {operation[:12]})")
        registry.intend(fence, operation, changes)
        generation = registry.publish(
            fence,
            operation,
            plan.domain,
            expected_generation=plan.generation,
            revision=Revision(
                generation=plan.generation + 1,
                commit=plan.tree.commit or "",
                dirty=bool(plan.tree.uncommitted),
                plan_digest=plan.digest,
                actor=author.actor,
                tool=author.tool,
                created_ms=clock.now_ms(),
            ),
            changes=changes,
        )
    finally:
        registry.release_lease(fence)
    return Applied(plan=plan, generation=generation, changed=True)


def _lease(
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
