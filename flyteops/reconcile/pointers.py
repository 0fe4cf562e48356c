"""What an apply writes, taken from the plan alone: where each name shall point, and under which operation."""

from __future__ import annotations

from flyteops.model.digest import Json, digest_of
from flyteops.model.plan import Plan
from flyteops.model.state import Effect, PointerChange


def pointer_changes(plan: Plan) -> tuple[PointerChange, ...]:
    """One pointer per change, in the order of the plan."""
    return tuple(
        PointerChange(entity=change.entity, record=change.record, action=change.action, previous=change.previous)
        for change in plan.changes
    )


def operation_id(plan: Plan) -> str:
    """The name of the apply of this plan on the generation it was made from: the same after a kill, so that a rerun
    finds its own journal."""
    return digest_of("flyteops.operation.v1", plan.project, plan.domain, plan.lineage, plan.generation, plan.digest)


def effects_id(operation: str, phase: str, effects: tuple[Effect, ...]) -> str:
    """The name of one phase of effects of an apply: the same for the same effects, another one for others."""
    listed: Json = [[each.action, str(each.ref), each.digest, each.uid] for each in effects]
    return digest_of("flyteops.effects.v1", operation, phase, listed)
