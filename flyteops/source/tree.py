"""A YAML document as a tree: every value keeps its text and its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal as OneOf
from typing import Union

from flyteops.model.diagnostics import Place
from flyteops.model.frozen import frozen

Style = OneOf["plain", "single", "double", "literal", "folded"]


@frozen
class Scalar:
    """Text as decoded by YAML, and how it was written: only plain scalars may be numbers, booleans or null."""

    text: str
    style: Style
    place: Place


@frozen
class Sequence:
    """A list. `flow` when it was written in brackets."""

    items: tuple[TreeNode, ...]
    place: Place
    flow: bool = False


@frozen
class Entry:
    """One key of a mapping with its value; `key` is always text here."""

    key: Scalar
    value: TreeNode


@frozen
class Mapping:
    """A map in the order written; keys are unique."""

    entries: tuple[Entry, ...]
    place: Place
    flow: bool = False

    def get(self, name: str) -> TreeNode | None:
        """The value of a key, or None when there is no such key."""
        for entry in self.entries:
            if entry.key.text == name:
                return entry.value
        return None

    def key(self, name: str) -> Scalar | None:
        """The key itself, for its place."""
        for entry in self.entries:
            if entry.key.text == name:
                return entry.key
        return None

    def items(self) -> Iterator[tuple[str, TreeNode]]:
        """Names and values in the order written."""
        for entry in self.entries:
            yield entry.key.text, entry.value


TreeNode = Union[Scalar, Sequence, Mapping]
