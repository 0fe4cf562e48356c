"""Schedules as Argo's clock takes them."""

from __future__ import annotations

from typing import Any

import pytest

from flyteops.argo import emit, verify
from flyteops.argo.every import beat_of
from flyteops.argo.hera import round_trip
from flyteops.argo.schedule import cron_name
from flyteops.model.diagnostics import Place
from flyteops.model.entities import LaunchPlan, Schedule
from flyteops.model.errors import InvalidProject
from flyteops.model.launching import Channel, Concurrency, Notification
from tests.unit.argo.programs import HELLO, TARGET, TELL, program_of


def clock(active: bool = True, **schedule: Any) -> dict[str, Any]:
    plan = LaunchPlan(name="tick", workflow="hello", schedule=Schedule(**schedule), active=active)
    cron: Any = emit(program_of(TELL, HELLO, plan), target=TARGET, plans=(plan,))[1].body
    assert verify(cron) == ()
    return dict(cron["spec"])


def test_a_plain_clock() -> None:
    spec = clock(cron="0 4 * * *", timezone="Europe/Berlin")
    name = spec.pop("workflowSpec")["workflowTemplateRef"]["name"]
    assert name.startswith("tick-")
    assert spec.pop("workflowMetadata")["labels"]["flyteops/name"] == "tick"
    assert spec == {
        "schedules": ["0 4 * * *"],
        "timezone": "Europe/Berlin",
        "concurrencyPolicy": "Allow",
        "startingDeadlineSeconds": 0,
        "suspend": False,
    }


def test_what_stops_a_clock_and_what_it_makes_up() -> None:
    assert clock(active=False, cron="@daily")["suspend"] is True
    assert clock(cron="@daily", catchup="last", overlap="replace")["startingDeadlineSeconds"] == 2_592_000
    assert clock(cron="@daily", overlap="replace")["concurrencyPolicy"] == "Replace"


def test_only_the_kick_off_time_is_handed_over() -> None:
    assert "arguments" not in clock(cron="@daily")["workflowSpec"]
    assert clock(cron="@daily", kickoff_time_input="at")["workflowSpec"]["arguments"] == {
        "parameters": [{"name": "kickoff", "value": "{{workflow.scheduledTime}}"}]
    }


def test_a_clock_between_two_instants() -> None:
    spec = clock(cron="@daily", start="2026-01-01T00:00:00+01:00", end="2027-01-01T00:00:00Z")
    assert spec["when"] == "{{= now() >= date('2025-12-31T23:00:00Z') && now() < date('2027-01-01T00:00:00Z') }}"


def test_catching_up_on_all_is_noted() -> None:
    plan = LaunchPlan(name="tick", workflow="hello", schedule=Schedule(cron="@daily", catchup="all"))
    cron = emit(program_of(TELL, HELLO, plan), target=TARGET, plans=(plan,))[1]
    assert "catchup: all of launch_plan/tick: Argo makes up the last missed run only" in cron.notes


def test_a_clock_keeps_its_name_when_its_version_changes() -> None:
    names = set()
    templates = set()
    for parallel in (1, 2):
        plan = LaunchPlan(name="tick", workflow="hello", schedule=Schedule(cron="@daily"), max_parallelism=parallel)
        template, cron = emit(program_of(TELL, HELLO, plan), target=TARGET, plans=(plan,))
        names.add(cron.name)
        templates.add(template.name)
    assert (len(names), len(templates)) == (1, 2)


@pytest.mark.parametrize(
    ("line", "taken"),
    [("0 2 * * *", "0 2 * * *"), ("0 0 ? * 7", "0 0 * * 0"), ("0 0 * * 5-7", "0 0 * * 0,5,6"), ("@daily", "0 0 * * *")],
)
def test_cron_lines(line: str, taken: str) -> None:
    assert clock(cron=line)["schedules"] == [taken]


