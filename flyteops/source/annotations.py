"""Annotations read as types from their syntax alone. What cannot be read is said, never guessed."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal as OneOf

from flyteops.model.digest import Json
from flyteops.model.literals import Literal
from flyteops.model.types import (
    JSON,
    NONE,
    STR,
    BlobOf,
    DatasetOf,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    PickleOf,
    Simple,
    spelling,
)
from flyteops.source import classes
from flyteops.source.annotated_rows import with_columns
from flyteops.source.defaults import default_of
from flyteops.source.known_classes import DIRECTORIES, FILES, KNOWN
from flyteops.source.modules import Module
from flyteops.source.names import Definition, External, Missing, ModuleName, Names, Target
from flyteops.source.parsing import Unparsed
from flyteops.source.quoting import unquoted
from flyteops.source.readings import Reading, Unread, refused
from flyteops.source.sizes import MAX_DEPTH, MAX_MEMBERS, MAX_PARTS, Sizes
from flyteops.source.unions import confusable, flat, joined

_LISTS = frozenset({
    "builtins.list", "typing.List", "typing.Sequence", "typing.MutableSequence",
    "collections.abc.Sequence", "collections.abc.MutableSequence",
})  # fmt: skip
_DICTS = frozenset({
    "builtins.dict", "typing.Dict", "typing.Mapping", "typing.MutableMapping",
    "collections.abc.Mapping", "collections.abc.MutableMapping",
})  # fmt: skip
_TUPLES = frozenset({"builtins.tuple", "typing.Tuple"})
_ANY = frozenset({"typing.Any", "builtins.object"})
# `Required[…]` and the like say nothing about the values.
_TRANSPARENT = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions", "dataclasses")
    for name in ("Annotated", "Final", "Required", "NotRequired", "ReadOnly")
)
_KEYS = frozenset({"int", "str", "bool", "date", "datetime"})
_SPECIAL = ("typing.", "collections.abc.")
"""What these modules define are forms of annotations, no classes of which there are objects."""
_STORED_NOWHERE = {
    "typing.Set": "set", "typing.FrozenSet": "frozenset", "collections.abc.Set": "set",
    "collections.abc.MutableSet": "set", "typing.AbstractSet": "set", "typing.MutableSet": "set",
}  # fmt: skip


BlobKind = OneOf["file", "directory"]


class Annotations:
    """Reads annotations of the modules of one tree."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._classes: dict[tuple[str, str], Reading] = {}
        self._open: list[tuple[str, str]] = []
        self._sizes = Sizes()
        self._reads = classes.Reads(names=names, read=self.read, define=self.definition, default=self._default)
        self._whys: dict[str, str] = {}

    def why(self, name: str) -> str:
        """Why objects of a class that was read as a pickle cannot be stored otherwise."""
        return self._whys.get(name, "")

    def pickled(self, name: str, why: str) -> PickleOf:
        """The type of a class whose objects can only travel as pickles, if somebody says that they may."""
        self._whys.setdefault(name, why)
        return PickleOf(name)

    def read(self, of: ast.expr, module: Module) -> Reading:
        """The type an annotation stands for."""
        match of:
            case ast.Name() | ast.Attribute():
                return self._target(self._names.expression(of, module), of, module)
            case ast.Constant(value=None):
                return NONE
            case ast.Constant(value=str(text)):
                return self._quoted(text, of, module)
            case ast.BinOp(op=ast.BitOr()):
                return self._union(_operands(of), of, module)
            case ast.Subscript(value=head, slice=inside):
                return self._generic(self._names.expression(head, module), inside, of=of, module=module)
            case _:
                return Unread("its annotation is computed")

    def definition(self, found: Definition) -> Reading:
        """The type a first-party class or alias stands for."""
        key = (found.module.name, found.name)
        if key in self._classes:
            return self._classes[key]
        if key in self._open:
            return self._recursive(found)
        self._open.append(key)
        try:
            reading = self._define(found)
        finally:
            self._open.pop()
        if not isinstance(reading, Unread) and not self._sizes.fits(reading):
            reading = self._too_large(found)
        self._classes[key] = reading
        return reading

    def is_tuple(self, of: ast.expr, module: Module) -> bool:
        """Whether an annotation is a tuple: legal only as a return."""
        head = of.value if isinstance(of, ast.Subscript) else of
        found = self._names.expression(head, module)
        return isinstance(found, External) and found.name in _TUPLES

    def _quoted(self, text: str, of: ast.expr, module: Module) -> Reading:
        inner = unquoted(text)
        if inner is None:
            return Unread(f"its annotation {text[:40]!r} is not an expression")
        reading = self.read(inner, module)
        fault = reading.fault if isinstance(reading, Unread) else None
        if fault is None or fault.place is None or fault.place.path != module.path or fault.code == "FO414":
            return reading
        # Positions inside the quotes count from the quotes, so the whole text is shown.
        return Unread(fault.message, replace(fault, place=module.place(of)))

    def _target(self, found: Target, of: ast.expr, module: Module) -> Reading:
        match found:
            case External(name):
                return self._external(name, of, module)
            case Definition():
                return self.definition(found)
            case ModuleName(name):
                return Unread(f"`{name}` is a module, not a type")
            case Missing(why):
                return Unread(why)
            case Unparsed(diagnostic):
                return Unread(diagnostic.message, diagnostic)

    def _external(self, name: str, of: ast.expr, module: Module) -> Reading:
        name = name.replace("typing_extensions.", "typing.", 1)
        return self._tuple(of, module) if name in _TUPLES else self.installed(name)

    def installed(self, name: str) -> Reading:
        """The type of a class outside of the tree, by its full name."""
        known = KNOWN.get(name)
        if known is not None:
            return known
        if name in _TUPLES:
            return Unread("a tuple may stand only as what a function returns")
        if name in _ANY:
            return Unread(f"`{name.rpartition('.')[2]}` says nothing about the values")
        if name in _LISTS:
            return Unread("a bare list does not say what is in it")
        if name in _DICTS:
            return JSON
        if name.startswith("builtins.") or name in _STORED_NOWHERE:
            plain = _STORED_NOWHERE.get(name) or name.removeprefix("builtins.")
            return self.pickled(plain, f"`{plain}` is not a type that can be stored")
        if name.startswith(_SPECIAL):
            return Unread(f"`{name}` says nothing that can be stored")
        return self.pickled(name, f"`{name}` is a class of an installed package, whose source is not read")

    def _generic(self, head: Target, inside: ast.expr, *, of: ast.expr, module: Module) -> Reading:
        if not isinstance(head, External):
            if isinstance(head, Definition) and isinstance(head.node, ast.ClassDef):
                return self.pickled(str(head), f"`{head.name}` is generic")
            return (
                Unread(f"`{head.name}` is generic") if isinstance(head, Definition) else self._target(head, of, module)
            )
        name = head.name.replace("typing_extensions.", "typing.", 1)
        arguments = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        if name == "typing.Optional":
            return self._union([inside, ast.copy_location(ast.Constant(None), inside)], of, module)
        if name == "typing.Union":
            return self._union(arguments, of, module)
        if name == "typing.Literal":
            return _choices(arguments)
        if name in _TRANSPARENT:
            reading = self.read(arguments[0], module)
            if not isinstance(reading, DatasetOf):
                return reading
            return with_columns(reading, arguments[1:], lambda column: self.read(column, module))
        if name in _LISTS:
            return self._list(arguments, module)
        if name in _DICTS:
            return self._dict(arguments, of, module)
        if name in FILES or name in DIRECTORIES:
            return self._blob("file" if name in FILES else "directory", arguments[0], module)
        return self._external(head.name, of, module)

    def _list(self, arguments: Sequence[ast.expr], module: Module) -> Reading:
        item = self.read(arguments[0], module)
        return item if isinstance(item, Unread) else ListOf(item)

    def _dict(self, arguments: Sequence[ast.expr], of: ast.expr, module: Module) -> Reading:
        if len(arguments) != 2:
            return Unread("a dict needs the types of its keys and its values")
        found = self._names.expression(arguments[1], module)
        key = self.read(arguments[0], module)
        if isinstance(key, Unread):
            return key
        if isinstance(key, PickleOf):
            return Unread(f"`{key.name}` cannot be the key of a dict")
        if key == STR and isinstance(found, External) and found.name in _ANY:
            return JSON  # what a bare dict says, said longer
        if not (isinstance(key, EnumOf) or (isinstance(key, Simple) and key.name in _KEYS)):
            return refused(
                "FO421",
                f"{spelling(key)} cannot be the key of a dict",
                of=of,
                module=module,
                label="keys are str, int, bool, date, datetime or an enum",
                way_out="use one of these as the key, or a list of records",
            )
        value = self.read(arguments[1], module)
        return value if isinstance(value, Unread) else DictOf(key, value)

    def _blob(self, kind: BlobKind, argument: ast.expr, module: Module) -> Reading:
        match argument:
            case ast.Constant(value=str(text)) | ast.Call(args=[ast.Constant(value=str(text))]) if "/" not in text:
                return BlobOf(kind, text)
            case ast.Name(id=name):
                bindings = module.bindings.get(name, ())
                match bindings[-1].node if bindings else None:
                    case ast.Assign(value=(ast.Constant() | ast.Call()) as value):
                        return self._blob(kind, value, module)
                return BlobOf(kind, name)  # File[csv], as in YAML
        return Unread(f"the format of its {kind} is computed")

    def _union(self, parts: Sequence[ast.expr], of: ast.expr, module: Module) -> Reading:
        if len(parts) > MAX_MEMBERS:
            return Unread(f"a union of more than {MAX_MEMBERS} types is not read")
        members: list[LiteralType] = []
        for part in parts:
            reading = self.read(part, module)
            if isinstance(reading, Unread):
                return reading
            members.append(reading)
        single = flat(members)
        alike = confusable(single)
        if alike is None:
            return joined(single)
        one, other = alike
        return refused(
            "FO413",
            f"{spelling(one)} and {spelling(other)} cannot be told apart in a union",
            of=of,
            module=module,
            label="a stored value would fit both",
            way_out="keep one of them, or give one of the classes a field that the other lacks",
        )

    def _tuple(self, of: ast.expr, module: Module) -> Reading:
        return refused(
            "FO415",
            "a tuple may stand only as the whole return of a function",
            of=of,
            module=module,
            label="not as a parameter, a field or an item",
            way_out="use a list, or a dataclass with one field for each part",
        )

    def _define(self, found: Definition) -> Reading:
        if found.conditional:
            return Unread(f"`{found.name}` is defined under a condition in {found.module.path}")
        node = found.node
        if isinstance(node, ast.ClassDef):
            reading = classes.class_type(found, self._reads)
            # Whatever stands in the way of reading its fields, its objects may still travel whole.
            unread = isinstance(reading, Unread) and reading.fault is None
            return self.pickled(str(found), reading.why) if unread else reading  # type: ignore[union-attr]
        match node:
            case ast.Assign(value=ast.Call() as call):
                return classes.call_type(call, found, self._reads)
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return self.read(value, found.module)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return Unread(f"`{found.name}` is a function, not a type")
        if type(node).__name__ == "TypeAlias":
            return self.read(node.value, found.module)  # type: ignore[attr-defined]
        return Unread(f"`{found.name}` is computed in {found.module.path}")

    def _default(self, of: ast.expr, wanted: LiteralType, module: Module) -> tuple[Json, ...]:
        found = default_of(of, wanted, module, names=self._names)
        return (found.value,) if isinstance(found, Literal) else ()

    def _too_large(self, found: Definition) -> Unread:
        return refused(
            "FO416",
            f"`{found.name}` is too large a type",
            of=found.node,
            module=found.module,
            label=f"more than {MAX_PARTS} parts, or nested deeper than {MAX_DEPTH}",
            way_out="use Json (a bare dict) for the inner parts",
        )

    def _recursive(self, found: Definition) -> Unread:
        return refused(
            "FO414",
            f"`{found.name}` contains itself",
            of=found.node,
            module=found.module,
            label="a type has to end somewhere",
            way_out="use Json (a bare dict) for the inner part",
        )


def _choices(arguments: Sequence[ast.expr]) -> Reading:
    values: list[str | int] = []
    none = False
    for argument in arguments:
        match argument:
            case ast.Constant(value=None):
                none = True
            case ast.Constant(value=str() | int() as value) if not isinstance(value, bool):
                values.append(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                values.append(-value)
            case _:
                return Unread("its Literal holds something other than text and whole numbers")
    if not values or len({type(value) for value in values}) != 1:
        return Unread("the values of its Literal are not all text or all whole numbers")
    choices = EnumOf(tuple(dict.fromkeys(values)))
    return joined((choices, NONE)) if none else choices


def _operands(of: ast.BinOp) -> list[ast.expr]:
    parts: list[ast.expr] = []
    rest: ast.expr = of
    while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.BitOr):
        parts.append(rest.right)
        rest = rest.left
    return [rest, *reversed(parts)]
