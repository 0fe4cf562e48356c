"""Bytes of a declaration to text: encoding and characters that may not stand in a file. No YAML here."""

from __future__ import annotations

import re
from functools import cache

from flyteops.model.diagnostics import Diagnostic, Place

FILE_BYTES = 1024 * 1024
"""A file larger than this is refused before it is parsed: the largest real declaration seen is 60 KiB."""

# Control characters (a CR only before LF), line separators, bidi controls, invisible characters, tag characters.
# The joiners are part of real words and emoji, so they are refused only beside ASCII, where they can only hide.
_FORBIDDEN = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\u180e\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]|\r(?!\n)|(?<![\u0080-\U0010ffff])[\u200c\u200d]"
    "|[\u200c\u200d](?![\u0080-\U0010ffff])"
)
_ORDINARY = bytes([9, 10, *range(32, 127)])
"""Almost every file has these only, and bytes are looked through twenty times as fast as by the pattern."""
_WIDE_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_NAMES = {
    "\x00": "a NUL character",
    "\x1b": "an escape character",
    "\r": "a carriage return without a line feed",
    "\x85": "a line separator",
    "\u2028": "a line separator",
    "\u2029": "a paragraph separator",
    "\ufeff": "a byte order mark inside the file",
}
_ONCE = 20
"""So many forbidden characters of one file are told; a binary file would tell of thousands."""


def decode(path: str, data: bytes) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The text of a file without its byte order mark, or None and why it cannot be read."""
    if len(data) > FILE_BYTES:
        return None, (_too_large(path, len(data)),)
    if not data.translate(None, _ORDINARY):
        return data.decode("ascii"), ()
    for mark, encoding in _WIDE_MARKS.items():
        if data.startswith(mark):
            return None, (_not_utf8(_at(path, 1, 1), f"the file is {encoding}, not UTF-8"),)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as failed:
        return None, (_bad_bytes(path, data, failed.start),)
    text = text.removeprefix("\ufeff")
    found = _forbidden_in(path, text)
    return (None if found else text), found


@cache
def _forbidden_pattern() -> re.Pattern[str]:
    """Made when a file asks for it: its classes are large, and most projects are ASCII."""
    return re.compile(_FORBIDDEN)


def _forbidden_in(path: str, text: str) -> tuple[Diagnostic, ...]:
    if _forbidden_pattern().search(text) is None:
        return ()
    if text[:4].count("\x00") > 1:
        return (_not_utf8(_at(path, 1, 1), "the file looks like UTF-16 or UTF-32, not UTF-8"),)
    found: list[Diagnostic] = []
    for hit in _forbidden_pattern().finditer(text):
        line = text.count("\n", 0, hit.start()) + 1
        column = hit.start() - (text.rfind("\n", 0, hit.start()) + 1) + 1
        found.append(_forbidden(_at(path, line, column), hit.group()))
        if len(found) == _ONCE:
            break
    return tuple(found)


def _forbidden(place: Place, character: str) -> Diagnostic:
    code = ord(character)
    escape = f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    return Diagnostic(
        code="FO103",
        message=f"U+{code:04X} may not stand in a file",
        place=place,
        label=_NAMES.get(character, _kind(code)),
        help=f'delete it, or write it as "{escape}" inside double quotes',
    )


def _kind(code: int) -> str:
    if code < 0xA0:
        return "a control character"
    if code in (0x061C, 0x200E, 0x200F) or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
        return "a character that turns the direction of text"
    return "an invisible character"


def _bad_bytes(path: str, data: bytes, start: int) -> Diagnostic:
    line = data.count(b"\n", 0, start) + 1
    before = data[data.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace").removeprefix("\ufeff")
    return _not_utf8(_at(path, line, len(before) + 1), f"byte 0x{data[start]:02x} is not UTF-8")


def _not_utf8(place: Place, message: str) -> Diagnostic:
    return Diagnostic(code="FO102", message=message, place=place, help="save the file as UTF-8")


def _too_large(path: str, size_bytes: int) -> Diagnostic:
    return Diagnostic(
        code="FO101",
        message=f"the file has {size_bytes:,} bytes; at most {FILE_BYTES:,} are read",
        place=_at(path, 1, 1),
        help="split it: declarations may stand in any number of files",
    )


def _at(path: str, line: int, column: int) -> Place:
    return Place(path=path, line=line, column=column, end_line=line, end_column=column + 1)
