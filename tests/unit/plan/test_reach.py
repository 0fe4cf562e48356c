"""Blast radius and effect: who runs what changed, and which version the next firing uses."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from flyteops.model.ids import EntityId, Kind
from flyteops.model.plan import Change, Plan, PlanContext
from flyteops.model.program import Move, Program
from flyteops.model.referring import Referrer
from flyteops.plan import make_plan
from flyteops.plan.document import touched_runs
from flyteops.plan.upcoming import spoken, upcoming_of
from flyteops.views.plan import runs_text
from tests.unit.plan import samples as s

NOW = dt.datetime(2026, 1, 31, 20, 0, tzinfo=dt.UTC)
PREP = s.recoded(s.PREP, "1" * 64)
ALERT = s.recoded(s.ALERT, "1" * 64)


def only(plan: Plan, name: str) -> Change:
    return next(each for each in plan.changes if each.entity.name == name)


def test_a_task_reaches_through_every_call() -> None:
    change = only(s.plan_from(s.SHOP, s.with_task(PREP)), "prep")
    assert change.reach.workflows == ("workflow/outer", "workflow/train")
    assert change.reach.launch_plans == ("launch_plan/nightly",)
    assert change.effect.when == "next_run"
    ((schedule),) = change.effect.schedules
    assert schedule.launch_plan == "launch_plan/nightly"
    assert schedule.version != schedule.previous_version


def test_a_task_that_the_schedule_does_not_reach_leaves_its_version() -> None:
    change = only(s.plan_from(s.SHOP, s.with_task(ALERT)), "alert")
    assert (change.reach.workflows, change.effect.schedules) == (("workflow/outer",), ())


def test_a_task_that_nothing_runs() -> None:
    alone = s.program((s.PREP,))
    change = only(s.plan_from(alone, s.with_task(PREP, alone)), "prep")
    assert (change.reach.workflows, change.effect.when) == ((), "not_run")


def test_what_is_new_is_reached_by_nothing_that_stays() -> None:
    plan = make_plan(s.SHOP, s.NOTHING, tree=s.TREE)
    assert {each.reach.workflows for each in plan.changes} == {()}
    assert {each.effect.when for each in plan.changes} == {"next_run"}
    assert only(plan, "nightly").effect.schedules[0].previous_version is None


def test_retired_and_switched_off_schedules_stop() -> None:
    off = s.with_launch_plan(replace(s.NIGHTLY, active=False))
    for after in (replace(s.SHOP, launch_plans={}), off):
        schedule = only(s.plan_from(s.SHOP, after), "nightly").effect.schedules[0]
        assert schedule.version is None
        assert schedule.previous_version is not None
    assert only(s.plan_from(s.SHOP, replace(s.SHOP, launch_plans={})), "nightly").effect.when == "stops"


def test_a_schedule_that_moves_keeps_its_past() -> None:
    moved = EntityId(Kind.LAUNCH_PLAN, "each-night")
    after = replace(
        s.SHOP,
        launch_plans={"each-night": replace(s.NIGHTLY, name="each-night")},
        moves=(Move(source=EntityId(Kind.LAUNCH_PLAN, "nightly"), target=moved),),
    )
    schedule = only(s.plan_from(s.SHOP, after), "each-night").effect.schedules[0]
    assert None not in (schedule.version, schedule.previous_version)


def upcoming(before: Program, after: Program) -> list[tuple[str, str, tuple[str, ...], bool]]:
    snapshot = s.snapshot_of(before)
    plan = make_plan(after, snapshot, tree=s.TREE)
    found = upcoming_of(plan, after, snapshot, now=NOW)
    return [(each.launch_plan, each.spoken, each.next, each.version is None) for each in found]


THREE = ("2026-02-01T02:00:00+00:00", "2026-02-02T02:00:00+00:00", "2026-02-03T02:00:00+00:00")


def test_next_firings_of_a_touched_schedule() -> None:
    assert upcoming(s.SHOP, s.with_task(PREP)) == [("launch_plan/nightly", "tonight 02:00 UTC", THREE, False)]
    assert upcoming(s.SHOP, s.with_task(ALERT)) == []


def test_firings_that_will_not_happen() -> None:
    expected = [("launch_plan/nightly", "tonight 02:00 UTC", THREE, True)]
    assert upcoming(s.SHOP, replace(s.SHOP, launch_plans={})) == expected
    assert upcoming(s.SHOP, s.with_launch_plan(replace(s.NIGHTLY, active=False))) == expected


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        ("2026-01-31T21:00", "tonight 21:00"),
        ("2026-02-01T05:59", "tonight 05:59"),
        ("2026-02-01T07:00", "tomorrow 07:00"),
        ("2026-02-01T19:00", "tomorrow 19:00"),
        ("2026-02-02T02:00", "Mon 2026-02-02 02:00"),
    ],
)
def test_words_for_a_moment(slot: str, words: str) -> None:
    assert spoken(dt.datetime.fromisoformat(slot).replace(tzinfo=dt.UTC), NOW) == words


def test_words_at_noon_and_after_midnight() -> None:
    noon = NOW.replace(hour=12)
    assert spoken(noon.replace(hour=14), noon) == "today 14:00"
    assert spoken(noon.replace(hour=23), noon) == "tonight 23:00"
    midnight = NOW.replace(hour=0)
    assert spoken(midnight.replace(hour=2), midnight) == "tonight 02:00"
    assert spoken(midnight.replace(hour=9), midnight) == "today 09:00"


def test_a_task_that_another_project_stands_on_reaches_there_and_may_break_it() -> None:
    far = Referrer(
        project="ads",
        domain="production",
        entity=EntityId(Kind.TASK, "prepared"),
        target=EntityId(Kind.TASK, "prep"),
        inputs=("rows",),
        outputs=("o0",),
    )
    snapshot = replace(s.snapshot_of(s.SHOP), referrers=(far,))
    needs_more = replace(
        s.PREP, interface=replace(s.PREP.interface, inputs=(*s.PREP.interface.inputs, s.var("seed", s.INT)))
    )
    change = only(make_plan(s.with_task(needs_more), snapshot, tree=s.TREE), "prep")
    assert change.reach.elsewhere == ("ads/production/task/prepared",)
    assert [(each.rule, "ads/production/task/prepared" in each.consumers) for each in change.findings] == [
        ("FO-I101", True)
    ]
    retired = only(make_plan(s.program((s.FIT,)), snapshot, tree=s.TREE), "prep")
    assert retired.reach.elsewhere == ("ads/production/task/prepared",)


def test_only_runs_that_a_change_touches_are_told() -> None:
    plan = s.plan_from(s.SHOP, s.with_task(PREP))
    runs = {"launch_plan/nightly": 2, "workflow/other": 5, "workflow/train": 1}
    told = PlanContext(unfinished_runs=runs)
    assert touched_runs(plan, told) == {"launch_plan/nightly": 2, "workflow/train": 1}
    assert runs_text(plan, told) == (
        "3 go on with the version they started with: launch_plan/nightly 2, workflow/train 1"
    )
    assert touched_runs(plan, PlanContext()) is None
    assert runs_text(plan, PlanContext()) == ""
