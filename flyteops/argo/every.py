"""A steady pace as a cron line, counted from the schedule's start when it has one."""

from __future__ import annotations

from datetime import UTC, datetime

from flyteops.execution.schedule import BadPace, cron_of_every, read_every
from flyteops.model.frozen import frozen


@frozen(kw_only=False)
class Beat:
    """A cron line and whether it is meant in UTC (counted from an instant) instead of the schedule's own zone."""

    line: str
    in_utc: bool


def beat_of(every: str, start: str | None) -> Beat | None:
    """The cron line of `every`; None when no line says it (several days or weeks)."""
    try:
        line = cron_of_every(every)
        minutes = read_every(every) // 60
    except BadPace:
        return None
    if line is None or start is None:
        return Beat(line, in_utc=False) if line else None
    return Beat(_counted(minutes, instant(start)), in_utc=True)


def instant(text: str) -> datetime:
    """A time with its zone, in UTC."""
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


def _counted(minutes: int, first: datetime) -> str:
    if minutes < 60:
        return f"{_steps(first.minute % minutes, minutes, 60)} * * * *"
    if minutes < 24 * 60:
        hours = minutes // 60
        return f"{first.minute} {_steps(first.hour % hours, hours, 24)} * * *"
    week = f"{first.isoweekday() % 7}" if minutes == 7 * 24 * 60 else "*"
    return f"{first.minute} {first.hour} * * {week}"


def _steps(first: int, step: int, end: int) -> str:
    if step == 1:
        return "*"
    return f"*/{step}" if first == 0 else ",".join(str(value) for value in range(first, end, step))
