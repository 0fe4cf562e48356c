"""Types as YAML writes them: `list[date]`, `int | None`, `enum["a", "b"]`, `churn.types:Request`. Reads text only.

type    = member { "|" member }
member  = NAME | "list" "[" type "]" | "dict" "[" type "," type "]" | "enum" "[" value { "," value } "]"
        | ( "File" | "Directory" ) [ "[" NAME "]" ] | MODULE ":" CLASS
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flyteops.compile.faults import Faults, nearest
from flyteops.compile.spots import within
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.frozen import frozen
from flyteops.model.types import (
    BOOL,
    DATASET,
    DATE,
    DATETIME,
    DIRECTORY,
    FILE,
    FLOAT,
    INT,
    JSON,
    NAMED_BLOBS,
    NONE,
    STR,
    TIMEDELTA,
    BlobOf,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    spelling,
)
from flyteops.source.known_classes import FLYTE_ERROR
from flyteops.source.tree import Scalar
from flyteops.source.unions import confusable, flat, joined

Named = Callable[[str, str, Place], LiteralType | tuple[Diagnostic, ...]]
"""Finds a class of the user by module and name."""

DEPTH = 32
_SIMPLE: dict[str, LiteralType] = {
    "int": INT,
    "float": FLOAT,
    "bool": BOOL,
    "str": STR,
    "datetime": DATETIME,
    "date": DATE,
    "timedelta": TIMEDELTA,
    "Json": JSON,
    "None": NONE,
    "File": FILE,
    "Directory": DIRECTORY,
    "Dataset": DATASET,
    **NAMED_BLOBS,
    "FlyteError": FLYTE_ERROR,
}
_ELSEWHERE = {
    "string": "str", "text": "str", "integer": "int", "double": "float", "number": "float", "boolean": "bool",
    "null": "None", "none": "None", "json": "Json", "Any": "Json", "any": "Json", "file": "File", "List": "list",
    "FlyteFile": "File", "FlyteDirectory": "Directory", "Folder": "Directory", "folder": "Directory", "Path": "File",
    "dataset": "Dataset", "DataFrame": "Dataset", "StructuredDataset": "Dataset", "ndarray": "Array",
    "directory": "Directory", "PyTorchCheckpoint": "Checkpoint", "tensor": "Tensor",
    "Dict": "dict", "Enum": "enum", "duration": "timedelta", "object": "Json",
}  # fmt: skip
_TOKEN = re.compile(
    r"""\s*(?:(?P<name>[A-Za-z_][\w.]*(?::[A-Za-z_]\w*)?)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<number>-?[0-9]+(?![\w.]))|(?P<mark>[\[\],|]))"""
)


@frozen(kw_only=False)
class _Token:
    kind: str
    text: str
    start: int
    end: int


class _Stop(Exception):
    """Reading of this expression ends; its fault is noted."""


def read_type(scalar: Scalar, *, named: Named, faults: Faults, length: int | None = None) -> LiteralType | None:
    """The type that a scalar (its first `length` characters) spells; None when it spells none, with the fault noted."""
    text = scalar.text if length is None else scalar.text[:length]
    simple = _SIMPLE.get(text)
    if simple is not None:
        return simple
    try:
        return _Reader(scalar, text, named=named, faults=faults).whole()
    except _Stop:
        return None


class _Reader:
    def __init__(self, scalar: Scalar, text: str, *, named: Named, faults: Faults) -> None:
        self.scalar = scalar
        self.text = text
        self.named = named
        self.faults = faults
        self.depth = 0
        self.position = 0
        self.end = 0
        self.token = self._next()

    def whole(self) -> LiteralType:
        found = self._union()
        if self.token.kind != "end":
            raise self._refuse(f'"{self.token.text}" is not expected in a type', label="the type ends before this")
        return found

    def _union(self) -> LiteralType:
        self.depth += 1
        if self.depth > DEPTH:
            raise self._refuse(f"a type is nested more than {DEPTH} deep")
        begin = self.token.start
        members = [self._member()]
        while self.token.text == "|" and self.token.kind == "mark":
            self._advance()
            members.append(self._member())
        self.depth -= 1
        if len(members) == 1:
            return members[0]
        self._told_apart(members, begin)
        return joined(members)

    def _told_apart(self, members: list[LiteralType], begin: int) -> None:
        pair = confusable(flat(members))
        if pair is not None:
            self.faults.add(
                "FO222",
                f"the members {spelling(pair[0])} and {spelling(pair[1])} of a union cannot be told apart",
                at=within(self.scalar, begin, self.end),
                help="keep one of them, or put the value into a dataclass with a field that says which it is",
            )
            raise _Stop

    def _member(self) -> LiteralType:
        token = self.token
        if token.kind != "name":
            what = "the end" if token.kind == "end" else f'"{token.text}"'
            raise self._refuse(f"a type is expected, found {what}", help="for example int, list[str] or date | None")
        self._advance()
        name = token.text
        if name in _SIMPLE and not (name in ("File", "Directory") and self.token.text == "["):
            return _SIMPLE[name]
        match name:
            case "File" | "Directory":
                return BlobOf("file" if name == "File" else "directory", self._format(name))
            case "list" | "dict" | "enum":
                return self._brackets(name, token)
        if ":" in name:
            return self._class(token)
        raise self._unknown(token)

    def _brackets(self, name: str, token: _Token) -> LiteralType:
        if self.token.text != "[":
            if name == "dict":
                return JSON
            inner = 'enum["a", "b"]' if name == "enum" else "list[int]"
            self.faults.add(
                "FO220", f"{name} does not say what is in it", at=self._at(token), help=f"for example {inner}"
            )
            raise _Stop
        self._advance()
        if name == "enum":
            return self._enum()
        first = self._union()
        if name == "list":
            self._expect("]")
            return ListOf(first)
        self._expect(",")
        value = self._union()
        self._expect("]")
        if not isinstance(first, EnumOf) and first not in (STR, INT, BOOL, DATE, DATETIME):
            self.faults.add(
                "FO220",
                f"{spelling(first)} cannot be the key of a dict",
                at=self._at(token),
                help="keys are str, int, bool, date, datetime or an enum",
            )
            raise _Stop
        return DictOf(first, value)

    def _format(self, name: str) -> str:
        self._advance()
        token = self.token
        if token.kind != "name":
            raise self._refuse(f"a format is expected in {name}[…]", help=f"for example {name}[csv]")
        self._advance()
        self._expect("]")
        return token.text

    def _enum(self) -> LiteralType:
        values: list[str | int] = []
        while True:
            token = self.token
            if token.kind == "text":
                values.append(_unquoted(token.text))
            elif token.kind == "number":
                values.append(int(token.text))
            else:
                raise self._refuse("a value of the enum is expected", help='text in quotes, as in enum["a", "b"]')
            if values[-1] in values[:-1]:
                raise self._refuse(f"the enum has {token.text} twice")
            self._advance()
            if self.token.text == "]":
                self._advance()
                break
            self._expect(",")
        if len({type(value) for value in values}) > 1:
            raise self._refuse("the values of an enum are all text or all int")
        return EnumOf(tuple(values))

    def _class(self, token: _Token) -> LiteralType:
        module, _, name = token.text.partition(":")
        found = self.named(module, name, self._at(token))
        if isinstance(found, tuple):
            self.faults.found.extend(found)
            raise _Stop
        return found

    def _unknown(self, token: _Token) -> _Stop:
        name = token.text
        at = self._at(token)
        if name in ("tuple", "Tuple"):
            self.faults.add(
                "FO223",
                "a tuple is legal only as what a function returns",
                at=at,
                help="use list[T], or a dataclass with a field for each part",
            )
        else:
            close = _ELSEWHERE.get(name) or nearest(name, (*_SIMPLE, "list", "dict", "enum"))
            way_out = f"did you mean {close}?" if close else "a class of yours is written module:Class"
            self.faults.add("FO221", f'there is no type "{name}"', at=at, help=way_out)
        return _Stop()

    # ---------------------------------------------------------------------------------------------- tokens

    def _next(self) -> _Token:
        text, position = self.text, self.position
        matched = _TOKEN.match(text, position)
        if matched is None:
            rest = len(text) - len(text[position:].lstrip())
            if rest >= len(text):
                return _Token("end", "", len(text), len(text))
            self.token = _Token("mark", text[rest], rest, rest + 1)
            raise self._refuse(f'"{text[rest]}" has no meaning in a type')
        self.position = matched.end()
        kind = matched.lastgroup or ""
        return _Token(kind, matched.group(kind), matched.start(kind), matched.end(kind))

    def _advance(self) -> None:
        self.end = self.token.end
        self.token = self._next()

    def _expect(self, mark: str) -> None:
        if self.token.kind != "mark" or self.token.text != mark:
            raise self._refuse(f'"{mark}" is expected in the type', label=f"write {mark} here")
        self._advance()

    def _at(self, token: _Token) -> Place:
        return within(self.scalar, token.start, token.end)

    def _refuse(self, message: str, *, label: str = "", help: str = "") -> _Stop:  # noqa: A002
        self.faults.add("FO220", message, at=self._at(self.token), label=label, help=help)
        return _Stop()


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def split_default(text: str) -> int | None:
    """Where the first ` = ` outside brackets and quotes stands in `TYPE = LITERAL`; None when there is none."""
    if " = " not in text:
        return None
    depth = 0
    quote = ""
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "[":
            depth += 1
        elif character == "]":
            depth -= 1
        elif depth <= 0 and text.startswith(" = ", index):
            return index
    return None
