"""Bytes of Python to a syntax tree, within bounds; every way this fails is a diagnostic. Nothing is ever run."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from itertools import islice

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.frozen import frozen

MAX_BYTES = 4 * 1024 * 1024
"""A larger file is no source a person wrote; parsing one takes seconds and hundreds of megabytes."""

MAX_TOKENS = 400_000
"""Parsing costs by the token: about 1.5 s and 250 MB for as many. The longest written module of CPython has 85,000."""

_TOKEN = re.compile(r"\w+|[^\w\s]|\n")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NEWER_SYNTAX: tuple[tuple[re.Pattern[str], tuple[int, int], str], ...] = (
    (re.compile(r"^\s*type\s+\w+\s*(\[.*\]\s*)?="), (3, 12), "a `type` statement"),
    (re.compile(r"^\s*(async\s+)?(def|class)\s+\w+\s*\["), (3, 12), "type parameters in brackets"),
    (
        re.compile(r"^\s*except\*?\s+[\w.]+\s*,\s*[\w.]+.*:"),
        (3, 14),
        "`except` with several classes without parentheses",
    ),
    (re.compile(r"(?<![\w'\"])(t|tr|rt|T|TR|RT)(\"|')"), (3, 14), "a template string"),
    (
        re.compile(r"(?<![\w'\"])(f|fr|rf|F)(\"|').*\{"),
        (3, 12),
        "an f-string with its own quotes or a backslash inside",
    ),
)


@frozen(kw_only=False)
class Unparsed:
    """A first-party module that could not be read: why and where."""

    diagnostic: Diagnostic


def lines_of(text: str) -> list[str]:
    """The lines as Python counts them."""
    # Only what Python's tokenizer takes for the end of a line; str.splitlines knows many more.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def start_of(path: str) -> Place:
    """The first character of a file."""
    return Place(path=path, line=1, column=1, end_line=1, end_column=1)


def unparsed(code: str, message: str, place: Place, label: str, way_out: str = "") -> Unparsed:
    """A file that is not read, with its diagnostic."""
    return Unparsed(Diagnostic(code=code, message=message, place=place, label=label, help=way_out))


def decoded(source: bytes, path: str) -> str | Unparsed:
    """The text of a file, or why it is not read."""
    if len(source) > MAX_BYTES:
        return unparsed(
            "FO406",
            f"{path} is too large to be read as Python",
            start_of(path),
            f"{len(source)} bytes; at most {MAX_BYTES} are read",
            "move what is not code into a file of its own",
        )
    for line in source.split(b"\n", 2)[:2]:
        cookie = _COOKIE.match(line)
        if cookie and cookie[1].lower().replace(b"_", b"-") not in (b"utf-8", b"utf8", b"ascii", b"us-ascii"):
            declared = cookie[1].decode("ascii", "replace")
            return unparsed(
                "FO406", f"{path} is not UTF-8", start_of(path), f"it declares {declared}", "save it as UTF-8"
            )
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_number = source.count(b"\n", 0, error.start) + 1
        place = Place(path=path, line=line_number, column=1, end_line=line_number, end_column=1)
        return unparsed("FO406", f"{path} is not UTF-8", place, "a byte here is not UTF-8", "save it as UTF-8")
    # No file this short can hold as many tokens.
    if len(text) > MAX_TOKENS and sum(1 for _ in islice(_TOKEN.finditer(text), MAX_TOKENS + 1)) > MAX_TOKENS:
        return unparsed(
            "FO406",
            f"{path} is too large to be read as Python",
            start_of(path),
            f"more than {MAX_TOKENS} words and signs",
            "move what is not code into a file of its own",
        )
    if "\0" in text:
        return unparsed("FO406", f"{path} holds a NUL byte", start_of(path), "this is no Python source")
    return text


def parsed(text: str, path: str) -> ast.Module | Unparsed:
    """The syntax tree of a text, or why there is none."""
    try:
        with warnings.catch_warnings():
            # An invalid escape is the user's own warning to see, not ours to print.
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        return _syntax(error, text, path)
    except (RecursionError, MemoryError):
        return unparsed(
            "FO406", f"{path} is nested too deeply", start_of(path), "Python itself refuses it", "split the expression"
        )
    except ValueError as error:
        return unparsed("FO404", f"{path} is not Python", start_of(path), str(error))


def _syntax(error: SyntaxError, text: str, path: str) -> Unparsed:
    line = max(error.lineno or 1, 1)
    lines = lines_of(text)
    written = lines[line - 1] if line <= len(lines) else ""
    column = min(max(error.offset or 1, 1), len(written) + 1)
    end_column = error.end_offset or 0
    if error.end_lineno != line or end_column <= column:
        end_column = column + 1
    place = Place(path=path, line=line, column=column, end_line=line, end_column=end_column)
    for pattern, version, what in _NEWER_SYNTAX:
        if sys.version_info < version and pattern.search(written):
            wanted, have = ".".join(map(str, version)), ".".join(map(str, sys.version_info[:2]))
            return unparsed(
                "FO405",
                f"{path} needs Python {wanted} to be read",
                place,
                f"{what}; flyteops runs on Python {have}",
                f"install flyteops under Python {wanted} or newer",
            )
    return unparsed("FO404", f"{path} is not valid Python", place, error.msg)
