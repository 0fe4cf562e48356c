"""YAML events to a tree with places, within bounds. Knows nothing of what the keys mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.source import document_faults as faults_of
from flyteops.source.document_faults import ALIAS_FACTOR, ALIASES, DEPTH, FAULTS, KEYS, VALUES
from flyteops.source.quick import entry_of, mapping_of, place_at, scalar_of, sequence_of
from flyteops.source.tree import Scalar, Style, TreeNode

_STYLES: dict[str | None, Style] = {
    None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded",
}  # fmt: skip
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:[ \t]+(?:#[^\n]*)?)?(?:\r?\n[ \t]*(?:#[^\n]*)?)*)*")
_BLOCK_HEADER = re.compile(r"[|>][0-9+-]*")


class TreeRefused(Exception):
    """Reading stops here: going on would pass a bound, or read a second document."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic.message)


class _Open:
    """A list or map whose end has not been seen; for a map, `key` is the key that waits for its value."""

    __slots__ = ("anchor", "children", "first", "flow", "height", "is_map", "key", "place", "size")

    def __init__(self, place: Place, anchor: str | None, *, is_map: bool, flow: bool) -> None:
        self.place = place
        self.anchor = anchor
        self.is_map = is_map
        self.flow = flow
        self.children: list[Any] = []
        self.first: dict[str, Scalar] = {}
        self.key: Scalar | None = None
        self.size = 1
        self.height = 1


