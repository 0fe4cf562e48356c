"""Places inside a scalar: the exact token of an expression, when the text stands as written on one line."""

from __future__ import annotations

from flyteops.model.diagnostics import Place
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

_ESCAPED = {'"': 2, "\\": 2, "\t": 2, "\n": 2}


def within(scalar: Scalar, start: int, end: int) -> Place:
    """The place of characters `start` to `end` of a scalar's text; the whole scalar where that cannot be known."""
    place = scalar.place
    if place.line != place.end_line or scalar.style in ("literal", "folded"):
        return place
    width = place.end_column - place.column
    match scalar.style:
        case "plain":
            before, size = start, end - start
            exact = width == len(scalar.text)
        case "single":
            before = 1 + _quoted(scalar.text[:start], {"'": 2})
            size = _quoted(scalar.text[start:end], {"'": 2})
            exact = width == 2 + _quoted(scalar.text, {"'": 2})
        case _:
            before = 1 + _quoted(scalar.text[:start], _ESCAPED)
            size = _quoted(scalar.text[start:end], _ESCAPED)
            exact = width == 2 + _quoted(scalar.text, _ESCAPED)
    if not exact:
        return place
    column = place.column + before
    return Place(path=place.path, line=place.line, column=column, end_line=place.line, end_column=column + max(size, 1))


def _quoted(text: str, escaped: dict[str, int]) -> int:
    return sum(escaped.get(character, 1) for character in text)


def moved(node: TreeNode, to: Place) -> TreeNode:
    """A value read by itself, as if it had been written at `to`: its columns count from there."""
    match node:
        case Scalar(text=text, style=style):
            return Scalar(text=text, style=style, place=_moved_place(node.place, to))
        case Sequence(items=items, flow=flow):
            return Sequence(
                items=tuple(moved(item, to) for item in items), place=_moved_place(node.place, to), flow=flow
            )
        case Mapping():
            return Mapping(entries=(), place=_moved_place(node.place, to), flow=node.flow)


def _moved_place(place: Place, to: Place) -> Place:
    return Place(
        path=to.path,
        line=to.line,
        column=to.column + place.column - 1,
        end_line=to.line,
        end_column=to.column + place.end_column - 1,
    )
