"""Values that may not be seen, as dots: in every message, trace, page and log that we write."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

SHORTEST = 4
"""Shorter values are not masked: they would take letters out of every word."""
LINE = 8
"""A line of a value of several lines, such as a key, is masked by itself from this length on."""
DOTS = "•••"
_PIECE = 4 << 20


def masker(values: Iterable[str]) -> Callable[[str], str]:
    """Replaces each value, and its base64, hex and URL spellings, by dots."""
    spelt = sorted({each for value in values for each in spellings(value)}, key=len, reverse=True)
    if not spelt:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, spelt)))
    return lambda text: pattern.sub(DOTS, text)


def spellings(value: str) -> Iterable[str]:
    """How a value may turn up in a text; nothing for one that is too short. Of several lines each one counts too."""
    value = value.strip()
    if len(value) < SHORTEST:
        return
    import binascii
    import json
    from urllib.parse import quote, quote_plus

    data = value.encode("utf-8", "surrogateescape")
    coded = binascii.b2a_base64(data, newline=False).decode("ascii").rstrip("=")
    yield from (value, repr(value)[1:-1], json.dumps(value)[1:-1], quote(data, safe=""), quote(data), quote_plus(data))
    yield from (data.hex(), data.hex().upper(), coded, coded.replace("+", "-").replace("/", "_"))
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= LINE)


def mask_file(path: str, values: Iterable[str]) -> None:
    """A log without the values, in the place of the one that user code has written; read piece by piece."""
    hide = masker(values)
    part, changed = f"{path}.masked", False
    try:
        with (
            open(path, encoding="utf-8", errors="surrogateescape", newline="") as source,  # noqa: PTH123
            open(part, "w", encoding="utf-8", errors="surrogateescape", newline="") as target,  # noqa: PTH123
        ):
            while lines := source.readlines(_PIECE):
                text = "".join(lines)
                hidden = hide(text)
                changed = changed or hidden != text
                target.write(hidden)
    except FileNotFoundError:
        return
    if changed:
        os.replace(part, path)  # noqa: PTH105
    else:
        os.unlink(part)  # noqa: PTH108
