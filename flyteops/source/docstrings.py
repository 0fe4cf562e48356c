"""The summary and the parameters' descriptions in a docstring of the Google, NumPy or Sphinx kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from inspect import cleandoc

from flyteops.model.frozen import frozen

_SECTIONS = frozenset({
    "args", "arguments", "parameters", "params", "other parameters", "keyword args", "keyword arguments", "returns",
    "return", "yields", "raises", "examples", "example", "note", "notes", "see also", "references", "attributes",
    "warning", "warnings", "todo",
})  # fmt: skip
_PARAMETERS = frozenset({
    "args", "arguments", "parameters", "params", "other parameters", "keyword args", "keyword arguments",
})  # fmt: skip
_GOOGLE = re.compile(r"^(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")
_NUMPY = re.compile(r"^(\w+(?:\s*,\s*\w+)*)\s*(?::.*)?$")
_SPHINX = re.compile(r"^:param\s+(?:[^:]*\s)?(\w+)\s*:\s*(.*)$")


@frozen(kw_only=False)
class Described:
    """A function's summary (the first paragraph, on one line) and the descriptions of its parameters."""

    summary: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def read_docstring(text: str | None) -> Described:
    """Reads a docstring; what it cannot make out it leaves away."""
    if not text:
        return Described()
    lines = cleandoc(text).split("\n")
    if len(lines) == 1:
        return Described("" if lines[0].startswith(":") else lines[0].strip())
    found: dict[str, list[str]] = {}
    for start, section in _sections(lines):
        if section in _PARAMETERS:
            found.update(_entries(lines, start))
    if ":param" in text:
        found.update(_sphinx(lines))
    return Described(_summary(lines), {name: " ".join(" ".join(words).split()) for name, words in found.items()})


def _summary(lines: list[str]) -> str:
    taken: list[str] = []
    for at, line in enumerate(lines):
        if not line.strip() or line.startswith(":") or _heading(lines, at):
            break
        taken.append(line.strip())
    return " ".join(taken)


def _heading(lines: list[str], at: int) -> str:
    # "Args:" alone on its line, or a title underlined with dashes.
    title = lines[at].strip().lower()
    if title.endswith(":"):
        return title[:-1] if title[:-1] in _SECTIONS and not lines[at].startswith(" ") else ""
    if title not in _SECTIONS:
        return ""
    under = lines[at + 1].strip() if at + 1 < len(lines) else ""
    return title if len(under) >= 3 and set(under) == {"-"} else ""


def _sections(lines: list[str]) -> list[tuple[int, str]]:
    return [(at, name) for at in range(len(lines)) if (name := _heading(lines, at))]


def _entries(lines: list[str], start: int) -> dict[str, list[str]]:
    numpy = not lines[start].strip().endswith(":")
    found: dict[str, list[str]] = {}
    current: tuple[str, ...] = ()
    entry_indent = -1
    for at in range(start + (2 if numpy else 1), len(lines)):
        line = lines[at]
        if _heading(lines, at):
            break
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        if not numpy and indent == 0:
            break
        entry_indent = indent if entry_indent < 0 else entry_indent
        matched = (_NUMPY if numpy else _GOOGLE).match(line.strip()) if indent <= entry_indent else None
        if matched:
            current = tuple(name.strip() for name in matched[1].split(","))
            for name in current:
                found[name] = [] if numpy else [matched[2]]
        else:
            for name in current:
                found[name].append(line.strip())
    return found


def _sphinx(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        matched = _SPHINX.match(line.strip())
        if matched:
            current = found[matched[1]] = [matched[2]]
        elif not line.strip() or line.strip().startswith(":") or not line.startswith(" "):
            current = None
        elif current is not None:
            current.append(line.strip())
    return found
