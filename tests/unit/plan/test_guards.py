"""Guards: the whole refusal, and that nothing else is refused."""

from __future__ import annotations

from dataclasses import replace

from flyteops.model.errors import Refused
from flyteops.model.state import Revision
from flyteops.plan import Rules, judge, make_plan, refusals
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


REVISION = Revision(
    generation=1, commit="d" * 40, dirty=False, plan_digest="", actor="a", tool="t", created_ms=0
)  # fmt: skip
APPLIED_FROM = replace(APPLIED, revision=REVISION)
CHANGED = s.plan_from(s.SHOP, replace(s.SHOP, launch_plans={}))


def test_going_backwards() -> None:
    assert told(refusals(CHANGED, APPLIED_FROM, history="behind")) == [
        ("FO724", "commit cccccccccccc is older than dddddddddddd, which is applied to development"),
    ]


def test_going_sideways() -> None:
    assert refusals(CHANGED, APPLIED_FROM, history="apart") == ()
    assert told(refusals(CHANGED, APPLIED_FROM, history="apart", linear=True)) == [
        (
            "FO737",
            "commit cccccccccccc does not contain dddddddddddd, which is applied to development: their histories part",
        ),
    ]
    assert told(refusals(CHANGED, APPLIED_FROM, history="unrelated")) == [
        (
            "FO737",
            "commit cccccccccccc and dddddddddddd, which is applied to development, have no history in common",
        ),
    ]


def test_unknown_history_is_not_guessed() -> None:
    (shallow,) = refusals(CHANGED, APPLIED_FROM, history="shallow")
    assert (shallow.code, shallow.message, shallow.way_out) == (
        "FO725",
        (
            "whether commit cccccccccccc comes after dddddddddddd, which is applied to development, is unknown: "
            "this clone is shallow"
        ),
        (
            "run git fetch --unshallow (in CI: fetch-depth: 0), then apply again; or permit it once in "
            "flyteops.consent.yaml: {address: domain/development, rule: FO725, reason: …}"
        ),
    )
    (unknown,) = refusals(CHANGED, APPLIED_FROM, history="unknown")
    assert "this clone does not hold the applied commit" in unknown.message
    assert "git fetch --all" in unknown.way_out


def test_a_plan_without_changes_breaks_no_rule() -> None:
    verdict = judge(s.plan_from(s.SHOP, s.SHOP), APPLIED_FROM, Rules(history="behind", consent=("retire",)))
    assert (verdict.consents, verdict.refusals) == ((), ())
