"""When the schedules that a plan touches start next. The moment comes in; nothing of this is in a plan's digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from flyteops.execution.schedule import BadCron, BadPace
from flyteops.execution.slots import next_slots
from flyteops.model.entities import Schedule
from flyteops.model.ids import EntityId, entity_id
from flyteops.model.plan import Plan, ScheduledVersion, Upcoming
from flyteops.model.program import Program
from flyteops.model.state import Snapshot
from flyteops.plan.stored import stored_schedule

SLOTS_TOLD = 3
_EVENING, _MORNING = 18, 6
"""Between them it is night: what starts then within a day starts tonight."""


def upcoming_of(plan: Plan, program: Program, snapshot: Snapshot, *, now: dt.datetime) -> tuple[Upcoming, ...]:
    """The next firings of every schedule that some change of the plan touches, by launch plan."""
    touched = {each.launch_plan: each for change in plan.changes for each in change.effect.schedules}
    former = {str(change.entity): change.previous for change in plan.changes if change.previous is not None}
    found: list[Upcoming] = []
    for address in sorted(touched):
        schedule = _schedule(address, program, snapshot, former.get(address), stops=touched[address].version is None)
        if schedule is not None:
            found.extend(_told(touched[address], schedule, now))
    return tuple(found)


def _schedule(
    address: str, program: Program, snapshot: Snapshot, former: EntityId | None, *, stops: bool
) -> Schedule | None:
    entity = entity_id(address)
    assert entity is not None  # noqa: S101 - the plan wrote it
    if not stops:
        return program.launch_plans[entity.name].schedule
    record = snapshot.entities.get(former or entity)
    return stored_schedule(record.payload) if record else None


def _told(touched: ScheduledVersion, schedule: Schedule, now: dt.datetime) -> Iterator[Upcoming]:
    try:
        slots = next_slots(schedule, after=now, count=SLOTS_TOLD)
    except (BadCron, BadPace, ValueError, OverflowError):
        # Only of what an older version applied: this one checks schedules when it compiles.
        slots = ()
    yield Upcoming(
        launch_plan=touched.launch_plan,
        timezone=schedule.timezone,
        next=tuple(each.isoformat(timespec="seconds") for each in slots),
        version=touched.version,
        previous_version=touched.previous_version,
        spoken=f"{spoken(slots[0], now)} {schedule.timezone}" if slots else "",
    )


def spoken(slot: dt.datetime, now: dt.datetime) -> str:
    """`tonight 02:00`, `today 14:30`, `tomorrow 07:00`, `Sun 2026-02-01 02:00`, as the wall clock of the slot says."""
    here = now.astimezone(slot.tzinfo)
    clock = slot.strftime("%H:%M")
    days = (slot.date() - here.date()).days
    dark = slot.hour >= _EVENING or slot.hour < _MORNING
    within_a_day = slot - now < dt.timedelta(days=1)
    if dark and within_a_day and (days == 0 or slot.hour < _MORNING):
        return f"tonight {clock}"
    if days in (0, 1):
        return f"{'today' if days == 0 else 'tomorrow'} {clock}"
    return slot.strftime("%a %Y-%m-%d %H:%M")
