"""Which files a declaration file may need, so that a part of a project can be compiled without the rest.

What an entity means depends on its own words, on what it names, and on what holds for all: the settings, and overlays
with defaults. So a file needs the files that declare a name it mentions, and the Python that it names. Both are read
from texts (source/mentions.py, source/imports.py): what the language gains and finds by its name needs nothing here,
and a section that is not listed below makes the project one part, which is always right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal as OneOf
from typing import NamedTuple, Protocol

from flyteops.source.imports import FirstParty
from flyteops.source.mentions import Outline, dotted_in, last_word, outline, words_of

NAMED = frozenset({
    "resources", "images", "tasks", "workflows", "launch_plans", "channels", "artifacts", "secrets", "pod_templates",
    "actors",
})  # fmt: skip
"""Sections whose entries matter to those only that name them."""
_FOR_ALL = frozenset({"node_pools"})
"""Sections whose entries matter to all, each by itself."""
_SAID_FOR_ALL = frozenset({"pickle"})
"""Words by which an entry says something that holds for all."""
_LIKE = "like"
_TELLING = _SAID_FOR_ALL | {_LIKE}
_OTHERS = frozenset({"apiVersion", "domain", "defaults"})


Holding = OneOf["for those that name it", "as what it is like", "for all", "for all, with what it needs"]
"""For which entities the words of a file may hold: overlays with defaults bring in what they name themselves."""


ORDINARY: Holding = "for those that name it"


class Links(NamedTuple):
    """What one declaration file declares, and the declaration files and Python files that it may need itself."""

    names: frozenset[str]
    holds: Holding = ORDINARY
    needs: frozenset[str] = frozenset()
    python: frozenset[str] = frozenset()


def declared_in(path: str, data: bytes, *, domain: str) -> Links | None:
    """What a file declares; None when that matters in other ways than by its names, or cannot be read. A file for
    another domain declares nothing."""
    found = outline(path, data, NAMED)
    if found is None or not found.sections <= NAMED | _FOR_ALL | _OTHERS:
        return None
    if found.domain not in (None, domain):
        return Links(names=frozenset())
    return Links(names=found.names, holds=_holding(path, data, found))


def _holding(path: str, data: bytes, found: Outline) -> Holding:
    if {"domain", "defaults"} <= found.sections:
        return "for all, with what it needs"
    words = words_of(path, data) if b"\\" in data else {each for each in _TELLING if each.encode() in data}
    if not found.sections.isdisjoint(_FOR_ALL) or not _SAID_FOR_ALL.isdisjoint(words):
        return "for all"
    return "as what it is like" if _LIKE in words else "for those that name it"


def hold_for_all(files: Mapping[str, Links]) -> set[str]:
    """The files that hold for all by their own words, or by those of what their entries are like."""
    found = {path for path, each in files.items() if each.holds == "for all"}
    alike = {path: each for path, each in files.items() if each.holds == "as what it is like"}
    while more := {path for path, each in alike.items() if path not in found and not found.isdisjoint(each.needs)}:
        found |= more
    return found


def linked(
    path: str, data: bytes, declared: Links, *, declaring: Mapping[str, Iterable[str]], modules: FirstParty
) -> Links:
    """The same with what the file may need; `declaring` are files by the last word of a name."""
    return declared._replace(
        needs=mentioned(path, data, declaring) - {path},
        python=python_of(path, data, modules),
    )


def mentioned(path: str, data: bytes, declaring: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The declaration files whose names stand in a text."""
    return frozenset(file for word in words_of(path, data) & declaring.keys() for file in declaring[word])


def python_of(path: str, data: bytes, modules: FirstParty) -> frozenset[str]:
    """The Python files whose modules stand in a text."""
    return frozenset(file for name in dotted_in(path, data) for file in modules.within(name))


def declaring_files(files: Mapping[str, Links]) -> dict[str, list[str]]:
    """Files by the last word of each name that they declare."""
    found: dict[str, list[str]] = {}
    for path, links in files.items():
        for name in links.names:  # folded, and most often a word
            word = name if name.isascii() and name.isidentifier() else last_word(name)
            found.setdefault(word, []).append(path)
    return found


class Needing(Protocol):
    """A file that needs others."""

    @property
    def needs(self) -> Iterable[str]:
        """Their paths."""


def reached(start: Iterable[str], files: Mapping[str, Needing]) -> set[str]:
    """All that is needed through any number of steps, with where it starts."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            if path in files:
                waiting.extend(files[path].needs)
    return found


def touched(start: Iterable[str], files: Mapping[str, Needing]) -> set[str]:
    """All that need one of these through any number of steps, with where it starts."""
    found: set[str] = set()
    waiting = list(start)
    users = _users(files) if waiting else {}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(users.get(path, ()))
    return found


def _users(files: Mapping[str, Needing]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, each in files.items():
        for other in each.needs:
            found.setdefault(other, []).append(path)
    return found
