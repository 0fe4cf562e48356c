"""Makes the values of a tree at a third of the cost of their constructors: a thousand files make 100,000 of them.

A frozen dataclass fills each field through `object.__setattr__` by name; here the slots are filled directly.
Nothing else may use this: everywhere else a constructor is cheap enough and checks its keywords.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flyteops.model.diagnostics import Place
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, Style, TreeNode

_new = object.__new__


def _slots(of: type, *names: str) -> tuple[Callable[[Any, Any], None], ...]:
    if names != of.__slots__:  # type: ignore[attr-defined]  # a field was added: it would stay unset
        raise AssertionError(f"{of.__name__} has other fields than are filled here")
    return tuple(of.__dict__[name].__set__ for name in names)


_path, _line, _column, _end_line, _end_column = _slots(Place, "path", "line", "column", "end_line", "end_column")
_text, _style, _scalar_place = _slots(Scalar, "text", "style", "place")
_key, _value = _slots(Entry, "key", "value")
_entries, _map_place, _map_flow = _slots(Mapping, "entries", "place", "flow")
_items, _list_place, _list_flow = _slots(Sequence, "items", "place", "flow")


def place_at(path: str, line: int, column: int, end_line: int, end_column: int) -> Place:
    """`Place(...)`."""
    place = _new(Place)
    _path(place, path)
    _line(place, line)
    _column(place, column)
    _end_line(place, end_line)
    _end_column(place, end_column)
    return place


def scalar_of(text: str, style: Style, place: Place) -> Scalar:
    """`Scalar(...)`."""
    scalar = _new(Scalar)
    _text(scalar, text)
    _style(scalar, style)
    _scalar_place(scalar, place)
    return scalar


def entry_of(key: Scalar, value: TreeNode) -> Entry:
    """`Entry(...)`."""
    entry = _new(Entry)
    _key(entry, key)
    _value(entry, value)
    return entry


def mapping_of(entries: tuple[Entry, ...], place: Place, *, flow: bool) -> Mapping:
    """`Mapping(...)`."""
    mapping = _new(Mapping)
    _entries(mapping, entries)
    _map_place(mapping, place)
    _map_flow(mapping, flow)
    return mapping


def sequence_of(items: tuple[TreeNode, ...], place: Place, *, flow: bool) -> Sequence:
    """`Sequence(...)`."""
    sequence = _new(Sequence)
    _items(sequence, items)
    _list_place(sequence, place)
    _list_flow(sequence, flow)
    return sequence
