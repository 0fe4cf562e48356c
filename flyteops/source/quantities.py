"""Durations and Kubernetes quantities: what is spelt, and why not. No places here."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_S = 366 * 86_400
"""A limit longer than a leap year is a mistake of a unit."""

_UNITS_MS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_DURATION = re.compile(
    r"(?:([0-9]{1,12})w)?(?:([0-9]{1,12})d)?(?:([0-9]{1,12})h)?(?:([0-9]{1,12})m)?(?:([0-9]{1,12})s)?(?:([0-9]{1,12})ms)?"
)
_ISO = re.compile(
    r"P(?:([0-9]{1,12})W|(?:([0-9]{1,12})D)?(?:T(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?"
    r"(?:([0-9]{1,12})(?:[.,]([0-9]{1,3}))?S)?)?)"
)
_QUANTITY = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,9}))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?")
_NANO = 10**9
_SCALES = {
    "n": 1, "u": 10**3, "m": 10**6, "": _NANO,
    "k": _NANO * 10**3, "M": _NANO * 10**6, "G": _NANO * 10**9, "T": _NANO * 10**12, "P": _NANO * 10**15,
    "E": _NANO * 10**18, "Ki": _NANO << 10, "Mi": _NANO << 20, "Gi": _NANO << 30, "Ti": _NANO << 40,
    "Pi": _NANO << 50, "Ei": _NANO << 60,
}  # fmt: skip


@lru_cache(maxsize=1024)  # the same few limits stand in a thousand tasks, and are read to check and to compile
def duration_s(text: str) -> float | None:
    """Seconds of `90m`, `1h30m`, `2d`, `500ms` or `PT1H`; None when it is spelt otherwise or above 366 d."""
    if len(text) > 80:
        return None
    milliseconds = _own_ms(text) if text[:1] != "P" else _iso_ms(text)
    if milliseconds is None or milliseconds > LONGEST_S * 1000:
        return None
    return milliseconds / 1000


def limit_fault(text: str) -> tuple[str, str] | None:
    """Why a text is no limit of time, with the way out; None when it is one: above 0 and at most 366 d."""
    seconds = duration_s(text)
    if seconds is not None:
        return None if seconds > 0 else ("a limit must be above 0", "delete it for no limit")
    if text.isascii() and text.isdigit():
        return ("a duration needs a unit", f"write {text[:12]}s for seconds")
    known = len(text) <= 80 and (_own_ms(text) if text[:1] != "P" else _iso_ms(text))
    if known:
        return ("at most 366d is allowed", "check the unit: w d h m s ms")
    return ("not a duration", "write numbers with w d h m s ms in falling order, such as 1h30m, or ISO 8601 as PT1H30M")


def _own_ms(text: str) -> int | None:
    matched = _DURATION.fullmatch(text)
    if matched is None or not text:
        return None
    return sum(int(number) * _UNITS_MS[unit] for number, unit in zip(matched.groups("0"), _UNITS_MS, strict=True))


def _iso_ms(text: str) -> int | None:
    matched = _ISO.fullmatch(text)
    if matched is None or text in ("P", "PT") or text.endswith("T"):
        return None
    weeks, days, hours, minutes, seconds, fraction = matched.groups("0")
    whole = int(weeks) * 604_800 + int(days) * 86_400 + int(hours) * 3_600 + int(minutes) * 60 + int(seconds)
    return whole * 1000 + int(fraction.ljust(3, "0"))


@lru_cache(maxsize=1024)
def quantity_nano(text: str) -> int | None:
    """Billionths of the unit that a Kubernetes quantity says; None when it is no quantity, or has an exponent."""
    matched = _QUANTITY.fullmatch(text) if len(text) <= 40 else None
    if matched is None:
        return None
    whole, fraction, suffix = matched.group(1), matched.group(2) or "", matched.group(3) or ""
    scale: int = 10 ** len(fraction)
    return int(whole + fraction) * _SCALES[suffix] // scale


def quantity_fault(text: str, *, of_bytes: bool) -> tuple[str, str] | None:
    """Why a text is no amount of cpu (or of bytes), with the way out; None when it is one above 0."""
    nano = quantity_nano(text)
    if nano is None:
        if re.fullmatch(r"[0-9.]{1,20}[eE][-+]?[0-9]{1,4}", text):
            return ("exponents are not allowed", "write the number out, with a suffix such as M or Gi")
        example = "512Mi or 8Gi" if of_bytes else "2, 0.5 or 500m"
        return (f"not a quantity of {'bytes' if of_bytes else 'cpu'}", f"write {example}{_unit_hint(text)}")
    if nano == 0:
        return ("zero is not allowed", "delete it to ask for nothing")
    if of_bytes and (text[-1] in "mun" or nano < _NANO):
        way_out = f"write {text[:-1]}Mi for mebibytes" if text[-1] in "mun" else "write a unit, such as 512Mi or 0.5Gi"
        return ("thousandths of a byte make no sense", way_out)
    return None


def _unit_hint(text: str) -> str:
    """Spellings of other tools: `8GB`, `8gb`, `8 Gi`."""
    matched = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*([kKmMgGtT])(?:[iI]?[bB]?)", text[:40])
    if matched is None:
        return ""
    return f"; did you mean {matched.group(1)}{matched.group(2).upper()}i?"


DURATION_PATTERN = f"(?=.)(?:{_DURATION.pattern}|{_ISO.pattern})"
QUANTITY_PATTERN = _QUANTITY.pattern
"""For the published schema, which cannot say more than these."""
