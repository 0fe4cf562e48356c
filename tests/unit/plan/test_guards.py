"""Guards: the whole refusal, and that nothing else is refused."""

from __future__ import annotations

from dataclasses import replace

from flyteops.model.errors import Refused
from flyteops.plan import make_plan, refusals
from tests.unit.plan import samples as s

APPLIED = s.snapshot_of(s.SHOP)


def told(found: tuple[Refused, ...]) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in found]


def test_nothing_is_refused_in_peace() -> None:
    assert refusals(s.plan_from(s.SHOP, s.SHOP), APPLIED, prune_limit=0.0) == ()
    assert refusals(make_plan(s.SHOP, s.NOTHING, tree=s.TREE), s.NOTHING) == ()
    assert refusals(make_plan(s.program(()), s.NOTHING, tree=s.TREE), s.NOTHING) == ()


def test_empty_target() -> None:
    plan = s.plan_from(s.SHOP, s.program(()))
    assert told(refusals(plan, APPLIED)) == [
        ("FO720", "the tree declares nothing, and the registry holds 9 entities: everything would be retired"),
    ]


def test_prune_limit() -> None:
    after = replace(s.SHOP, launch_plans={})
    plan = s.plan_from(s.SHOP, after)
    assert refusals(plan, APPLIED) == ()
    assert refusals(plan, APPLIED, prune_limit=0.2) == ()
    assert told(refusals(plan, APPLIED, prune_limit=0.1)) == [
        ("FO721", "the plan retires 1 of 9 entities (11%); the limit is 10%"),
    ]


def test_foreign_lineage_and_project() -> None:
    plan = s.plan_from(s.SHOP, s.SHOP)
    assert told(refusals(plan, replace(APPLIED, lineage="other"))) == [
        ("FO722", "the plan was made from registry lineage-1, and this one is other"),
    ]
    assert told(refusals(plan, replace(APPLIED, domain="production"))) == [
        ("FO722", "the plan is for shop/development, and the registry was read for shop/production"),
    ]
