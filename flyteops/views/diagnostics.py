"""Diagnostics as a person reads them: code, place, the line with carets, and the way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flyteops.model.diagnostics import Diagnostic, Place, Severity
from flyteops.source.credentials import masked
from flyteops.views.escape import columns, safe, shown

LinesOf = Callable[[str], Sequence[str] | None]
"""The lines of a file by its path, or None when there is no such file."""

LINE_LIMIT = 120
"""Columns of a source line that are shown; a longer one is cut around its caret."""
_BEFORE_CARET = 60
_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33"}


def render_diagnostics(found: Iterable[Diagnostic], *, lines_of: LinesOf, color: bool = False) -> str:
    """Every diagnostic with its source line, then a line that counts them; empty when there are none."""
    told = list(found)
    if not told:
        return ""
    blocks = [render_diagnostic(each, lines_of=lines_of, color=color) for each in told]
    return "\n\n".join((*blocks, summary(told))) + "\n"


def summary(found: Sequence[Diagnostic]) -> str:
    """`3 errors, 1 warning`."""
    parts = []
    for severity in Severity:
        count = sum(each.severity is severity for each in found)
        if count:
            parts.append(f"{count} {severity}" + ("s" if count > 1 else ""))
    return ", ".join(parts) or "no errors"


def render_diagnostic(found: Diagnostic, *, lines_of: LinesOf, color: bool = False) -> str:
    """One diagnostic without a line break at its end."""
    word = str(found.severity)
    if color:
        word = f"\x1b[1;{_COLORS[found.severity]}m{word}\x1b[0m"
    places = [*([found.place] if found.place else []), *(each.place for each in found.related)]
    width = max((len(str(place.line)) for place in places), default=1)
    lines = [f"{word}[{safe(found.code)}]: {_paragraph(found.message, 2)}"]
    if found.place:
        lines += _block("-->", found.place, found.label, lines_of=lines_of, width=width)
    elif found.label:
        lines.append(_note("note", found.label, width))
    for related in found.related:
        lines += _block(":::", related.place, related.label, lines_of=lines_of, width=width)
    if found.help:
        lines.append(_note("help", found.help, width))
    return "\n".join(lines)


def _note(word: str, text: str, width: int) -> str:
    return f"{' ' * width} = {word}: {_paragraph(text, width + 3)}"


def _paragraph(text: str, indent: int) -> str:
    """Text that may have several lines; those after the first are indented."""
    return ("\n" + " " * indent).join(safe(masked(line)) for line in text.split("\n"))


def _block(arrow: str, place: Place, label: str, *, lines_of: LinesOf, width: int) -> list[str]:
    gutter = " " * width
    head = f"{gutter}{arrow} {safe(place.path)}:{place.line}:{place.column}"
    source = lines_of(place.path)
    if source is None or not 1 <= place.line <= len(source):
        return [head, _note("note", label, width)] if label else [head]
    text, carets = _window(masked(source[place.line - 1].rstrip("\r\n")), place)
    marked = f"{gutter} | {carets} {safe(label)}".rstrip()
    return [head, f"{gutter} |", f"{place.line:>{width}} | {text}".rstrip(), marked]


def _window(line: str, place: Place) -> tuple[str, str]:
    """The line as it is shown, cut around the caret when long, and the carets under it."""
    start = min(place.column - 1, len(line))
    end = len(line) if place.end_line > place.line else min(place.end_column - 1, len(line))
    first, left, right = 0, "", ""
    cells = [shown(each) for each in line]
    if sum(columns(each) for each in cells) > LINE_LIMIT:
        first = _cut_from(cells, start)
        last = _cut_to(cells, first)
        left, right = "… " if first else "", " …" if last < len(cells) else ""
        cells, end = cells[:last], min(end, last)
    before = left + "".join(cells[first:start])
    under = sum(columns(each) for each in cells[start:end])
    return left + "".join(cells[first:]) + right, " " * columns(before) + "^" * max(under, 1)


def _cut_from(cells: list[str], start: int) -> int:
    """The first cell shown, so that some text before the caret stays."""
    if sum(columns(each) for each in cells[:start]) <= _BEFORE_CARET:
        return 0
    first, taken = start, 0
    while first and taken < _BEFORE_CARET:
        first -= 1
        taken += columns(cells[first])
    return first


def _cut_to(cells: list[str], first: int) -> int:
    last, taken = first, 0
    while last < len(cells) and taken < LINE_LIMIT:
        taken += columns(cells[last])
        last += 1
    return last
