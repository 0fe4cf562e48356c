"""What kind of class a first-party class is: from its decorators and bases, followed through the project."""

from __future__ import annotations

import ast
from typing import Literal as OneOf

from flyteops.model.frozen import frozen
from flyteops.model.types import NAMED_BLOBS, LiteralType
from flyteops.source.known_classes import KNOWN
from flyteops.source.names import Definition, External, Names

ClassKind = OneOf["dataclass", "attrs", "pydantic", "namedtuple", "typeddict", "enum", "plain"]

_MODELS = (NAMED_BLOBS["Module"], NAMED_BLOBS["KerasModel"])
_MAX_BASES = 20
_DATACLASS = frozenset({"dataclasses.dataclass", "pydantic.dataclasses.dataclass"})
_ATTRS = frozenset({
    "attr.define", "attr.frozen", "attr.mutable", "attrs.define", "attrs.frozen", "attrs.mutable", "attr.dataclass",
})  # fmt: skip
_OLD_ATTRS = frozenset({"attr.s", "attr.attrs", "attr.attributes"})
NAMED_TUPLE = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple"})
TYPED_DICT = frozenset({"typing.TypedDict", "typing_extensions.TypedDict"})
_MODEL = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel"})
_ENUM_BASES: dict[str, str] = {
    "enum.Enum": "", "enum.StrEnum": "str", "enum.IntEnum": "int", "enum.ReprEnum": "",
}  # fmt: skip
_HARMLESS_BASES = frozenset({
    "builtins.object", "abc.ABC", "typing.Protocol", "typing_extensions.Protocol", "builtins.str", "builtins.int",
})  # fmt: skip


@frozen(kw_only=False)
class Shape:
    """What a class is, and its bases that are first-party."""

    kind: ClassKind
    bases: tuple[Definition, ...]
    mixin: str = ""
    why: str = ""


def shape_of(found: Definition, names: Names, *, depth: int = 0) -> Shape:
    """What kind of class it is, from its decorators and bases."""
    node = found.node
    if not isinstance(node, ast.ClassDef) or depth > _MAX_BASES:
        return Shape("plain", (), why=f"the bases of `{found.name}` cannot be followed")
    kind: ClassKind = "plain"
    mixin = ""
    bases: list[Definition] = []
    for expression in node.bases:
        head = expression.value if isinstance(expression, ast.Subscript) else expression
        target = names.expression(head, found.module)
        if isinstance(target, Definition):
            inner = shape_of(target, names, depth=depth + 1)
            if inner.why:
                return inner
            kind = inner.kind if inner.kind != "plain" else kind
            mixin = mixin or inner.mixin
            bases.append(target)
        elif isinstance(target, External):
            if target.name in ("typing.Generic", "typing_extensions.Generic"):
                return Shape("plain", (), why=f"`{found.name}` is generic")
            known = _base_kind(target.name)
            if known is None and target.name not in _HARMLESS_BASES:
                return Shape("plain", (), why=f"`{found.name}` derives from `{target.name}`, whose source is not read")
            kind = known or kind
            mixin = mixin or _ENUM_BASES.get(target.name, "") or _plain_base(target.name)
        else:
            return Shape("plain", (), why=f"a base of `{found.name}` cannot be followed")
    if getattr(node, "type_params", None):
        return Shape("plain", (), why=f"`{found.name}` is generic")
    return _decorated(node, found, Shape(kind, tuple(bases), mixin=mixin), names)


def is_named_tuple(found: Definition, names: Names) -> bool:
    """Whether a definition is a NamedTuple: as a return, several named outputs."""
    match found.node:
        case ast.ClassDef():
            return shape_of(found, names).kind == "namedtuple"
        case ast.Assign(value=ast.Call(func=func)):
            target = names.expression(func, found.module)
            return isinstance(target, External) and target.name in NAMED_TUPLE
        case _:
            return False


def model_type(found: Definition, names: Names, depth: int = 0) -> LiteralType | None:
    """The type of a class that derives from the models of a framework, and is stored as they are."""
    node = found.node
    if not isinstance(node, ast.ClassDef) or depth > _MAX_BASES:
        return None
    for expression in node.bases:
        base = names.expression(expression, found.module)
        if isinstance(base, External) and KNOWN.get(base.name) in _MODELS:
            return KNOWN[base.name]
        inner = model_type(base, names, depth + 1) if isinstance(base, Definition) else None
        if inner is not None:
            return inner
    return None


def _base_kind(name: str) -> ClassKind | None:
    if name in _MODEL:
        return "pydantic"
    if name in NAMED_TUPLE:
        return "namedtuple"
    if name in TYPED_DICT:
        return "typeddict"
    return "enum" if name in _ENUM_BASES else None


def _plain_base(name: str) -> str:
    return name.removeprefix("builtins.") if name in ("builtins.str", "builtins.int") else ""


def _decorated(node: ast.ClassDef, found: Definition, shape: Shape, names: Names) -> Shape:
    kind = shape.kind
    for decorator in node.decorator_list:
        head = decorator.func if isinstance(decorator, ast.Call) else decorator
        target = names.expression(head, found.module)
        if not isinstance(target, External):
            continue
        made = made_by(target.name, decorator)
        if made is None:
            continue
        kind = made
        if isinstance(decorator, ast.Call) and keyword_in(decorator, "init") is False:
            return Shape("plain", (), why=f"dataclass `{found.name}` has no `__init__`")
    return Shape(kind, shape.bases, mixin=shape.mixin)


def made_by(name: str, decorator: ast.expr) -> ClassKind | None:
    """What a decorator makes of a class, when it gives it fields."""
    if name in _DATACLASS:
        return "dataclass"
    by_annotation = isinstance(decorator, ast.Call) and keyword_in(decorator, "auto_attribs") is True
    return "attrs" if name in _ATTRS or (name in _OLD_ATTRS and by_annotation) else None


def keyword_in(call: ast.Call, name: str) -> object:
    """What a call is given for a keyword: the constant, else the expression; None when it is not there."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value.value if isinstance(keyword.value, ast.Constant) else keyword.value
    return None
