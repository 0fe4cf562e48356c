"""Values that may not be seen, as dots: in every message, trace, page and log that we write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

SHORTEST = 4
"""Shorter values are not masked: they would take letters out of every word."""
DOTS = "•••"


def masker(values: Iterable[str]) -> Callable[[str], str]:
    """Replaces each value, and its base64, hex and URL spellings, by dots."""
    spelt = sorted({each for value in values for each in spellings(value)}, key=len, reverse=True)
    if not spelt:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, spelt)))
    return lambda text: pattern.sub(DOTS, text)


def spellings(value: str) -> Iterable[str]:
    """How a value may turn up in a text; nothing for one that is too short."""
    value = value.strip()
    if len(value) < SHORTEST:
        return
    import binascii
    from urllib.parse import quote, quote_plus

    data = value.encode("utf-8", "surrogateescape")
    coded = binascii.b2a_base64(data, newline=False).decode("ascii").rstrip("=")
    yield from (value, repr(value)[1:-1], quote(value, safe=""), quote(value), quote_plus(value))
    yield from (data.hex(), data.hex().upper(), coded, coded.replace("+", "-").replace("/", "_"))


def mask_file(path: str, values: Iterable[str]) -> None:
    """Rewrites a log in place; its lines are what user code has printed."""
    found = list(values)
    if not any(len(value.strip()) >= SHORTEST for value in found):
        return
    try:
        with open(path, "r+", encoding="utf-8", errors="surrogateescape", newline="") as file:  # noqa: PTH123
            text = file.read()
            hidden = masker(found)(text)
            if hidden != text:
                file.seek(0)
                file.write(hidden)
                file.truncate()
    except FileNotFoundError:
        return
