"""`name: TYPE = LITERAL` as the map it is short for, so that a layer can be laid over its parts. Reads no types."""

from __future__ import annotations

from flyteops.compile.spots import moved, within
from flyteops.compile.type_expressions import split_default
from flyteops.source.reader import read_node
from flyteops.source.scalars import is_null
from flyteops.source.tree import Entry, Mapping, Scalar, TreeNode

_DECLARING = {"tasks": ("inputs", "outputs"), "workflows": ("inputs",)}
"""Where variables are declared; other keys of these names hold values."""


def with_long_variables(section: str, body: Mapping, *, beside: Mapping) -> Mapping:
    """The body with those variables in their long form that the other layer has as maps."""
    for key in _DECLARING.get(section, ()):
        mine, other = body.get(key), beside.get(key)
        if isinstance(mine, Mapping) and isinstance(other, Mapping):
            body = _with(body, key, _lengthened(mine, other))
    return body


def short_default(node: Scalar, start: int) -> TreeNode | None:
    """The default in `TYPE = LITERAL`, in its place; None when it is not YAML."""
    text = node.text[start:]
    place = within(node, start, len(node.text))
    if text[:1] not in ("[", '"', "'"):
        return Scalar(text=text, style="plain", place=place)
    value, found = read_node(place.path, text.encode("utf-8"))
    return None if value is None or found else moved(value, place)


def _lengthened(mine: Mapping, other: Mapping) -> Mapping:
    changed = False
    entries: list[Entry] = []
    for entry in mine.entries:
        node = entry.value
        if isinstance(node, Scalar) and not is_null(node) and isinstance(other.get(entry.key.text), Mapping):
            entries.append(Entry(key=entry.key, value=_long_form(node)))
            changed = True
        else:
            entries.append(entry)
    return Mapping(entries=tuple(entries), place=mine.place, flow=mine.flow) if changed else mine


def _long_form(node: Scalar) -> TreeNode:
    cut = split_default(node.text)
    if cut is None:
        return Mapping(entries=(_entry("type", node),), place=node.place)
    default = short_default(node, cut + 3)
    if default is None:
        return node
    of = Scalar(text=node.text[:cut], style="plain", place=within(node, 0, cut))
    return Mapping(entries=(_entry("type", of), _entry("default", default)), place=node.place)


def _entry(name: str, value: TreeNode) -> Entry:
    return Entry(key=Scalar(text=name, style="plain", place=value.place), value=value)


def _with(body: Mapping, key: str, value: Mapping) -> Mapping:
    if body.get(key) is value:
        return body
    entries = tuple(Entry(key=entry.key, value=value) if entry.key.text == key else entry for entry in body.entries)
    return Mapping(entries=entries, place=body.place, flow=body.flow)
