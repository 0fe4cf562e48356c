"""How the faults of a document's structure are told, and its bounds. Decides nothing."""

from __future__ import annotations

from flyteops.model.diagnostics import Diagnostic, Place, Related
from flyteops.source.suggest import shown
from flyteops.source.tree import Scalar

DEPTH = 32
"""The root map is 1. Real files reach 12."""
KEYS = 100_000
VALUES = 200_000
"""Keys bound maps, values bound lists: together they keep a file of 1 MiB under 256 MiB of memory."""
FAULTS = 100
"""So many faults of this kind are told; a generated file may have as many as lines."""
ALIASES = 1_000
ALIAS_FACTOR = 10
"""Aliases together may make the tree at most so many times as large as what is written."""


def too_deep(place: Place) -> Diagnostic:
    """More levels than are read."""
    return Diagnostic(
        code="FO113",
        message=f"lists and maps are nested deeper than {DEPTH} levels",
        place=place,
        label=f"level {DEPTH + 1}",
        help="take the inner part out into an entry of its own",
    )


def too_many(place: Place | None, limit: str, way_out: str = "split it into several files") -> Diagnostic:
    """More keys, values, aliases or faults than are read."""
    return Diagnostic(
        code="FO114",
        message=f"the file has {'at least' if 'faults' in limit else 'more than'} {limit}",
        place=place,
        help=way_out,
    )


def odd_key(place: Place, what: str) -> Diagnostic:
    """A key that is no text."""
    return Diagnostic(
        code="FO115",
        message="a key must be plain text on one line",
        place=place,
        label=what,
        help="give the value a name; a word that YAML reads as null needs quotes",
    )


def merge_key(place: Place) -> Diagnostic:
    """`<<`, which YAML 1.1 had."""
    return Diagnostic(
        code="FO108",
        message="the merge key << is not part of this language",
        place=place,
        label="a key of YAML 1.1",
        help="write like: NAME to take over another entry, then the keys that differ",
    )


def tag(place: Place, tag: str) -> Diagnostic:
    """A tag, at the tag."""
    short = shown(tag.replace("tag:yaml.org,2002:", "!!"))
    return Diagnostic(
        code="FO107",
        message=f"the tag {short} is not allowed",
        place=place,
        label="values are read by the type that is wanted, never by a tag",
        help="delete the tag; where text is wanted, any plain value is text",
    )


def directive(place: Place) -> Diagnostic:
    """`%YAML` or `%TAG`."""
    return Diagnostic(
        code="FO109",
        message="directives such as %YAML and %TAG are not allowed",
        place=place,
        help="delete the line and the --- after it; files are read by YAML 1.2 core rules",
    )


def second_document(place: Place) -> Diagnostic:
    """A second document, where it begins."""
    return Diagnostic(
        code="FO110",
        message="a file holds one document",
        place=place,
        label="a second one begins here",
        help="move it into a file of its own; sections may be spread over any number of files",
    )


def unknown_alias(place: Place, name: str, known: tuple[str, ...]) -> Diagnostic:
    """An alias without an anchor: mostly text that begins with a star."""
    name = shown(name)
    return Diagnostic(
        code="FO117",
        message=f"the alias *{name} has no anchor &{name} before it",
        place=place,
        label="anchors seen so far: " + ", ".join(f"&{shown(each, most=20)}" for each in known[:8])
        if known
        else "no anchor is seen",
        help=f'if this is text, quote it: "*{name}"',
    )


def alias_loop(place: Place, name: str) -> Diagnostic:
    """An alias inside its own anchor."""
    name = shown(name)
    return Diagnostic(
        code="FO111",
        message=f"the alias *{name} stands inside its own anchor &{name}",
        place=place,
        label="a value that contains itself",
        help="write the inner value out",
    )


def duplicate(key: Scalar, earlier: Scalar) -> Diagnostic:
    """A key given twice, with the first one beside it."""
    return Diagnostic(
        code="FO106",
        message=f'the key "{shown(key.text)}" is given twice',
        place=key.place,
        label="second",
        help="keep one of them",
        related=(Related(place=earlier.place, label="first"),),
    )


def alias_bound(place: Place) -> Diagnostic:
    """Aliases that multiply what is written."""
    return Diagnostic(
        code="FO112",
        message=f"aliases make this file more than {ALIAS_FACTOR} times as large as it is written",
        place=place,
        help="write the repeated part once as an entry and say like: NAME",
    )
