"""The coming slots of launch plans: in the plan's zone and in UTC, with what clock changes do to them."""

from __future__ import annotations

import datetime as dt

from flyteops.execution.clock_changes import Changed, ChangedSlot
from flyteops.execution.coming import Coming
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import Schedule
from flyteops.views.escape import safe

_SLOTS_NAMED = 4
"""A note names so many slots of one clock change; a pace of minutes has dozens."""


def render_coming(found: tuple[Coming, ...], *, where: str) -> str:
    """A block a plan; `where` is named when there is none."""
    if not found:
        return f"no launch plan of {where} has a schedule\n"
    return "\n".join(_block(each) for each in found)


def coming_wire(found: tuple[Coming, ...]) -> list[Json]:
    """The same as JSON."""
    return [_wire(each) for each in found]


def _block(coming: Coming) -> str:
    plan = coming.plan
    head = f"launch_plan/{plan.name}"
    if plan.schedule is None:
        return f"{head}  has no schedule: it starts only by hand\n"
    head += f"  {_clock(plan.schedule)}, {plan.schedule.timezone}"
    if not plan.active:
        at = f" ({coming.inactive_at.path}:{coming.inactive_at.line})" if coming.inactive_at else ""
        return f"{head}\n  inactive: nothing starts by itself, active is false{at}\n"
    lines = [safe(head), *(_slot_line(slot) for slot in coming.slots)]
    if not coming.slots:
        lines.append(f"  nothing starts any more: it ended at {plan.schedule.end}")
    if coming.changes:
        lines.append(f"  Clock changes until {coming.until.date()} that touch it (dst: {plan.schedule.dst}):")
        lines += [line for each in coming.changes for line in _change_lines(each, plan.schedule)]
    return "\n".join(lines) + "\n"


def _clock(schedule: Schedule) -> str:
    clock = f"cron {schedule.cron}" if schedule.cron is not None else f"every {schedule.every}"
    ends = [f"{word} {moment}" for word, moment in (("from", schedule.start), ("until", schedule.end)) if moment]
    return ", ".join([clock, *ends])


def _slot_line(slot: dt.datetime) -> str:
    return f"  {slot:%a %Y-%m-%d %H:%M} {_offset(slot)}   {slot.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def _offset(slot: dt.datetime) -> str:
    text = f"{slot:%z}"
    return f"{text[:3]}:{text[3:5]}"


def _change_lines(changed: Changed, schedule: Schedule) -> list[str]:
    change = changed.change
    span = f"{change.begins:%H:%M} to {change.ends:%H:%M}"
    jump = f"go forward, {span} is missing" if change.kind == "gap" else f"go back, {span} comes twice"
    lines = [f"  ! {change.begins:%a %Y-%m-%d}: clocks {jump}"]
    shown = changed.slots[:_SLOTS_NAMED]
    lines += [f"      the slot {each.wall:%H:%M} {_what_happens(each, schedule)}" for each in shown]
    if len(changed.slots) > len(shown):
        lines.append(f"      and {len(changed.slots) - len(shown)} more slots alike")
    return lines


def _what_happens(slot: ChangedSlot, schedule: Schedule) -> str:
    moments = " and ".join(f"{each:%H:%M} {_offset(each)} ({each.astimezone(dt.UTC):%H:%M} UTC)" for each in slot.runs)
    if schedule.dst == "engine":
        return f"is left to the engine: {'it may start twice, at ' + moments if moments else 'it may be passed over'}"
    first_time = slot.runs[0].replace(tzinfo=None) == slot.wall
    return f"starts once, {'the first time' if first_time else 'late'}: at {moments}"


def _wire(coming: Coming) -> JsonObject:
    plan, schedule = coming.plan, coming.plan.schedule
    return {
        "address": f"launch_plan/{plan.name}",
        "active": plan.active,
        "schedule": None
        if schedule is None
        else {"cron": schedule.cron, "every": schedule.every, "timezone": schedule.timezone, "dst": schedule.dst},
        "kickoff_time_input": schedule.kickoff_time_input if schedule else None,
        "slots": [_moment_wire(slot) for slot in coming.slots],
        "looked_until": coming.until.isoformat(timespec="seconds"),
        "clock_changes": [_change_wire(each) for each in coming.changes],
    }


def _moment_wire(moment: dt.datetime) -> JsonObject:
    utc = moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"local": moment.isoformat(timespec="seconds"), "utc": utc}


def _change_wire(changed: Changed) -> JsonObject:
    change = changed.change
    return {
        "kind": change.kind,
        "at": _moment_wire(change.moment)["utc"],
        "from": change.begins.isoformat(timespec="minutes"),
        "to": change.ends.isoformat(timespec="minutes"),
        "slots": [
            {"wall": each.wall.isoformat(timespec="minutes"), "runs": [_moment_wire(run) for run in each.runs]}
            for each in changed.slots
        ],
    }
