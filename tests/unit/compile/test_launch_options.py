"""Options of launch plans: what they compile to, what they are refused for, and that they are part of the digest."""

from __future__ import annotations

import pytest

from flyteops.model.entities import LaunchPlan
from flyteops.model.errors import InvalidProject
from flyteops.model.launching import Channel, Concurrency, Notification
from flyteops.model.wire import entity_digest, launch_plan_wire
from tests.unit.compile.project import program, told

FLOW = """
workflows:
  train:
    inputs: {rows: int = 1}
    nodes:
      add: {task: "m:add", inputs: {a: $inputs.rows, b: 1}}
channels:
  oncall: {email: {to: [a@acme.com, b@acme.com], server: "smtp.acme.com:587"}}
  second: {like: oncall, email: {to: [c@acme.com]}}
launch_plans:
  nightly: {workflow: train, OPTION}
"""


def plan(option: str) -> LaunchPlan:
    return program(FLOW.replace("OPTION", option)).launch_plans["nightly"]


ONCALL = Channel(
    name="oncall", kind="email", options=(("server", "smtp.acme.com:587"), ("to", "a@acme.com, b@acme.com"))
)


def test_notifications_with_their_channels_laid_open() -> None:
    found = plan("notifications: [{phases: [timed_out, failed, failed], channel: oncall}]")
    assert found.notifications == (Notification(phases=("failed", "timed_out"), channel=ONCALL),)
    assert launch_plan_wire(found)["notifications"] == [
        {"phases": ["failed", "timed_out"], "channel": {"name": "oncall", "email": dict(ONCALL.options)}}
    ]


def test_a_channel_like_another() -> None:
    (found,) = plan("notifications: [{phases: [failed], channel: second}]").notifications
    assert dict(found.channel.options) == {"server": "smtp.acme.com:587", "to": "c@acme.com"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("concurrency: 2", Concurrency(limit=2, when_full="skip")),
        ("concurrency: {limit: 1, when_full: queue}", Concurrency(limit=1, when_full="queue")),
        ("concurrency: {limit: 1, when_full: replace}", Concurrency(limit=1, when_full="replace")),
    ],
)
def test_concurrency(written: str, expected: Concurrency) -> None:
    assert plan(written).concurrency == expected


@pytest.mark.parametrize(
    ("overlap", "when_full", "fits"),
    [("allow", "skip", True), ("forbid", "skip", True), ("replace", "skip", False), ("allow", "queue", True),
     ("forbid", "queue", False), ("replace", "queue", False), ("allow", "replace", True), ("forbid", "replace", False),
     ("replace", "replace", True)],
)  # fmt: skip
def test_overlap_beside_a_limit_of_one(overlap: str, when_full: str, fits: bool) -> None:
    clock = f'schedule: {{cron: "0 2 * * *", overlap: {overlap}}}'
    written = f"{clock}, concurrency: {{limit: LIMIT, when_full: {when_full}}}"
    assert plan(written.replace("LIMIT", "2")).schedule is not None
    if fits:
        assert plan(written.replace("LIMIT", "1")).schedule is not None
        return
    with pytest.raises(InvalidProject) as caught:
        plan(written.replace("LIMIT", "1"))
    assert [each.code for each in caught.value.diagnostics] == ["FO286"]


@pytest.mark.parametrize(
    ("clock", "longest"),
    [('cron: "0 2 * * *"', "24h"), ("every: 6h", "6h"), ('cron: "0 2,3 * * 1"', "1h"), ('cron: "0 0 1 1 *"', "365d")],
)
def test_jitter_is_less_than_the_time_between_two_starts(clock: str, longest: str) -> None:
    schedule = plan(f"schedule: {{{clock}, jitter: 59m59s}}").schedule
    assert schedule is not None
    assert schedule.jitter_s == 3599
    with pytest.raises(InvalidProject) as caught:
        plan(f"schedule: {{{clock}, jitter: {longest}}}")
    assert [each.code for each in caught.value.diagnostics] == ["FO283"]


def test_every_option_is_part_of_the_digest() -> None:
    written = (
        "overwrite_cache: false",
        "overwrite_cache: true",
        "raw_data: teams/churn",
        "concurrency: 1",
        "concurrency: {limit: 1, when_full: queue}",
        "notifications: [{phases: [failed], channel: oncall}]",
        "notifications: [{phases: [failed], channel: second}]",
        'schedule: {cron: "0 2 * * *"}',
        'schedule: {cron: "0 2 * * *", dst: engine}',
        'schedule: {cron: "0 2 * * *", jitter: 5m}',
    )
    digests = [entity_digest(plan(each)) for each in written]
    assert len(set(digests)) == len(digests)
    assert digests[0] == entity_digest(LaunchPlan(name="nightly", workflow="train"))


def test_a_channel_that_an_overlay_breaks_is_told_at_its_name() -> None:
    over = "domain: production\nchannels:\n  oncall: {email: {server: null}}\n"
    with pytest.raises(InvalidProject) as caught:
        program(files={"a.yaml": FLOW.replace(", OPTION", ""), "b.yaml": over}, domain="production")
    assert told(caught.value.diagnostics) == [
        'FO318 9:12-17 | "email" needs "server" | server: is missing | add server: smtp.acme.com:587'
    ]
