"""Rollback: a new generation whose pointers equal an older one's. Killed anywhere, the same command converges."""

from __future__ import annotations

from collections.abc import Callable

from flyteops.model.digest import digest_of
from flyteops.model.errors import Refused
from flyteops.model.frozen import frozen
from flyteops.model.state import PointerChange, Revision, Snapshot
from flyteops.operations.applying import Author, lease
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.registry import Registry


@frozen
class Rollback:
    """What going back would move: where the pointers are, where they were, and the difference."""

    now: Snapshot
    then: Snapshot
    changes: tuple[PointerChange, ...]


def look_back(domain: str, generation: int, *, registry: Registry) -> Rollback:
    """The moves that lead back to a generation; Refused when it never was or is no longer whole."""
    then, now = registry.snapshot_at(domain, generation), registry.snapshot(domain)
    changes = []
    for entity in sorted(now.entities.keys() | then.entities.keys()):
        before, after = now.entities.get(entity), then.entities.get(entity)
        if before is None:
            changes.append(PointerChange(entity=entity, record=after, action="create"))
        elif after is None:
            changes.append(PointerChange(entity=entity, record=None, action="retire"))
        elif after.digest != before.digest:
            changes.append(PointerChange(entity=entity, record=after, action="update"))
    return Rollback(now=now, then=then, changes=tuple(changes))


def require_registry_only(domain: str, *, has_cluster: bool, commit: str) -> None:
    """Objects of a cluster are made from a commit's program, which a registry does not hold."""
    if has_cluster:
        raise Refused(
            "FO736",
            f"domain {domain} has a cluster: moving the registry's pointers alone would leave the newer objects in it",
            protects="what the registry says from differing from what runs",
            way_out=f"revert in git and apply that commit (the old one is {commit[:12] or 'not known'})",
        )


def roll_back(
    found: Rollback,
    *,
    registry: Registry,
    clock: Clock,
    ids: Ids,
    author: Author,
    report: Callable[[str], None],
    wait: Callable[[float], None],
) -> int:
    """Journal, publish, release; the generation now. Nothing is written when nothing would move."""
    now, then = found.now, found.then
    if not found.changes:
        return now.generation
    made_of = digest_of("flyteops.rollback.v1", now.lineage, now.project, now.domain, now.generation, then.generation)
    revision = Revision(
        generation=now.generation + 1,
        commit=then.revision.commit if then.revision else "",
        dirty=then.revision.dirty if then.revision else False,
        plan_digest=made_of,
        actor=author.actor,
        tool=author.tool,
        created_ms=clock.now_ms(),
    )
    _require_lineage(registry.prepare(), now)
    fence = lease(now.domain, registry=registry, clock=clock, holder=ids.fresh(), report=report, wait=wait)
    try:
        report(f"writing the intent of {len(found.changes)} moves (operation {made_of[:12]})")
        registry.intend(fence, made_of, found.changes)
        return registry.publish(
            fence,
            made_of,
            now.domain,
            expected_generation=now.generation,
            revision=revision,
            changes=found.changes,
        )
    finally:
        registry.release_lease(fence)


def _require_lineage(lineage: str, now: Snapshot) -> None:
    if lineage != now.lineage:
        raise Refused(
            "FO722",
            f"the moves were read from registry {now.lineage}; this is registry {lineage}",
            protects="another registry from moves that were not made for it",
            way_out="run the command again",
        )