@pytest.mark.parametrize(
    "line", ["0 0 2 * * *", "@reboot", "@every 1h", "60 * * * *", "{{=1}} * * * *", "TZ=UTC 0 0 * * *"]
)
def test_what_is_no_cron_line_is_refused(line: str) -> None:
    with pytest.raises(InvalidProject) as refused:
        clock(cron=line)
    assert [(each.code, each.message) for each in refused.value.diagnostics] == [
        ("FO805", f'"{line}" is not a schedule that Argo takes')
    ]


@pytest.mark.parametrize(
    ("every", "start", "line"),
    [
        ("1m", None, "* * * * *"),
        ("30m", None, "*/30 * * * *"),
        ("30m", "2026-01-01T08:10:00Z", "10,40 * * * *"),
        ("1h", None, "0 * * * *"),
        ("6h", None, "0 */6 * * *"),
        ("PT6H", "2026-01-01T09:30:00+01:00", "30 2,8,14,20 * * *"),
        ("1d", None, "0 0 * * *"),
        ("24h", "2026-01-01T08:30:00Z", "30 8 * * *"),
        ("1w", None, "0 0 * * 1"),
        ("7d", "2026-01-04T08:30:00Z", "30 8 * * 0"),
        ("2d", None, None),
        ("2w", None, None),
        ("45m", None, None),
        ("90m", None, None),
        ("30s", None, None),
        ("500ms", None, None),
    ],
)
def test_every(every: str, start: str | None, line: str | None) -> None:
    beat = beat_of(every, start)
    assert (beat.line if beat else None) == line
    assert beat is None or beat.in_utc == (start is not None)


def test_what_the_clock_cannot_keep_is_refused_where_it_is_written() -> None:
    place = Place(path="pipelines/a.yaml", line=7, column=14, end_line=7, end_column=16)
    plan = LaunchPlan(name="tick", workflow="hello", schedule=Schedule(every="2d", timezone="../../etc"))
    program = program_of(TELL, HELLO, plan, origins={"launch_plan/tick.schedule.every": place})
    with pytest.raises(InvalidProject) as refused:
        emit(program, target=TARGET, plans=(plan,))
    assert [(each.code, each.message, each.place, each.help) for each in refused.value.diagnostics] == [
        ("FO805", '"../../etc" is not a time zone', None, "Write Area/City or UTC."),
        ("FO805", "Argo's clock cannot count every 2d", place,
         "Write minutes that divide an hour, hours that divide a day, 1d or 1w, or a cron line."),
    ]  # fmt: skip


LAST = "cronworkflow.lastScheduledTime"
ONCE = f"({LAST} == nil || (now() - {LAST}).Seconds() > 9000)"


@pytest.mark.parametrize(
    ("line", "zone", "lines", "when"),
    [
        # Clocks change on Sundays, and this never comes on one.
        ("30 2,14 * * 1-5", "Europe/Berlin", ["30 2,14 * * 1-5"], None),
        # In the hour that is missing in spring and comes twice in autumn.
        ("30 2 * * *", "Europe/Berlin", ["30 2 * * *", "30 3 * * *"], ONCE),
        ("30 2,14 * * *", "Europe/Berlin", ["30 2,14 * * *", "30 3 * * *"], ONCE),
        ("30 2 * * *", "America/New_York", ["30 2 * * *", "30 3 * * *"], ONCE),
        # Only comes twice.
        ("30 1 * * *", "America/New_York", ["30 1 * * *"], ONCE),
        # Outside of every change, or without any.
        ("0 4 * * *", "Europe/Berlin", ["0 4 * * *"], None),
        ("30 2 * * *", "Asia/Tokyo", ["30 2 * * *"], None),
        ("30 2 * * *", "UTC", ["30 2 * * *"], None),
    ],
)
def test_a_slot_in_a_changed_hour_starts_once(line: str, zone: str, lines: list[str], when: str | None) -> None:
    spec = clock(cron=line, timezone=zone)
    assert (spec["schedules"], spec.get("when")) == (lines, f"{{{{= {when} }}}}" if when else None)
    assert clock(cron=line, timezone=zone, dst="engine")["schedules"] == lines[:1]


