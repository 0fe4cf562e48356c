"""The slots of a schedule: the moments at which it starts. The clock comes in; nothing here reads one.

A slot is a line of the wall clock in the schedule's zone. Where clocks jump, each slot comes once (`dst: once`): one in
a hole comes as late as the hole is long, one that the wall clock shows twice comes the first time. A pace of an hour
or less is kept through a repeated hour, and one counted from an instant (`every` with `start`) knows no wall clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from flyteops.execution.schedule import DAY, HOUR, Cron, cron_of_every, parse_cron, read_every, zone_of
from flyteops.model.entities import Schedule

EPOCH_MONDAY = dt.date(1970, 1, 5)
_LONGEST_SEARCH_DAYS = 366 * 8 + 3
"""29 February is at most eight years away (1896 to 1904)."""


def next_slots(schedule: Schedule, *, after: dt.datetime, count: int) -> tuple[dt.datetime, ...]:
    """The next moments later than `after`, in order and in the schedule's zone; fewer when the schedule ends."""
    zone = zone_of(schedule.timezone) or dt.UTC
    start, end = _moment(schedule.start), _moment(schedule.end)
    begin = after if start is None or start <= after else start - dt.timedelta(microseconds=1)
    found = (slot.astimezone(zone) for slot in _later(schedule, zone, begin.astimezone(dt.UTC)))
    return tuple(islice(_until(found, end), count))


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text.upper()) if text else None


def _until(slots: Iterator[dt.datetime], end: dt.datetime | None) -> Iterator[dt.datetime]:
    for slot in slots:
        if end is not None and slot >= end:
            return
        yield slot


def _later(schedule: Schedule, zone: dt.tzinfo, after: dt.datetime) -> Iterator[dt.datetime]:
    """Slots later than `after`, in UTC."""
    if schedule.cron is not None:
        return _on_the_wall(parse_cron(schedule.cron), zone, after)
    every = schedule.every or "1d"
    first = _moment(schedule.start)
    if first is not None:
        return _counted(first.astimezone(dt.UTC), read_every(every), after)
    line = cron_of_every(every)
    if line is not None:
        # A pace of an hour or less is kept through a repeated hour; a longer one is a time of day.
        return _on_the_wall(parse_cron(line), zone, after, twice=read_every(every) <= HOUR)
    return _whole_days(read_every(every) // DAY, zone, after)


def _counted(first: dt.datetime, pace_s: int, after: dt.datetime) -> Iterator[dt.datetime]:
    steps = max(0, int((after - first).total_seconds() // pace_s) + 1)
    slot = first + dt.timedelta(seconds=steps * pace_s)
    while True:
        yield slot
        slot += dt.timedelta(seconds=pace_s)


def _whole_days(days: int, zone: dt.tzinfo, after: dt.datetime) -> Iterator[dt.datetime]:
    """Midnights of every so many days, counted from a Monday."""
    today = after.astimezone(zone).date()
    passed = (today - EPOCH_MONDAY).days % days
    day = today - dt.timedelta(days=passed)
    while True:
        slot = _instant(day, 0, 0, zone)
        if slot > after:
            yield slot
        day += dt.timedelta(days=days)


def _on_the_wall(cron: Cron, zone: dt.tzinfo, after: dt.datetime, *, twice: bool = False) -> Iterator[dt.datetime]:
    """Slots of a cron line, day by day; `twice`: also the second showing of an hour that the wall clock repeats."""
    # The day before too: a slot in a hole at midnight belongs to the day that it was written for.
    day = after.astimezone(zone).date() - dt.timedelta(days=1)
    last = after
    searched = 0
    while searched <= _LONGEST_SEARCH_DAYS:
        if cron.matches_day(day):
            slots = {_instant(day, hour, minute, zone) for hour in cron.hours for minute in cron.minutes}
            if twice:
                slots |= {again for slot in slots if (again := _second_showing(slot, zone)) is not None}
            for slot in sorted(each for each in slots if each > last):
                yield slot
                last, searched = slot, 0
        day += dt.timedelta(days=1)
        searched += 1


def _instant(day: dt.date, hour: int, minute: int, zone: dt.tzinfo) -> dt.datetime:
    """The moment of a wall-clock time. With fold 0 the first of two is taken, and one in a hole moves by the hole."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(dt.UTC)


def _second_showing(slot: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    wall = slot.astimezone(zone)
    again = wall.replace(fold=1).astimezone(dt.UTC)
    return again if again != slot and again.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None) else None
