"""What a declaration file declares and what it may mean, read from its text alone: more than the truth, never less.

Nothing here knows the fields of the language. A reference is a name that stands somewhere in the text; that a word
stands there by chance costs time, and only a name that is overlooked would cost truth.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from flyteops.model.frozen import frozen
from flyteops.source.reader import read_yaml
from flyteops.source.tree import Mapping as Tree
from flyteops.source.tree import Scalar, TreeNode

_TOP_KEY = re.compile(r"([A-Za-z_]\w*):(?:[ ](.*))?")
_ENTRY = re.compile(r"([\w.:-]*[\w-]):(?:[ ].*)?")
_PLAIN = re.compile(r"[A-Za-z][\w-]*")
_WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"[\w.]+")


@frozen
class Outline:
    """The sections of a file, and the names of the entries in them."""

    sections: frozenset[str]
    names: frozenset[str]
    """Folded, as `fold` does."""
    domain: str | None = None
    """The domain that the file is for, when it is for one alone."""


def fold(text: str) -> str:
    """The form in which names are compared: names that differ only in case, or in - against _, are twins."""
    return text.lower().replace("-", "_")


def last_word(name: str) -> str:
    """The part of a name by which it is looked for; a path such as `lib.report:tell` is looked for by its end."""
    folded = fold(name)
    if folded.isascii() and folded.isidentifier():  # as nearly all are
        return folded
    words = _WORD.findall(folded)
    return words[-1] if words else ""


def outline(path: str, data: bytes, named: Collection[str]) -> Outline | None:
    """The outline of a file, from the columns of its lines where it is plainly written, else from its tree; None when
    it cannot be read. `named` are the sections that hold entries by name."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return _by_columns(text.split("\n"), named) or _by_tree(path, data, named)


def words_of(path: str, data: bytes) -> frozenset[str]:
    """Every word of a file, folded: names that it may mean. Words that were written with escapes are among them."""
    return frozenset(_WORD.findall(fold(_all_text(path, data))))


def dotted_in(path: str, data: bytes) -> frozenset[str]:
    """Every dotted name in a file: modules and paths into them that it may mean."""
    return frozenset(_DOTTED.findall(_all_text(path, data)))


def may_mention(folded: bytes, words: Collection[bytes]) -> bool:
    """Whether a file, folded as bytes, has one of the words in it; with an escape in it, it may have any."""
    return (b"\\" in folded and b'"' in folded) or any(word in folded for word in words)


def _all_text(path: str, data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    if "\\" not in text or '"' not in text:
        return text
    root, _ = read_yaml(path, data)
    return text if root is None else "\n".join((text, *_texts(root)))


def _texts(root: TreeNode) -> Iterator[str]:
    stack: list[TreeNode] = [root]
    while stack:
        node = stack.pop()
        match node:
            case Scalar(text=text):
                yield text
            case Tree(entries=entries):
                for entry in entries:
                    yield entry.key.text
                    stack.append(entry.value)
            case _:
                stack.extend(node.items)


# ---------------------------------------------------------------------------------------------- outlines

_SKIPPED = -1
_BEFORE_FIRST = 0


def _by_columns(lines: list[str], named: Collection[str]) -> Outline | None:
    """Top-level keys stand in the first column, the names of a section's entries in one column below it. A line in
    one of these columns that is nothing of the kind, or a line between them, leaves it to the tree."""
    sections: set[str] = set()
    names: set[str] = set()
    domain: str | None = None
    column = _SKIPPED  # of the names in the section
    for line in lines:
        body = line.lstrip(" ")
        if not body or body[0] == "#":
            continue
        indent = len(line) - len(body)
        if indent == 0:
            if body.rstrip() == "---" and not sections:
                continue
            key = _TOP_KEY.fullmatch(body)
            if key is None:
                return None
            sections.add(key[1])
            column = _BEFORE_FIRST if key[1] in named else _SKIPPED
            said = (key[2] or "").lstrip()
            if said and said[0] != "#" and column == _BEFORE_FIRST:
                return None
            if key[1] == "domain":
                if _PLAIN.fullmatch(said) is None:
                    return None
                domain = said
        elif column != _SKIPPED and (column == _BEFORE_FIRST or indent <= column):
            entry = _ENTRY.fullmatch(body)
            if entry is None or column not in {_BEFORE_FIRST, indent}:
                return None
            column = indent
            names.add(fold(entry[1]))
    return Outline(sections=frozenset(sections), names=frozenset(names), domain=domain)


def _by_tree(path: str, data: bytes, named: Collection[str]) -> Outline | None:
    root, _ = read_yaml(path, data)
    if root is None:
        return None
    names = {
        fold(entry.key.text)
        for section in root.entries
        if section.key.text in named and isinstance(section.value, Tree)
        for entry in section.value.entries
    }
    said = root.get("domain")
    return Outline(
        sections=frozenset(entry.key.text for entry in root.entries),
        names=frozenset(names),
        domain=said.text if isinstance(said, Scalar) else None,
    )