@pytest.mark.parametrize(
    ("line", "catchup", "within_s"),
    [("30 2 * * *", "last", 5400), ("30 2 * * *", "none", 0), ("0 4 * * *", "last", 30 * 24 * 3600)],
)
def test_a_slot_that_was_passed_over_is_not_made_up(line: str, catchup: Any, within_s: int) -> None:
    schedule = Schedule(cron=line, timezone="Europe/Berlin", catchup=catchup)
    _, spec, notes = emitted(LaunchPlan(name="tick", workflow="hello", schedule=schedule))
    assert spec["startingDeadlineSeconds"] == within_s
    told = (
        "catchup of launch_plan/tick: with dst: once a missed start is made up within 90 minutes; later Argo could not "
        "tell it from one that the changed hour has doubled"
    )
    assert (told in notes) is (within_s == 5400)


def test_the_window_and_the_changed_hour_together() -> None:
    spec = clock(cron="30 2 * * *", timezone="Europe/Berlin", start="2026-01-01T00:00:00Z")
    assert spec["when"] == f"{{{{= now() >= date('2026-01-01T00:00:00Z') && {ONCE} }}}}"


def emitted(plan: LaunchPlan) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    template, cron = emit(program_of(TELL, HELLO, plan), target=TARGET, plans=(plan,))
    for each in (template, cron):
        assert verify(each.body) == ()
        assert round_trip(each.body) == ()
    one: Any = template.body
    other: Any = cron.body
    return one["spec"], other["spec"], {*template.notes, *cron.notes}


@pytest.mark.parametrize(
    ("when_full", "overlap", "policy", "locked"),
    [("skip", "allow", "Forbid", False), ("replace", "allow", "Replace", False), ("queue", "allow", "Allow", True)],
)
def test_one_run_at_once(when_full: Any, overlap: Any, policy: str, locked: bool) -> None:
    plan = LaunchPlan(
        name="tick",
        workflow="hello",
        schedule=Schedule(cron="@daily", overlap=overlap),
        concurrency=Concurrency(limit=1, when_full=when_full),
    )
    template, cron, notes = emitted(plan)
    assert cron["concurrencyPolicy"] == policy
    name = cron_name("churn", "production", "tick")
    assert template.get("synchronization") == ({"mutexes": [{"name": name}]} if locked else None)
    told = "concurrency of launch_plan/tick: Argo counts the runs that its clock started, not those started by hand"
    assert (told in notes) is not locked


def test_more_than_one_run_at_once_is_refused() -> None:
    plan = LaunchPlan(name="tick", workflow="hello", concurrency=Concurrency(limit=2, when_full="queue"))
    with pytest.raises(InvalidProject) as caught:
        emit(program_of(TELL, HELLO, plan), target=TARGET, plans=(plan,))
    assert [each.code for each in caught.value.diagnostics] == ["FO840"]


def test_what_argo_does_not_do_is_noted() -> None:
    channel = Channel(name="oncall", kind="slack", options=(("secret", "hook"),))
    plan = LaunchPlan(
        name="tick",
        workflow="hello",
        schedule=Schedule(cron="*/30 * * * *", timezone="Europe/Berlin", jitter_s=300),
        notifications=(Notification(phases=("failed",), channel=channel),),
    )
    told = emitted(plan)[2]
    assert "jitter of launch_plan/tick: Argo starts every run at its slot, nothing is spread" in told
    near = "its starts lie too near to one another for Argo to tell the changed hour apart"
    assert f"dst: once of launch_plan/tick is left to Argo: {near}" in told
    assert "notifications of launch_plan/tick: nothing in the cluster tells channel oncall yet (failed)" in told


def test_pods_are_told_of_the_cache_and_of_where_files_go() -> None:
    plan = LaunchPlan(name="tick", workflow="hello", overwrite_cache=True, raw_data="teams/churn")
    (template,) = emit(program_of(TELL, HELLO, plan), target=TARGET, plans=(plan,))
    body: Any = template.body
    arguments = [each["container"]["args"] for each in body["spec"]["templates"] if "container" in each]
    assert [each[0] for each in arguments if "--cache overwrite --raw-data teams/churn" in " ".join(each)] == ["task"]
