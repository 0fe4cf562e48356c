"""What an apply writes: one pointer per change, and the same operation for the same plan."""

from __future__ import annotations

from dataclasses import replace

from flyteops.model.ids import EntityId, Kind
from flyteops.model.state import PointerChange
from flyteops.plan import make_plan
from flyteops.reconcile import operation_id, pointer_changes
from tests.unit.plan import samples as s


def test_pointers_follow_the_plan() -> None:
    after = replace(s.with_task(s.recoded(s.FIT, "1" * 64)), launch_plans={})
    plan = s.plan_from(s.SHOP, after)
    assert pointer_changes(plan) == (
        PointerChange(entity=EntityId(Kind.TASK, "fit"), record=plan.changes[0].record, action="update"),
        PointerChange(entity=EntityId(Kind.LAUNCH_PLAN, "nightly"), record=None, action="retire"),
    )
    assert pointer_changes(s.plan_from(s.SHOP, s.SHOP)) == ()


def test_operation_is_the_same_for_the_same_plan_on_the_same_generation() -> None:
    after = s.with_task(s.recoded(s.FIT, "1" * 64))
    one, again = s.plan_from(s.SHOP, after), s.plan_from(s.SHOP, after)
    later = make_plan(after, s.snapshot_of(s.SHOP, generation=2), tree=s.TREE)
    assert operation_id(one) == operation_id(again)
    assert operation_id(one) != operation_id(later)
    assert len(operation_id(one)) == 64
