"""Clocks of schedules: cron in five fields, steady paces, zones. Says what a line means; reads no clock."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import zoneinfo

from flyteops.model.frozen import frozen
from flyteops.source.quantities import duration_s

ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 604_800


class BadCron(Exception):
    """A line that is no cron line, or never comes: why, the range at fault, and the way out."""

    def __init__(self, message: str, *, start: int, end: int, way_out: str, never: bool = False) -> None:
        self.message = message
        self.start = start
        self.end = end
        self.way_out = way_out
        self.never = never
        super().__init__(message)


class BadPace(Exception):
    """A pace that no clock keeps evenly."""

    def __init__(self, message: str, *, way_out: str) -> None:
        self.message = message
        self.way_out = way_out
        super().__init__(message)


@frozen
class Cron:
    """The values each field allows. When both days are restricted either one is enough, as in cron."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    any_day: bool
    any_weekday: bool

    def matches_day(self, day: dt.date) -> bool:
        """Whether the line comes on this day at all."""
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return by_day and by_weekday
        return by_day or by_weekday


def parse_cron(text: str) -> Cron:
    """A cron line or alias; raises BadCron."""
    stripped = text.strip()
    if stripped.startswith("@"):
        return _alias(text, stripped)
    found = [(match.group(), match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    if len(found) != 5:
        hint = "seconds and years are not known: five fields" if len(found) in (6, 7) else "five fields"
        raise BadCron(
            f"{len(found)} fields instead of five",
            start=0,
            end=len(text),
            way_out=f'{hint}: minute, hour, day of the month, month, day of the week, as in "0 2 * * *"',
        )
    values = [
        _field(part, start, name=name, low=low, high=high, words=words)
        for (part, start, _), (name, low, high, words) in zip(found, _FIELDS, strict=True)
    ]
    cron = Cron(
        minutes=values[0],
        hours=values[1],
        days=values[2],
        months=values[3],
        weekdays=tuple(sorted({value % 7 for value in values[4]})),
        any_day=found[2][0][0] in "*?",
        any_weekday=found[4][0][0] in "*?",
    )
    if cron.any_weekday and not any(day <= _LONGEST[month - 1] for month in cron.months for day in cron.days):
        raise BadCron(
            "this day never comes",
            start=found[2][1],
            end=found[3][2],
            way_out=f"of these months the longest has {max(_LONGEST[month - 1] for month in cron.months)} days",
            never=True,
        )
    return cron


def cron_line(text: str) -> str:
    """The line in five numeric-safe fields as every engine reads it: aliases spelled out, `?` as `*`, 7 as 0."""
    stripped = " ".join(text.split())
    fields = ALIASES.get(stripped.lower(), stripped).split(" ")
    if len(fields) != 5:
        return stripped
    fields = ["*" if field == "?" else field for field in fields]
    # A star never means 7; a 7, or a range of names that ends on Sunday, is spelled out.
    if "7" in fields[4] or fields[4].lower().endswith("-sun"):
        values = _field(fields[4], 0, name="", low=0, high=7, words=_DAYS)
        fields[4] = ",".join(str(value) for value in sorted({value % 7 for value in values}))
    return " ".join(fields)


def _alias(text: str, alias: str) -> Cron:
    line = ALIASES.get(alias.lower())
    if line is None:
        way_out = "@yearly" if alias.lower() == "@annually" else "@daily" if alias.lower() == "@midnight" else ""
        raise BadCron(
            f"{alias} is not known",
            start=0,
            end=len(text),
            way_out=f"write {way_out}" if way_out else f"aliases: {', '.join(ALIASES)}",
        )
    return parse_cron(line)


def _field(part: str, start: int, *, name: str, low: int, high: int, words: dict[str, int]) -> tuple[int, ...]:
    values: set[int] = set()
    offset = start
    for item in part.split(","):
        values |= _item(item, offset, name=name, low=low, high=high, words=words)
        offset += len(item) + 1
    return tuple(sorted(values))


def _item(item: str, start: int, *, name: str, low: int, high: int, words: dict[str, int]) -> set[int]:
    def refuse(message: str, way_out: str) -> BadCron:
        return BadCron(message, start=start, end=start + max(len(item), 1), way_out=way_out)

    def number(text: str) -> int:
        value = words.get(text.lower()) if not (text.isascii() and text.isdigit()) else int(text[:6])
        if value is None:
            known = f" or {', '.join(words)}" if words else ""
            raise refuse(f'"{text}" is no {name}', f"the {name} is {low} to {high}{known}, with * , - and /")
        if not low <= value <= high:
            raise refuse(f"{text} is no {name}", f"the {name} is {low} to {high}")
        return value

    span, slash, step_text = item.partition("/")
    step = 1
    if slash:
        if not (step_text.isascii() and step_text.isdigit() and 0 < int(step_text[:6]) <= high):
            raise refuse(f'"{item}" has no step', f"after / a number from 1 to {high} stands, as in */15")
        step = int(step_text[:6])
    if span in ("*", "?"):
        # 7 is Sunday once more: a star must not give it two turns.
        first, last = low, 6 if words is _DAYS else high
    elif "-" in span:
        one, _, other = span.partition("-")
        first, last = number(one), number(other)
        if words is _DAYS and last == 0 and first > 0:
            last = 7
        if first > last:
            raise refuse(f"{span} goes backwards", f"write {other}-{one}, or two ranges with a comma")
    else:
        first = number(span)
        last = (6 if words is _DAYS else high) if slash else first
    return set(range(first, last + 1, step))


# ------------------------------------------------------------------------------------------------- pace


def read_every(text: str) -> int:
    """Seconds of a steady pace; raises BadPace when no clock keeps it evenly."""
    seconds = duration_s(text)
    if seconds is None or seconds <= 0:
        raise BadPace(f"{text} is no duration", way_out="write a pace such as 15m, 6h or 1d")
    if keeps_even(seconds):
        return int(seconds)
    close = _neighbours(seconds)
    raise BadPace(
        f"{text} does not divide the clock evenly",
        way_out=f"the nearest that do: {' and '.join(spelled(each) for each in close)}; or write cron:",
    )


def keeps_even(seconds: float) -> bool:
    """Minutes that divide an hour, hours that divide a day, or whole days and weeks."""
    if seconds != int(seconds):
        return False
    whole = int(seconds)
    if whole >= DAY:
        return whole % DAY == 0
    if whole >= HOUR:
        return whole % HOUR == 0 and DAY % whole == 0
    return whole % MINUTE == 0 and whole > 0 and HOUR % whole == 0


_EVEN = tuple(
    [minutes * MINUTE for minutes in range(1, 60) if 60 % minutes == 0]
    + [hours * HOUR for hours in range(1, 24) if 24 % hours == 0]
)


def _neighbours(seconds: float) -> list[int]:
    """The largest that serves below and the smallest above."""
    if seconds > DAY:
        days = int(seconds // DAY)
        return [days * DAY, (days + 1) * DAY]
    ladder = (*_EVEN, DAY)
    below = [each for each in ladder if each < seconds]
    above = [each for each in ladder if each > seconds]
    return [*below[-1:], *above[:1]]


def spelled(seconds: int) -> str:
    """A whole pace as a user writes it."""
    for unit, size in (("w", WEEK), ("d", DAY), ("h", HOUR), ("m", MINUTE)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def cron_of_every(text: str) -> str | None:
    """The cron line of a pace, for engines that know only cron; None for several days or weeks, which have none."""
    seconds = read_every(text)
    if seconds < HOUR:
        return f"*/{seconds // MINUTE} * * * *" if seconds > MINUTE else "* * * * *"
    if seconds < DAY:
        return f"0 */{seconds // HOUR} * * *" if seconds > HOUR else "0 * * * *"
    if seconds == DAY:
        return "0 0 * * *"
    return "0 0 * * 1" if seconds == WEEK else None


# ------------------------------------------------------------------------------------------------- zones


def zone_of(name: str) -> dt.tzinfo | None:
    """The zone of `Area/City` or `UTC`; None when there is none, or the name has another form."""
    if name == "UTC":
        return dt.UTC
    if "/" not in name:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_names() -> list[str]:
    """Every zone that may be written."""
    return sorted({"UTC", *(name for name in zoneinfo.available_timezones() if "/" in name)})
