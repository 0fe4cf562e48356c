"""Schedules of launch plans: clock, zone, bounds, and the input that gets the time."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Literal as OneOf

from flyteops.compile.faults import Faults, nearest
from flyteops.compile.fields import seconds_in, text_in
from flyteops.compile.spots import within
from flyteops.execution.schedule import BadCron, BadPace, parse_cron, read_every, spelled, zone_names, zone_of
from flyteops.execution.slots import next_slots
from flyteops.model.diagnostics import Place, Related
from flyteops.model.entities import Schedule, Variable
from flyteops.model.types import DATETIME, optional, spelling
from flyteops.source.tree import Entry, Mapping, Scalar

SCHEDULE_TIME = "$schedule.time"
_SOME_MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
_SLOTS_LOOKED_AT = 200
"""Of a schedule, for the shortest time between two starts: a week of an hourly one, all shapes of a day."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def read_schedule(
    body: Mapping,
    *,
    key: Scalar | None,
    free: dict[str, Variable],
    unbound: list[Variable],
    plan: str,
    kickoff: Entry | None = None,
    faults: Faults,
) -> Schedule | None:
    """The schedule of a plan; `free` are the inputs that are not fixed, `unbound` those that nothing gives, `kickoff`
    is the default input that is `$schedule.time`, another spelling of kickoff_time_input."""
    before = len(faults.found)
    _clock(body, faults)
    _zone(body, faults)
    _span(body, faults)
    if len(faults.found) == before:
        _jitter(body, faults)
    named = body.get("kickoff_time_input")
    if kickoff is not None and isinstance(named, Scalar) and named.text != kickoff.key.text:
        second_kickoff(kickoff, named, faults)
    given = named if isinstance(named, Scalar) else kickoff.key if kickoff is not None else None
    if given is not None:
        _kickoff(given, free, faults, spelt="kickoff_time_input" if given is named else SCHEDULE_TIME)
    missing = [each for each in unbound if given is None or each.name != given.text]
    if missing:
        listed = ", ".join(f"{each.name}: {spelling(each.type)}" for each in missing)
        faults.add(
            "FO295",
            f'the schedule of "{plan}" leaves inputs without a value: {", ".join(each.name for each in missing)}',
            at=key.place if key is not None else body.place,
            label=f"nobody gives {listed}",
            help=f"add default_inputs: {{{missing[0].name}: …}} or fixed_inputs",
        )
    if len(faults.found) > before:
        return None
    return Schedule(
        cron=_cron_text(body),
        every=text_in(body, "every"),
        timezone=text_in(body, "timezone") or "UTC",
        catchup=_catchup(body),
        overlap=_overlap(body),
        start=text_in(body, "start"),
        end=text_in(body, "end"),
        kickoff_time_input=given.text if given is not None else None,
        jitter_s=seconds_in(body, "jitter"),
        dst="engine" if text_in(body, "dst") == "engine" else "once",
    )


def _cron_text(body: Mapping) -> str | None:
    text = text_in(body, "cron")
    return " ".join(text.split()) if text is not None else None


def _clock(body: Mapping, faults: Faults) -> None:
    cron, every = body.get("cron"), body.get("every")
    if isinstance(cron, Scalar):
        try:
            parse_cron(cron.text)
        except BadCron as bad:
            code = "FO291" if bad.never else "FO290"
            faults.add(code, f"cron: {bad.message}", at=within(cron, bad.start, bad.end), help=bad.way_out)
    if isinstance(every, Scalar):
        try:
            read_every(every.text)
        except BadPace as bad:
            faults.add("FO292", f"every: {bad.message}", at=every.place, help=bad.way_out)


def _zone(body: Mapping, faults: Faults) -> None:
    node = body.get("timezone")
    if not isinstance(node, Scalar) or zone_of(node.text) is not None:
        return
    close = nearest(node.text, zone_names())
    way_out = f"did you mean {close}?" if close else "zones are written Area/City, such as Europe/Berlin, or UTC"
    faults.add("FO293", f'there is no time zone "{node.text}"', at=node.place, help=way_out)


