"""Rollback: a new generation whose pointers equal an older one's. Killed anywhere, the same command converges.

Where a domain has a cluster, its objects go back too: they are made of the program of the commit that was applied then,
by the apply that brings everything else there.
"""

from __future__ import annotations

from collections.abc import Callable

from flyteops.model.digest import digest_of
from flyteops.model.errors import Refused
from flyteops.model.frozen import frozen
from flyteops.model.state import PointerChange, Revision, Snapshot
from flyteops.operations.applying import Author, lease
from flyteops.operations.planning import Planned, make, records_of
from flyteops.operations.sources import Sources
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.registry import Registry, Snapshots
from flyteops.ports.trees import Tree


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


def commit_of(found: Rollback) -> str:
    """The commit that the generation was applied from: a cluster's objects are made of its program, which no registry
    holds. Refused (FO736) when it was applied from files that no commit has."""
    revision = found.then.revision
    if revision is None or not revision.commit or revision.dirty:
        raise _stays(found, "it was applied from files that were not committed")
    return revision.commit


def plan_back(
    found: Rollback, tree: Tree, sources: Sources, *, registry: Snapshots, places: tuple[str, str]
) -> Planned:
    """The plan that brings a domain with a cluster back: that of the commit's program. `places` are where the objects
    go by the settings of the commit, and where they are now. Refused (FO736) unless the program has exactly the
    entities that the generation held, and they go to the same place."""
    then, now = places
    if then != now:
        raise _stays(found, f"its objects went to another place: {then or 'to no cluster'}; they are in {now}")
    planned = make(tree, sources, domain=found.now.domain, registry=registry, cluster=now)
    made = {entity: record.digest for entity, record in records_of(planned.program).items()}
    held = {entity: record.digest for entity, record in found.then.entities.items()}
    others = sorted(entity for entity in made.keys() | held.keys() if made.get(entity) != held.get(entity))
    if others:
        shown = ", ".join(map(str, others[:3])) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        by = found.then.revision.tool if found.then.revision else ""
        raise _stays(found, f"its commit gives another {shown} today than it gave to {by}")
    return planned


def _stays(found: Rollback, why: str) -> Refused:
    then = found.then
    commit = then.revision.commit[:12] if then.revision else ""
    return Refused(
        "FO736",
        f"domain {then.domain} has a cluster, and the objects of generation {then.generation} cannot be made again: "
        f"{why}. Moving the registry's pointers alone would leave the newer objects there",
        protects="what the registry says from differing from what runs",
        way_out=f"revert in git and apply that commit (the old one is {commit or 'not known'})",
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