class TreeBuilder:
    """Builds the tree of one document; `faults` are those after which the rest is still worth reading."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.faults: list[Diagnostic] = []
        self.last: Scalar | None = None
        self._anchors: dict[str, tuple[TreeNode, int, int] | None] = {}
        self._stack: list[_Open] = []
        self._root: TreeNode | None = None
        self._size = 0
        self._values = 0
        self._keys = 0
        self._aliases = 0
        self._documents = 0

    def build(self, next_event: Callable[[], Any]) -> TreeNode | None:
        """The document's value, None when it has none; raises TreeRefused, and whatever the parser raises."""
        while (event := next_event()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._start(event, is_map=kind is MappingStartEvent)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._end(event)
            elif kind is AliasEvent:
                self._alias(event)
            elif kind is DocumentStartEvent:
                self._document(event)
        if self._size > ALIAS_FACTOR * self._values and self._root is not None:
            raise TreeRefused(faults_of.alias_bound(self._root.place))
        root = self._root
        if isinstance(root, Scalar) and root.style == "plain" and root.text == "":
            return None
        return root

    # ------------------------------------------------------------------------------------------- events

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        style = _STYLES[event.style]
        text = event.value
        line = start.line + 1
        place = place_at(self.path, line, start.column + 1, end.line + 1, end.column + 1)
        if event.anchor is not None or event.tag is not None or style in ("literal", "folded"):
            place = self._own_place(event, place)
        stack = self._stack
        top = stack[-1] if stack else None
        if text == "" and style == "plain" and top is not None:
            place = _place_of_nothing(top, place)
        scalar = scalar_of(text, style, place)
        self.last = scalar
        self._values += 1
        if self._values > VALUES:
            raise TreeRefused(faults_of.too_many(place, f"{VALUES:,} values"))
        if event.anchor is not None:
            self._anchors[event.anchor] = (scalar, 1, 0)
        if top is not None and top.is_map and top.key is None:
            self._key(top, scalar)
        else:
            self._give(scalar, 1, 0)

    def _start(self, event: Any, *, is_map: bool) -> None:
        start = event.start_mark
        line, column = start.line + 1, start.column + 1
        place = place_at(self.path, line, column, line, column + 1)
        if event.anchor is not None or event.tag is not None:
            place = self._own_place(event, place)
        stack = self._stack
        if len(stack) >= DEPTH:
            raise TreeRefused(faults_of.too_deep(place))
        self._values += 1
        if self._values > VALUES:
            raise TreeRefused(faults_of.too_many(place, f"{VALUES:,} values"))
        if stack and stack[-1].is_map and stack[-1].key is None:
            raise TreeRefused(faults_of.odd_key(place, "a list or map as a key"))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        stack.append(_Open(place, event.anchor, is_map=is_map, flow=bool(event.flow_style)))

    def _end(self, event: Any) -> None:
        opened = self._stack.pop()
        place = self._closed(opened, event.end_mark)
        node: TreeNode
        if opened.is_map:
            node = mapping_of(tuple(opened.children), place, flow=opened.flow)
        else:
            node = sequence_of(tuple(opened.children), place, flow=opened.flow)
        if opened.anchor is not None:
            self._anchors[opened.anchor] = (node, opened.size, opened.height)
        self._give(node, opened.size, opened.height)

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        place = Place(
            path=self.path,
            line=start.line + 1,
            column=start.column + 1,
            end_line=end.line + 1,
            end_column=end.column + 1,
        )
        top = self._stack[-1] if self._stack else None
        if top is not None and top.is_map and top.key is None:
            raise TreeRefused(faults_of.odd_key(place, "an alias as a key"))
        self._aliases += 1
        self._values += 1
        if self._aliases > ALIASES:
            raise TreeRefused(faults_of.too_many(place, f"{ALIASES:,} aliases"))
        if event.anchor not in self._anchors:
            raise TreeRefused(faults_of.unknown_alias(place, event.anchor, tuple(self._anchors)))
        known = self._anchors[event.anchor]
        if known is None:
            raise TreeRefused(faults_of.alias_loop(place, event.anchor))
        node, size, height = known
        if len(self._stack) + height > DEPTH:
            raise TreeRefused(faults_of.too_deep(place))
        self._give(node, size, height)
        # Checked while reading too: sizes multiply per level, and numbers of a million digits are slow themselves.
        if size > ALIAS_FACTOR * VALUES:
            raise TreeRefused(faults_of.alias_bound(place))

    def _document(self, event: Any) -> None:
        self._documents += 1
        mark = event.start_mark
        place = Place(
            path=self.path,
            line=mark.line + 1,
            column=mark.column + 1,
            end_line=mark.line + 1,
            end_column=mark.column + 4,
        )
        if self._documents > 1:
            raise TreeRefused(faults_of.second_document(place))
        if event.version or event.tags:
            self._fault(faults_of.directive(place))

    # ---------------------------------------------------------------------------------------------- tree

    def _key(self, top: _Open, key: Scalar) -> None:
        self._keys += 1
        if self._keys > KEYS:
            raise TreeRefused(faults_of.too_many(key.place, f"{KEYS:,} keys"))
        top.key = key
        if key.style == "plain":
            if key.text in _NULLS:
                self._fault(faults_of.odd_key(key.place, "null as a key" if key.text else "a value without a key"))
            elif key.text == "<<":
                self._fault(faults_of.merge_key(key.place))
        elif key.style in ("literal", "folded"):
            self._fault(faults_of.odd_key(key.place, "a block of text as a key"))

    def _give(self, node: TreeNode, size: int, height: int) -> None:
        """Hands a finished value to what is open around it."""
        stack = self._stack
        if not stack:
            self._root, self._size = node, size
            return
        top = stack[-1]
        top.size += size
        if height >= top.height:
            top.height = height + 1
        key = top.key
        if key is None:
            top.children.append(node)
            return
        top.key = None
        top.size += 1
        text = key.text if key.text.isascii() else normalize("NFC", key.text)
        earlier = top.first.setdefault(text, key)
        if earlier is key:
            top.children.append(entry_of(key, node))
        else:
            self._fault(faults_of.duplicate(key, earlier))

    # -------------------------------------------------------------------------------------------- places

    def _closed(self, opened: _Open, end: Any) -> Place:
        """From the first to the last character: libyaml ends a block where the next token begins."""
        start = opened.place
        if opened.flow or not opened.children:
            return _span(start, end.line + 1, end.column + 1)
        last: Any = opened.children[-1]
        closing = last.value.place if opened.is_map else last.place
        if opened.is_map:
            start = opened.children[0].key.place
            if (closing.line, closing.column) < (last.key.place.line, last.key.place.column):
                closing = last.key.place  # an alias: its value stands elsewhere
        elif (closing.line, closing.column) < (start.line, start.column):
            closing = start
        return _span(start, closing.end_line, closing.end_column)

    def _own_place(self, event: Any, place: Place) -> Place:
        """The place without an anchor and a tag before it; of a block of text, its header."""
        begin = start = event.start_mark.index
        scalar = type(event) is ScalarEvent
        if event.tag is not None or event.anchor is not None:
            matched = _PROPERTIES.match(self.text, start)
            begin = matched.end() if matched else start
            if event.tag is not None:
                self._fault(faults_of.tag(self._tag_place(start, begin, place), event.tag))
            if scalar and begin > event.end_mark.index:
                return place  # nothing follows the anchor
            place = self._moved(place, start, begin, to_end=scalar)
        if scalar and event.style in ("|", ">"):
            header = _BLOCK_HEADER.match(self.text, begin)
            width = header.end() - begin if header else 1
            return place_at(self.path, place.line, place.column, place.line, place.column + width)
        return place

    def _tag_place(self, start: int, end: int, place: Place) -> Place:
        at = max(self.text.find("!", start, max(end, start + 1)), start)
        moved = self._moved(place, start, at, to_end=False)
        width = len(self.text[at : at + 80].split(maxsplit=1)[0]) if at < end else 1
        return place_at(self.path, moved.line, moved.column, moved.line, moved.column + width)

    def _moved(self, place: Place, start: int, begin: int, *, to_end: bool) -> Place:
        """The place of position `begin`, counted from `place`, which is that of position `start`."""
        lines = self.text.count("\n", start, begin)
        line = place.line + lines
        column = begin - self.text.rfind("\n", start, begin) if lines else place.column + begin - start
        if to_end:
            return place_at(self.path, line, column, place.end_line, place.end_column)
        return place_at(self.path, line, column, line, column + 1)

    def _fault(self, fault: Diagnostic) -> None:
        self.faults.append(fault)
        if len(self.faults) == FAULTS:
            raise TreeRefused(faults_of.too_many(fault.place, f"{FAULTS} such faults", "mend these first"))


def _span(start: Place, end_line: int, end_column: int) -> Place:
    return place_at(start.path, start.line, start.column, end_line, end_column)


def _place_of_nothing(top: _Open, place: Place) -> Place:
    """An empty value is told at its key, an empty item at its dash."""
    if top.key is not None:
        return top.key.place
    column = max(place.column - 1, 1)
    return place_at(place.path, place.line, column, place.line, column + 1)
