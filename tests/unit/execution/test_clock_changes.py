"""What clock changes do to slots: hours that are missing or come twice, each slot once."""

from __future__ import annotations

import datetime as dt

import pytest

from flyteops.execution.clock_changes import changed_slots, clock_changes
from flyteops.execution.schedule import zone_of
from flyteops.model.entities import Schedule

BERLIN = "Europe/Berlin"
AFTER = dt.datetime(2026, 1, 31, 8, tzinfo=dt.UTC)
UNTIL = AFTER + dt.timedelta(days=366)


def changes(zone: str, after: dt.datetime = AFTER, until: dt.datetime = UNTIL) -> list[str]:
    found = zone_of(zone)
    assert found is not None
    return [
        f"{each.kind} {each.moment:%Y-%m-%dT%H:%MZ} {each.begins:%d %H:%M}-{each.ends:%d %H:%M}"
        for each in clock_changes(found, after=after, until=until)
    ]


def slots(schedule: Schedule, after: dt.datetime = AFTER, until: dt.datetime = UNTIL) -> list[str]:
    return [
        f"{found.change.kind} {slot.wall:%m-%d %H:%M} -> {' '.join(f'{run:%H:%M%z}' for run in slot.runs)}"
        for found in changed_slots(schedule, after=after, until=until)
        for slot in found.slots
    ]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", []),
        (BERLIN, ["gap 2026-03-29T01:00Z 29 02:00-29 03:00", "overlap 2026-10-25T01:00Z 25 02:00-25 03:00"]),
        # Half an hour, and the other half of the year.
        (
            "Australia/Lord_Howe",
            ["overlap 2026-04-04T15:00Z 05 01:30-05 02:00", "gap 2026-10-03T15:30Z 04 02:00-04 02:30"],
        ),
        # At midnight: the hole belongs to the new day, the repeated hour to the old one.
        ("Africa/Cairo", ["gap 2026-04-23T22:00Z 24 00:00-24 01:00", "overlap 2026-10-29T21:00Z 29 23:00-30 00:00"]),
        ("Asia/Tokyo", []),
    ],
)
def test_changes_of_a_zone(zone: str, expected: list[str]) -> None:
    assert changes(zone) == expected


def test_a_day_that_a_zone_left_out() -> None:
    """Samoa had no 30 December 2011."""
    after = dt.datetime(2011, 12, 1, tzinfo=dt.UTC)
    assert changes("Pacific/Apia", after, after + dt.timedelta(days=60)) == [
        "gap 2011-12-30T10:00Z 30 00:00-31 00:00",
    ]
    daily = Schedule(cron="0 12 * * *", timezone="Pacific/Apia")
    # The slot of the day left out falls together with the next day's.
    assert slots(daily, after, after + dt.timedelta(days=60)) == ["gap 12-30 12:00 -> 12:00+1400"]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (
            Schedule(cron="30 2 * * *", timezone=BERLIN),
            ["gap 03-29 02:30 -> 03:30+0200", "overlap 10-25 02:30 -> 02:30+0200"],
        ),
        (
            Schedule(cron="0,30 2 * * sun", timezone=BERLIN),
            [
                "gap 03-29 02:00 -> 03:00+0200",
                "gap 03-29 02:30 -> 03:30+0200",
                "overlap 10-25 02:00 -> 02:00+0200",
                "overlap 10-25 02:30 -> 02:30+0200",
            ],
        ),
        (Schedule(cron="30 2 * * mon", timezone=BERLIN), []),
        (Schedule(cron="0 3 * * *", timezone=BERLIN), []),
        (Schedule(cron="30 2 * * *"), []),
        (
            Schedule(cron="30 2 * * *", timezone=BERLIN, dst="engine"),
            ["gap 03-29 02:30 -> ", "overlap 10-25 02:30 -> 02:30+0200 02:30+0100"],
        ),
        # Midnight of every day, where midnight is missing.
        (Schedule(every="1d", timezone="Africa/Cairo"), ["gap 04-24 00:00 -> 01:00+0300"]),
        (Schedule(every="3d", timezone="Africa/Cairo"), []),
        # A pace of an hour or less is kept; one counted from an instant knows no wall clock.
        (Schedule(every="30m", timezone=BERLIN), []),
        (Schedule(every="6h", timezone=BERLIN, start="2026-01-01T00:30:00Z"), []),
        (
            Schedule(cron="30 2 * * *", timezone=BERLIN, start="2026-06-01T00:00:00Z", end="2026-10-25T00:30:00Z"),
            [],
        ),
    ],
)
def test_slots_that_a_change_touches(schedule: Schedule, expected: list[str]) -> None:
    assert slots(schedule) == expected


def test_whole_days_touch_a_change_on_their_days_only() -> None:
    after = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    until = after + dt.timedelta(days=366)
    assert slots(Schedule(every="3d", timezone="Africa/Cairo"), after, until) == ["gap 04-25 00:00 -> 01:00+0300"]
    assert slots(Schedule(every="2d", timezone="Africa/Cairo"), after, until) == []
