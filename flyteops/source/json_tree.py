"""JSON text to the same tree that YAML gives, with places: inputs of a launch. YAML's reader knows no surrogate pairs.

Text is quoted, so that nothing of it is taken for a number; keys are read by the type wanted, as in YAML.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import NoReturn

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.source import document_faults as faults_of
from flyteops.source.characters import decode
from flyteops.source.document_faults import DEPTH, VALUES
from flyteops.source.suggest import shown
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, TreeNode

_SPACE = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![0-9A-Za-z_.+-])|(?:true|false|null)\b")
_TOKEN = re.compile(r"[^\s,:\[\]{}\"]+|.", re.DOTALL)


class _Refused(Exception):
    """Reading stops: what follows could mean anything."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic.message)


def read_json(path: str, data: bytes) -> tuple[TreeNode | None, tuple[Diagnostic, ...]]:
    """The value of a JSON text and every fault found; None when it cannot be read."""
    text, faults = decode(path, data)
    if text is None:
        return None, faults
    reader = _Reader(path, text)
    try:
        return reader.whole(), tuple(reader.faults)
    except _Refused as refused:
        return None, (*reader.faults, refused.diagnostic)


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.at = 0
        self.values = 0
        self.faults: list[Diagnostic] = []
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def whole(self) -> TreeNode:
        node = self._value(1)
        self._skip()
        if self.at < len(self.text):
            self._refuse("the text goes on after its value")
        return node

    def _value(self, depth: int) -> TreeNode:
        self._skip()
        self.values += 1
        here, place = self.text[self.at : self.at + 1], self._place(self.at, self.at + 1)
        if self.values > VALUES:
            raise _Refused(faults_of.too_many(place, f"{VALUES:,} values", "give what is large as a file"))
        match here:
            case "{" | "[" if depth > DEPTH:
                raise _Refused(faults_of.too_deep(place))
            case "{":
                return self._map(depth)
            case "[":
                return self._list(depth)
            case '"':
                return self._text("double")
        found = _WORD.match(self.text, self.at)
        if found is None:
            self._refuse("a value is expected here")
        place = self._place(*found.span())
        self.at = found.end()
        return Scalar(text=found.group(), style="plain", place=place)

    def _map(self, depth: int) -> Mapping:
        start = self.at
        entries: list[Entry] = []
        first: dict[str, Scalar] = {}
        while self._more(start, "}", first=not entries):
            self._skip()
            if self.text[self.at : self.at + 1] != '"':
                self._refuse("a key in double quotes is expected here")
            key = self._text("plain")
            if key.text in first:
                self.faults.append(faults_of.duplicate(key, first[key.text]))
            first.setdefault(key.text, key)
            self._skip()
            if self.text[self.at : self.at + 1] != ":":
                self._refuse("a colon is expected here")
            self.at += 1
            entries.append(Entry(key=key, value=self._value(depth + 1)))
        return Mapping(entries=tuple(entries), place=self._place(start, self.at), flow=True)

    def _list(self, depth: int) -> Sequence:
        start = self.at
        items: list[TreeNode] = []
        while self._more(start, "]", first=not items):
            items.append(self._value(depth + 1))
        return Sequence(items=tuple(items), place=self._place(start, self.at), flow=True)

    def _more(self, start: int, end: str, *, first: bool) -> bool:
        """Whether another item follows; takes the bracket, the comma, or the closing bracket."""
        self.at += first and self.at == start
        self._skip()
        here = self.text[self.at : self.at + 1]
        if here == end:
            self.at += 1
            return False
        if first:
            return True
        if here != ",":
            self._refuse(f"a comma or {end} is expected here")
        self.at += 1
        return True

    def _text(self, style: str) -> Scalar:
        start = self.at
        try:
            text, self.at = scanstring(self.text, start + 1, True)
        except JSONDecodeError as wrong:
            self.at = min(wrong.pos, len(self.text) - 1)
            self._refuse(wrong.msg[:1].lower() + wrong.msg[1:].removesuffix(" at"))
        if any("\ud800" <= each <= "\udfff" for each in text):
            self.at = start
            self._refuse("half of a surrogate pair is no character")
        place = self._place(start, self.at)
        return Scalar(text=text, style="plain" if style == "plain" else "double", place=place)

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _place(self, start: int, end: int) -> Place:
        line, last = bisect_right(self._starts, start), bisect_right(self._starts, max(start, end - 1))
        return Place(
            path=self.path,
            line=line,
            column=start - self._starts[line - 1] + 1,
            end_line=last,
            end_column=end - self._starts[last - 1] + 1,
        )

    def _refuse(self, why: str) -> NoReturn:
        found = _TOKEN.match(self.text, self.at)
        what = f"not {shown(found.group(), most=20)}" if found else "not the end of the text"
        raise _Refused(
            Diagnostic(
                code="FO613",
                message=f"this is no JSON: {why}",
                place=self._place(self.at, found.end() if found else self.at + 1),
                label=what if "expected" in why else "",
                help='write {"name": value, …}; a file whose name does not end in .json is read as YAML',
            )
        )
