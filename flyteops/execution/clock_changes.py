"""What the clock changes of a zone do to the slots of a schedule. The moments come in; nothing here reads a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal as OneOf

from flyteops.execution.schedule import DAY, HOUR, cron_of_every, parse_cron, read_every, zone_of
from flyteops.execution.slots import EPOCH_MONDAY, next_slots
from flyteops.model.entities import Schedule
from flyteops.model.frozen import frozen

_INSTANT = dt.timedelta(microseconds=1)


@frozen
class ClockChange:
    """At `moment` the wall clock jumps: over a `gap` from `begins` to `ends`, or back, so that these come twice."""

    kind: OneOf["gap", "overlap"]
    moment: dt.datetime
    begins: dt.datetime
    ends: dt.datetime


@frozen
class ChangedSlot:
    """A slot by the wall clock (without zone), and the moments at which it starts a run, in the schedule's zone."""

    wall: dt.datetime
    runs: tuple[dt.datetime, ...]


@frozen
class Changed:
    """A clock change with the slots that it touches."""

    change: ClockChange
    slots: tuple[ChangedSlot, ...]


def clock_changes(zone: dt.tzinfo, *, after: dt.datetime, until: dt.datetime) -> Iterator[ClockChange]:
    """The changes of a zone's clock between two moments, in order. Two within one day would be seen as one."""
    moment = after.astimezone(dt.UTC)
    while moment < until:
        following = min(moment + dt.timedelta(days=1), until.astimezone(dt.UTC))
        if _offset(moment, zone) != _offset(following, zone):
            change = _change(moment, following, zone)
            if change is not None:
                yield change
        moment = following


def changed_slots(schedule: Schedule, *, after: dt.datetime, until: dt.datetime) -> tuple[Changed, ...]:
    """The clock changes that touch slots of the schedule. A pace counted from an instant knows no wall clock, and one
    of an hour or less is kept through every change."""
    zone = zone_of(schedule.timezone) or dt.UTC
    if schedule.cron is None and (schedule.start or read_every(schedule.every or "1d") <= HOUR):
        return ()
    found = []
    for change in clock_changes(zone, after=after, until=until):
        slots = tuple(_changed(schedule, change, zone))
        if slots:
            found.append(Changed(change=change, slots=slots))
    return tuple(found)


def _changed(schedule: Schedule, change: ClockChange, zone: dt.tzinfo) -> Iterator[ChangedSlot]:
    day = change.begins.date()
    while day <= change.ends.date():
        for hour, minute in _times(schedule, day):
            wall = dt.datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - a wall clock has no zone
            if not change.begins <= wall < change.ends:
                continue
            first = wall.replace(tzinfo=zone).astimezone(dt.UTC)
            # Before `start` and from `end` on there are no slots; everywhere else the schedule itself has this one.
            # Compared in UTC: Python calls times of a repeated hour unequal to every other zone's.
            following = next_slots(schedule, after=first - _INSTANT, count=1)
            if not following or following[0].astimezone(dt.UTC) != first:
                continue
            yield ChangedSlot(wall=wall, runs=_runs(schedule, wall, zone))
        day += dt.timedelta(days=1)


def _runs(schedule: Schedule, wall: dt.datetime, zone: dt.tzinfo) -> tuple[dt.datetime, ...]:
    """One run (`dst: once`). An engine passes over what is missing, and starts twice what comes twice."""
    first = wall.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)
    if schedule.dst == "once":
        return (first,)
    if first.replace(tzinfo=None) != wall:
        return ()
    return first, wall.replace(tzinfo=zone, fold=1).astimezone(dt.UTC).astimezone(zone)


def _times(schedule: Schedule, day: dt.date) -> Iterator[tuple[int, int]]:
    """Hours and minutes of the slots that are written for a day."""
    every = schedule.every or "1d"
    line = schedule.cron if schedule.cron is not None else cron_of_every(every)
    if line is None:
        if (day - EPOCH_MONDAY).days % (read_every(every) // DAY) == 0:
            yield 0, 0
        return
    cron = parse_cron(line)
    if cron.matches_day(day):
        yield from ((hour, minute) for hour in cron.hours for minute in cron.minutes)


def _change(low: dt.datetime, high: dt.datetime, zone: dt.tzinfo) -> ClockChange | None:
    before, after = _offset(low, zone), _offset(high, zone)
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    moment = high.replace(microsecond=0) if high.microsecond < 500_000 else high.replace(microsecond=0) + _SECOND
    one, other = ((moment + each).replace(tzinfo=None) for each in (before, after))
    if one == other:
        return None
    kind: OneOf["gap", "overlap"] = "gap" if other > one else "overlap"
    return ClockChange(kind=kind, moment=moment, begins=min(one, other), ends=max(one, other))


_SECOND = dt.timedelta(seconds=1)


def _offset(moment: dt.datetime, zone: dt.tzinfo) -> dt.timedelta:
    return moment.astimezone(zone).utcoffset() or dt.timedelta()
