"""Hostile text made harmless: what a terminal would obey or reorder is shown as an escape. Also column widths."""

from __future__ import annotations

import unicodedata

TAB = "    "
_ESCAPED = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
"""Controls (ESC begins ANSI sequences), formats (bidi, zero width), lone surrogates, line separators."""


def shown(character: str) -> str:
    """One character as it may reach a terminal."""
    if " " <= character <= "~":
        return character
    if character == "\t":
        return TAB
    if unicodedata.category(character) not in _ESCAPED:
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def safe(text: str) -> str:
    """A text on one line without anything that a terminal would obey."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(shown(each) for each in text)


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: two for wide characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_width(each) for each in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
