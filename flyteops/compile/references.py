"""References as written: `$inputs.x`, `$node.output.0["odd key"]`. Text to segments with positions, no more."""

from __future__ import annotations

import re

from flyteops.model.frozen import frozen

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_SEGMENT = re.compile(r"\.(?:(?P<name>[A-Za-z_]\w*)|(?P<digits>[0-9]+))")
_KEYED = re.compile(r"""\[(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]""")


@frozen(kw_only=False)
class Segment:
    """One step of a path: its text, whether it is written in digits, and its range in the text."""

    text: str
    digits: bool
    start: int
    end: int


@frozen(kw_only=False)
class Written:
    """A reference as written: `head` is `inputs` or a node; positions count in the text it stands in."""

    head: str
    segments: tuple[Segment, ...]
    start: int
    end: int

    @property
    def head_end(self) -> int:
        """Where the head ends."""
        return self.start + 1 + len(self.head)


@frozen(kw_only=False)
class Unreadable:
    """What is no reference: why, where in the text, and the way out."""

    message: str
    start: int
    end: int
    help: str


def read_reference(text: str, start: int = 0) -> Written | Unreadable:
    """The longest reference that begins at `start`, where a `$` stands."""
    head = _IDENTIFIER.match(text, start + 1)
    if head is None:
        return Unreadable(
            "after $ the name of a node or inputs is expected",
            start,
            min(start + 2, len(text)),
            "write $inputs.x or $node; text that begins with $ is written $$",
        )
    position = head.end()
    segments: list[Segment] = []
    while position < len(text):
        matched = _SEGMENT.match(text, position)
        if matched is not None:
            digits = matched.group("digits")
            segments.append(
                Segment(digits or matched.group("name"), digits is not None, position + 1, matched.end()),
            )
            position = matched.end()
            continue
        if text[position] != "[":
            break
        keyed = _KEYED.match(text, position)
        if keyed is None:
            return _bracket(text, position)
        key = re.sub(r"\\(.)", r"\1", keyed.group("text")[1:-1])
        segments.append(Segment(key, digits=False, start=position, end=keyed.end()))
        position = keyed.end()
    return Written(head.group(), tuple(segments), start, position)


def read_whole_reference(text: str) -> Written | Unreadable:
    """A text that is exactly one reference."""
    found = read_reference(text)
    if isinstance(found, Unreadable) or found.end == len(text):
        return found
    return Unreadable(
        f'"{text[found.end :][:20]}" has no meaning in a reference',
        found.end,
        len(text),
        "nothing is computed between nodes: what is computed is a task; text that begins with $ is written $$",
    )


def _bracket(text: str, position: int) -> Unreadable:
    end = text.find("]", position)
    end = len(text) if end < 0 else end + 1
    inside = text[position + 1 : end].rstrip("]")
    if re.fullmatch(r"[0-9]+", inside):
        return Unreadable("an index is written with a dot", position, end, f"write {text[:position]}.{inside}")
    if _IDENTIFIER.fullmatch(inside):
        return Unreadable("a path is not computed", position, end, f"write .{inside}")
    return Unreadable('brackets hold a key in quotes: ["…"]', position, end, 'write ["key"], or .name, or .0')
