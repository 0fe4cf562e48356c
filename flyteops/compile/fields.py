"""Reading the fields of a body whose shape the source has checked. A field of another shape is as good as absent."""

from __future__ import annotations

from flyteops.model.diagnostics import Place
from flyteops.source.quantities import duration_s
from flyteops.source.scalars import core_value, is_null
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, TreeNode


def text_of(node: TreeNode | None) -> str | None:
    """The text of a scalar; None for null and for anything else."""
    return node.text if isinstance(node, Scalar) and not is_null(node) else None


def text_in(body: Mapping, name: str) -> str | None:
    """The text of a field."""
    return text_of(body.get(name))


def flag_in(body: Mapping, name: str) -> bool | None:
    """The bool of a field."""
    node = body.get(name)
    value = core_value(node) if isinstance(node, Scalar) else None
    return value if isinstance(value, bool) else None


def int_of(node: TreeNode | None) -> int | None:
    """The whole number of a scalar."""
    value = core_value(node) if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number_of(node: TreeNode | None) -> float | None:
    """The number of a scalar."""
    value = core_value(node) if isinstance(node, Scalar) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def seconds_in(body: Mapping, name: str) -> float | None:
    """The seconds of a duration."""
    text = text_in(body, name)
    return duration_s(text) if text is not None else None


def map_in(body: Mapping, name: str) -> Mapping | None:
    """The map of a field."""
    node = body.get(name)
    return node if isinstance(node, Mapping) else None


def texts_in(body: Mapping, name: str) -> tuple[str, ...]:
    """The texts of a list."""
    node = body.get(name)
    if isinstance(node, Sequence):
        return tuple(item.text for item in node.items if isinstance(item, Scalar))
    return ()


def pairs_in(body: Mapping, name: str) -> tuple[tuple[str, str], ...]:
    """The entries of a map of texts, sorted by key."""
    node = body.get(name)
    if not isinstance(node, Mapping):
        return ()
    return tuple(sorted((key, value.text) for key, value in node.items() if isinstance(value, Scalar)))


def place_in(body: Mapping, name: str) -> Place:
    """Where the value of a field stands; the body itself when it is absent."""
    node = body.get(name)
    return node.place if node is not None else body.place


def written_together(around: Mapping, one: TreeNode, other: TreeNode) -> bool:
    """Whether two values stand inside the map as it was written, and none came from another layer."""
    whole = around.place
    return all(
        part.place.path == whole.path
        and (whole.line, whole.column) <= (part.place.line, part.place.column)
        and (part.place.end_line, part.place.end_column) <= (whole.end_line, whole.end_column)
        for part in (one, other)
    )


def with_field(body: Mapping, key: Scalar, value: TreeNode) -> Mapping:
    """The body with a field set, at its old position when it was there."""
    entry = Entry(key=key, value=value)
    if body.get(key.text) is None:
        return Mapping(entries=(*body.entries, entry), place=body.place, flow=body.flow)
    entries = tuple(entry if each.key.text == key.text else each for each in body.entries)
    return Mapping(entries=entries, place=body.place, flow=body.flow)


def without(body: Mapping, *names: str) -> Mapping:
    """The body without some fields."""
    if not any(entry.key.text in names for entry in body.entries):
        return body
    entries = tuple(entry for entry in body.entries if entry.key.text not in names)
    return Mapping(entries=entries, place=body.place, flow=body.flow)
