"""Slots of schedules: cron and paces, zones, hours that are missing or come twice, bounds."""

from __future__ import annotations

import datetime as dt

import pytest

from flyteops.execution.slots import next_slots
from flyteops.model.entities import Schedule

BERLIN = "Europe/Berlin"


def slots(schedule: Schedule, after: str, count: int = 3) -> list[str]:
    moment = dt.datetime.fromisoformat(after)
    return [each.isoformat(timespec="minutes") for each in next_slots(schedule, after=moment, count=count)]


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (
            Schedule(cron="0 2 * * *"),
            "2026-01-31T08:00:00+00:00",
            ["2026-02-01T02:00+00:00", "2026-02-02T02:00+00:00", "2026-02-03T02:00+00:00"],
        ),
        # The moment itself is past: what is planned at 02:00 sharp takes effect tomorrow.
        (
            Schedule(cron="0 2 * * *", timezone=BERLIN),
            "2026-01-31T02:00:00+01:00",
            ["2026-02-01T02:00+01:00", "2026-02-02T02:00+01:00", "2026-02-03T02:00+01:00"],
        ),
        # 29 March 2026: 02:00 to 03:00 is missing. A slot in it comes once, as late as the hole is long.
        (
            Schedule(cron="30 2 * * *", timezone=BERLIN),
            "2026-03-28T12:00:00+01:00",
            ["2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00", "2026-03-31T02:30+02:00"],
        ),
        # Two slots that the hole moves together are one.
        (
            Schedule(cron="*/30 * * * *", timezone=BERLIN),
            "2026-03-29T01:30:00+01:00",
            ["2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00", "2026-03-29T04:00+02:00"],
        ),
        # 25 October 2026: 02:00 to 03:00 comes twice. A slot in it comes the first time only.
        (
            Schedule(cron="30 2 * * *", timezone=BERLIN),
            "2026-10-24T12:00:00+02:00",
            ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00", "2026-10-27T02:30+01:00"],
        ),
        (
            Schedule(cron="0,30 2,3 * * *", timezone=BERLIN),
            "2026-10-25T02:30:00+02:00",
            ["2026-10-25T03:00+01:00", "2026-10-25T03:30+01:00", "2026-10-26T02:00+01:00"],
        ),
        # A hole at midnight: the slot belongs to the day that it was written for.
        (
            Schedule(cron="30 0 * * *", timezone="America/Asuncion"),
            "2023-10-01T00:00:00-04:00",
            ["2023-10-01T01:30-03:00", "2023-10-02T00:30-03:00", "2023-10-03T00:30-03:00"],
        ),
        (
            Schedule(cron="0 0 29 2 *"),
            "2096-03-01T00:00:00+00:00",
            ["2104-02-29T00:00+00:00", "2108-02-29T00:00+00:00", "2112-02-29T00:00+00:00"],
        ),
        # A restricted day of the month or of the week: either is enough.
        (
            Schedule(cron="0 12 13 * fri"),
            "2026-02-01T00:00:00+00:00",
            ["2026-02-06T12:00+00:00", "2026-02-13T12:00+00:00", "2026-02-20T12:00+00:00"],
        ),
        (Schedule(cron="@weekly"), "2026-01-31T08:00:00+00:00", ["2026-02-01T00:00+00:00", "2026-02-08T00:00+00:00"]),
    ],
)
def test_cron(schedule: Schedule, after: str, expected: list[str]) -> None:
    assert slots(schedule, after, len(expected)) == expected


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (
            Schedule(every="6h", timezone=BERLIN),
            "2026-01-31T08:00:00+00:00",
            ["2026-01-31T12:00+01:00", "2026-01-31T18:00+01:00", "2026-02-01T00:00+01:00"],
        ),
        # Half an hour is kept through the hour that comes twice.
        (
            Schedule(every="30m", timezone=BERLIN),
            "2026-10-25T02:00:00+02:00",
            ["2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00"],
        ),
        (
            Schedule(every="30m", timezone="Asia/Kathmandu"),
            "2026-01-31T08:00:00+05:45",
            ["2026-01-31T08:30+05:45", "2026-01-31T09:00+05:45", "2026-01-31T09:30+05:45"],
        ),
        # From a start: counted, wherever the wall clock is.
        (
            Schedule(every="6h", timezone=BERLIN, start="2026-03-28T01:15:00Z"),
            "2026-03-28T20:00:00+00:00",
            ["2026-03-29T03:15+02:00", "2026-03-29T09:15+02:00", "2026-03-29T15:15+02:00"],
        ),
        # Whole days, counted from Monday 1970-01-05.
        (
            Schedule(every="2w"),
            "2026-01-31T08:00:00+00:00",
            ["2026-02-02T00:00+00:00", "2026-02-16T00:00+00:00", "2026-03-02T00:00+00:00"],
        ),
        (Schedule(every="3d"), "1970-01-05T00:00:00+00:00", ["1970-01-08T00:00+00:00", "1970-01-11T00:00+00:00"]),
    ],
)
def test_pace(schedule: Schedule, after: str, expected: list[str]) -> None:
    assert slots(schedule, after, len(expected)) == expected


def test_start_counts_and_end_does_not() -> None:
    schedule = Schedule(cron="0 2 * * *", start="2026-03-01T02:00:00Z", end="2026-03-03T02:00:00Z")
    assert slots(schedule, "2026-01-31T08:00:00+00:00") == ["2026-03-01T02:00+00:00", "2026-03-02T02:00+00:00"]
    assert slots(schedule, "2026-03-02T02:00:00+00:00") == []


def test_start_of_a_pace_is_its_first_slot() -> None:
    schedule = Schedule(every="6h", start="2026-03-01T02:30:00Z")
    assert slots(schedule, "2026-01-31T08:00:00+00:00", 2) == ["2026-03-01T02:30+00:00", "2026-03-01T08:30+00:00"]
