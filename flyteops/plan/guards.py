"""Guards: the rules that refuse a plan before anything is written. They look at the plan and the snapshot only."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.model.errors import Refused
from flyteops.model.plan import Plan
from flyteops.model.state import Snapshot


def refusals(plan: Plan, snapshot: Snapshot, *, prune_limit: float | None = None) -> tuple[Refused, ...]:
    """Every rule that forbids the plan. `prune_limit` is a share between 0 and 1 of the applied entities."""
    return (*_foreign(plan, snapshot), *_empty_target(plan, snapshot), *_pruned(plan, snapshot, prune_limit))


def _foreign(plan: Plan, snapshot: Snapshot) -> Iterator[Refused]:
    if snapshot.lineage and plan.lineage != snapshot.lineage:
        yield Refused(
            "FO722",
            f"the plan was made from registry {plan.lineage or '(none yet)'}, and this one is {snapshot.lineage}",
            protects="a plan is applied to the registry that it was made from, and to no other",
            way_out="plan again against this registry, or name the other one in `registry:`",
        )
    elif plan.project != snapshot.project or plan.domain != snapshot.domain:
        yield Refused(
            "FO722",
            f"the plan is for {plan.project}/{plan.domain}, and the registry was read for "
            f"{snapshot.project}/{snapshot.domain}",
            protects="a plan is applied to the project and domain that it was made from, and to no other",
            way_out="plan again for this project and domain",
        )


def _empty_target(plan: Plan, snapshot: Snapshot) -> Iterator[Refused]:
    if snapshot.entities and not plan.unchanged and all(change.action == "retire" for change in plan.changes):
        count = len(snapshot.entities)
        yield Refused(
            "FO720",
            f"the tree declares nothing, and the registry holds {_entities(count)}: everything would be retired",
            protects="a wrong folder or an empty checkout must not take a whole project away",
            way_out="check `declarations:` in flyteops.yaml and the folder you are in; to retire a project, leave one "
            "entity in it",
        )


def _pruned(plan: Plan, snapshot: Snapshot, limit: float | None) -> Iterator[Refused]:
    total = len(snapshot.entities)
    retired = sum(1 for change in plan.changes if change.action == "retire")
    if limit is None or not retired or retired <= limit * total:
        return
    yield Refused(
        "FO721",
        f"the plan retires {retired} of {_entities(total)} ({retired / total:.0%}); the limit is {limit:.0%}",
        protects="a domain's protect.prune_limit keeps a mistake from retiring much at once",
        way_out="declare a renamed entity under `moved:`, retire in smaller steps, or raise protect.prune_limit",
    )


def _entities(count: int) -> str:
    return f"{count} entity" if count == 1 else f"{count} entities"
