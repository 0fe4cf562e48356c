"""`dst: once` on Argo's clock, which passes over a slot that is missing and starts one that comes twice two times."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from flyteops.execution.clock_changes import Changed, changed_slots
from flyteops.execution.schedule import parse_cron
from flyteops.execution.slots import next_slots
from flyteops.model.entities import Schedule
from flyteops.model.frozen import frozen

_FROM = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_YEARS = dt.timedelta(days=3 * 366)
"""Rules of zones are looked at over so long from a fixed day, so that the same plan always gives the same object."""
_APART_S = 3 * 3600
"""Slots at least so far apart can be told from the same slot's second showing by the time since the last start."""
_QUIET_S = 9000
"""Within so long after a start nothing is started again: longer than the changed hour and the one after it."""
MADE_UP_WITHIN_S = _QUIET_S - 3600
"""A slot that `when` has passed over is for the engine one that was missed, whenever it looks at the clock again. It is
an hour after the start that stands for it, and may not be made up once that start is no longer near."""


@frozen
class Once:
    """What is added to the schedule: lines for slots that may be missing, a term for `when`; or why it cannot be."""

    lines: tuple[str, ...] = ()
    term: str = ""
    note: str = ""


def once(schedule: Schedule, line: str) -> Once:
    """For a schedule that the engine reads as `line` in the schedule's own zone."""
    if schedule.dst == "engine":
        return Once()
    read = Schedule(cron=line, timezone=schedule.timezone)
    changes = changed_slots(read, after=_FROM, until=_FROM + _YEARS)
    if not changes:
        return Once()
    slots = next_slots(read, after=_FROM, count=400)
    if any((later - slot).total_seconds() < _APART_S for slot, later in pairwise(slots)):
        return Once(note="its starts lie too near to one another for Argo to tell the changed hour apart")
    lines = _late_lines(line, changes)
    if lines is None:
        return Once(note="the hour that the clock leaves out is no whole hour within a day")
    last = "cronworkflow.lastScheduledTime"
    return Once(lines=lines, term=f"({last} == nil || (now() - {last}).Seconds() > {_QUIET_S})")


def _late_lines(line: str, changes: tuple[Changed, ...]) -> tuple[str, ...] | None:
    """The line again for the slots of a missing hour, an hour later: there they start when they could not before."""
    minute, hours, *days = line.split(" ")
    late: set[int] = set()
    for changed in changes:
        change = changed.change
        if change.kind != "gap":
            continue
        if change.ends - change.begins != dt.timedelta(hours=1) or change.ends.date() != change.begins.date():
            return None
        late |= {each.wall.hour + 1 for each in changed.slots}
    if not late:
        return ()
    if late & set(parse_cron(line).hours) or hours == "*":
        return None
    return (" ".join((minute, ",".join(map(str, sorted(late))), *days)),)
