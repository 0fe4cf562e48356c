"""`every: 6h` as a cron line: what divides an hour, a day, or is one day or one week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_PART = re.compile(r"(\d+)(ms|w|d|h|m|s)")
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
"""Where counting begins when the schedule has no start."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A cron line and whether it is meant in UTC (counted from an instant) instead of the schedule's own zone."""

    line: str
    in_utc: bool


def seconds_of(text: str) -> int | None:
    """Whole seconds of a duration such as `1h30m` or `PT6H`; None when it is not one."""
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groups()):
        return sum(int(amount or 0) * _SECONDS[unit] for amount, unit in zip(iso.groups(), "wdhms", strict=True))
    parts = _PART.findall(text)
    if not parts or "".join(amount + unit for amount, unit in parts) != text or any(u == "ms" for _, u in parts):
        return None
    return sum(int(amount) * _SECONDS[unit] for amount, unit in parts)


def beat_of(every: str, start: str | None) -> Beat | None:
    """The cron line of `every`, counted from `start` or from Monday 1970-01-05; None when no line says it."""
    seconds = seconds_of(every)
    if not seconds or seconds % 60:
        return None
    anchor = datetime.fromisoformat(start).astimezone(UTC) if start else MONDAY
    line = _line(seconds // 60, anchor)
    return Beat(line, in_utc=start is not None) if line else None


def _line(minutes: int, anchor: datetime) -> str | None:
    if minutes < 60 and 60 % minutes == 0:
        return f"{_steps(anchor.minute % minutes, minutes, 60)} * * * *"
    hours, rest = divmod(minutes, 60)
    if rest:
        return None
    if hours < 24 and 24 % hours == 0:
        return f"{anchor.minute} {_steps(anchor.hour % hours, hours, 24)} * * *"
    if hours == 24:
        return f"{anchor.minute} {anchor.hour} * * *"
    if hours == 168:
        return f"{anchor.minute} {anchor.hour} * * {anchor.isoweekday() % 7}"
    return None


def _steps(first: int, step: int, end: int) -> str:
    if step == 1:
        return "*"
    return f"*/{step}" if first == 0 else ",".join(str(value) for value in range(first, end, step))