def _span(body: Mapping, faults: Faults) -> None:
    moments = {name: _moment(body, name, faults) for name in ("start", "end")}
    start, end = moments["start"], moments["end"]
    if start is not None and end is not None and end[0] <= start[0]:
        faults.add("FO296", "the schedule ends before it starts", at=end[1], help="let end be later than start")


def _moment(body: Mapping, name: str, faults: Faults) -> tuple[dt.datetime, Place] | None:
    node = body.get(name)
    if not isinstance(node, Scalar):
        return None
    try:
        if _MOMENT.fullmatch(node.text):
            return dt.datetime.fromisoformat(node.text.upper()), node.place
    except ValueError:
        pass
    faults.add(
        "FO296",
        f"{name} must be a time with its zone, not {node.text}",
        at=node.place,
        help="write it as 2026-01-31T08:00:00Z",
    )
    return None


def _jitter(body: Mapping, faults: Faults) -> None:
    """Starts that are spread over more than the time between two slots would pass one another."""
    node, jitter = body.get("jitter"), seconds_in(body, "jitter")
    if node is None or jitter is None:
        return
    schedule = Schedule(
        cron=_cron_text(body), every=text_in(body, "every"), timezone=text_in(body, "timezone") or "UTC"
    )
    slots = next_slots(schedule, after=_SOME_MONDAY, count=_SLOTS_LOOKED_AT)
    gaps = [(later - slot).total_seconds() for slot, later in pairwise(slots)]
    if gaps and jitter >= min(gaps):
        faults.add(
            "FO283",
            f"jitter: {text_in(body, 'jitter')} is not less than the time between two starts",
            at=node.place,
            label=f"there are starts {spelled(int(min(gaps)))} apart",
            help="spread them less, or start less often",
        )


def second_kickoff(entry: Entry, first: Scalar, faults: Faults) -> None:
    """Refuses a second input that wants the scheduled time."""
    faults.add(
        "FO294",
        f"the scheduled time goes into one input, and {first.text} has it",
        at=entry.value.place,
        help="keep one of them; one task can hand the time on",
        related=(Related(place=first.place, label="the first"),),
    )


def no_clock(entry: Entry, faults: Faults) -> None:
    """Refuses `$schedule.time` where no clock starts anything."""
    faults.add(
        "FO294",
        f"{SCHEDULE_TIME} has no value: the launch plan has no schedule",
        at=entry.value.place,
        help="add schedule:, or write a time",
    )


def _kickoff(node: Scalar, free: dict[str, Variable], faults: Faults, *, spelt: str) -> None:
    variable = free.get(node.text)
    times = [name for name, each in free.items() if each.type in (DATETIME, optional(DATETIME))]
    way_out = (
        f"inputs that can take it: {', '.join(times)}" if times else "add an input of type datetime to the workflow"
    )
    if variable is None:
        faults.add(
            "FO294",
            f'{spelt}: "{node.text}" is not a free input of the workflow',
            at=node.place,
            label="an input that is not fixed is wanted",
            help=way_out,
        )
    elif variable.type not in (DATETIME, optional(DATETIME)):
        faults.add(
            "FO294",
            f'{spelt}: "{node.text}" must be a datetime, not {spelling(variable.type)}',
            at=node.place,
            label=f"it is {spelling(variable.type)}",
            help=way_out,
        )


def _catchup(body: Mapping) -> OneOf["none", "last", "all"]:
    match text_in(body, "catchup"):
        case "last":
            return "last"
        case "all":
            return "all"
        case _:
            return "none"


def _overlap(body: Mapping) -> OneOf["allow", "forbid", "replace"]:
    match text_in(body, "overlap"):
        case "forbid":
            return "forbid"
        case "replace":
            return "replace"
        case _:
            return "allow"
