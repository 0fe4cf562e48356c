"""A cron line as the engine's parser takes it: five fields or an alias, Sunday as 0."""

from __future__ import annotations

import re

_ALIASES = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_FIELD = re.compile(r"[0-9A-Za-z*/,?-]+")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
ZONE = re.compile(r"UTC|[A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2}")


def engine_line(line: str) -> str | None:
    """The line with `?` as `*` and Sunday as 0; None when it is not a line of five fields that the engine takes."""
    line = line.strip()
    if line.startswith("@"):
        return line if line in _ALIASES else None
    fields = line.split()
    if len(fields) != 5 or not all(_FIELD.fullmatch(field) for field in fields):
        return None
    fields = ["*" + field[1:] if field.startswith("?") else field for field in fields]
    if not all(_valid(field, index) for index, field in enumerate(fields)):
        return None
    fields[4] = ",".join(_sunday(term) for term in fields[4].split(","))
    return " ".join(fields)


def _valid(field: str, index: int) -> bool:
    return all(_valid_term(term, index) for term in field.split(","))


def _valid_term(term: str, index: int) -> bool:
    span, slash, step = term.partition("/")
    if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
        return False
    if span == "*":
        return True
    low, dash, high = span.partition("-")
    ends = [_number(low, index), _number(high, index)] if dash else [_number(low, index)]
    return all(end is not None for end in ends) and (len(ends) == 1 or (ends[0] or 0) <= (ends[1] or 0))


def _number(text: str, index: int) -> int | None:
    names = {3: _MONTHS, 4: _DAYS}.get(index, ())
    if text.lower() in names:
        return names.index(text.lower()) + (index == 3)
    lowest, highest = _RANGES[index]
    if text.isascii() and text.isdigit() and lowest <= int(text) <= highest:
        return int(text)
    return None


def _sunday(term: str) -> str:
    span, slash, step = term.partition("/")
    low, _, high = span.partition("-")
    if low == "7":
        return "0"
    if high != "7":
        return term
    days = range(_number(low, 4) or 0, 8, int(step) if slash else 1)
    return ",".join(str(day) for day in sorted({day % 7 for day in days}))
