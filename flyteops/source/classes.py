"""First-party classes read as records and enums from their bodies; nothing of them is ever run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from flyteops.model.types import NAMED_BLOBS, EnumOf, LiteralType, RecordField, RecordOf
from flyteops.source.known_classes import KNOWN
from flyteops.source.modules import Module
from flyteops.source.names import Definition, External, Names
from flyteops.source.quoting import unquoted
from flyteops.source.readings import Reading, Unread

_MODELS = (NAMED_BLOBS["Module"], NAMED_BLOBS["KerasModel"])
_MAX_BASES = 20
ReadAnnotation = Callable[[ast.expr, Module], Reading]
DefineClass = Callable[[Definition], Reading]
ClassKind = OneOf["dataclass", "attrs", "pydantic", "namedtuple", "typeddict", "enum", "plain"]

_DATACLASS = frozenset({"dataclasses.dataclass", "pydantic.dataclasses.dataclass"})
_ATTRS = frozenset({
    "attr.define", "attr.frozen", "attr.mutable", "attrs.define", "attrs.frozen", "attrs.mutable", "attr.dataclass",
})  # fmt: skip
_OLD_ATTRS = frozenset({"attr.s", "attr.attrs", "attr.attributes"})
_NAMED_TUPLE = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple"})
_TYPED_DICT = frozenset({"typing.TypedDict", "typing_extensions.TypedDict"})
_MODEL = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel"})
_ENUM_BASES: dict[str, str] = {
    "enum.Enum": "", "enum.StrEnum": "str", "enum.IntEnum": "int", "enum.ReprEnum": "",
}  # fmt: skip
_HARMLESS_BASES = frozenset({
    "builtins.object", "abc.ABC", "typing.Protocol", "typing_extensions.Protocol", "builtins.str", "builtins.int",
})  # fmt: skip
_NOT_FIELDS = frozenset({"typing.ClassVar", "typing_extensions.ClassVar", "dataclasses.KW_ONLY"})
_FIELD_MAKERS = frozenset({
    "dataclasses.field", "pydantic.Field", "pydantic.fields.Field", "attrs.field", "attr.field", "attr.ib",
    "attr.attrib",
})  # fmt: skip
_MODEL_FIELD = frozenset({"pydantic.Field", "pydantic.fields.Field"})
_NEW_TYPE = frozenset({"typing.NewType", "typing_extensions.NewType"})
_ALIAS_TYPE = frozenset({"typing.TypeAliasType", "typing_extensions.TypeAliasType"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a class is, and its bases that are first-party."""

    kind: ClassKind
    bases: tuple[Definition, ...]
    mixin: str = ""
    why: str = ""


def class_type(found: Definition, *, names: Names, read: ReadAnnotation, define: DefineClass) -> Reading:
    """The type of a first-party class."""
    node = found.node
    if not isinstance(node, ast.ClassDef):
        return Unread(f"`{found.name}` is not a class")
    model = _model_type(found, names)
    if model is not None:
        return model
    shape = shape_of(found, names)
    if shape.why:
        return Unread(shape.why)
    if shape.kind == "enum":
        return _enum(found, names)
    if shape.kind == "plain":
        return Unread(f"class `{found}` has no fields that could be read")
    if any(isinstance(statement, ast.FunctionDef) and statement.name == "__init__" for statement in node.body):
        return Unread(f"class `{found.name}` has its own `__init__`")
    fields: dict[str, RecordField] = {}
    for base in reversed(shape.bases):
        if shape_of(base, names).kind == "plain":
            continue
        reading = define(base)
        if isinstance(reading, Unread):
            return reading
        if isinstance(reading, RecordOf):
            fields.update((field.name, field) for field in reading.fields)
    for field in _fields(node, found, shape.kind, names=names, read=read):
        if isinstance(field, Unread):
            return field
        fields[field.name] = field
    return RecordOf(tuple(fields.values()), name=found.name)


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


def call_type(call: ast.Call, found: Definition, *, names: Names, read: ReadAnnotation) -> Reading:
    """The type of `X = NamedTuple(…)`, `X = TypedDict(…)` and `X = NewType(…)`."""
    target = names.expression(call.func, found.module)
    name = target.name if isinstance(target, External) else ""
    if name in _NEW_TYPE and len(call.args) == 2:
        return read(call.args[1], found.module)
    if name in _ALIAS_TYPE and len(call.args) == 2 and not call.keywords:
        return read(call.args[1], found.module)
    if name in _NAMED_TUPLE or name in _TYPED_DICT:
        return _functional(call, found, typed_dict=name in _TYPED_DICT, names=names, read=read)
    if name == "collections.namedtuple":
        return Unread(f"the fields of `{found.name}` have no types")
    if name.endswith(".TypeVar"):
        return Unread(f"`{found.name}` is a type variable")
    return Unread(f"`{found.name}` is computed in {found.module.path}")


def is_named_tuple(found: Definition, names: Names) -> bool:
    """Whether a definition is a NamedTuple: as a return, several named outputs."""
    match found.node:
        case ast.ClassDef():
            return shape_of(found, names).kind == "namedtuple"
        case ast.Assign(value=ast.Call(func=func)):
            target = names.expression(func, found.module)
            return isinstance(target, External) and target.name in _NAMED_TUPLE
        case _:
            return False


def enum_members(found: Definition, names: Names) -> dict[str, str | int] | Unread:
    """The members of an enum, name to value, in order."""
    node = found.node
    if not isinstance(node, ast.ClassDef):
        return Unread(f"`{found.name}` is not a class")
    members: dict[str, str | int] = {}
    mixin = shape_of(found, names).mixin
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not name.startswith("_"):
                read = _member(value, name, mixin=mixin, last=members, names=names, found=found)
                if isinstance(read, Unread):
                    return read
                members[name] = read
            case ast.FunctionDef(name="_generate_next_value_"):
                return Unread(f"enum `{found.name}` computes its values")
    return members


# ------------------------------------------------------------------------------------------------- shapes


def _model_type(found: Definition, names: Names, depth: int = 0) -> LiteralType | None:
    """The type of a class that derives from the models of a framework, and is stored as they are."""
    node = found.node
    if not isinstance(node, ast.ClassDef) or depth > _MAX_BASES:
        return None
    for expression in node.bases:
        base = names.expression(expression, found.module)
        if isinstance(base, External) and KNOWN.get(base.name) in _MODELS:
            return KNOWN[base.name]
        inner = _model_type(base, names, depth + 1) if isinstance(base, Definition) else None
        if inner is not None:
            return inner
    return None


def _base_kind(name: str) -> ClassKind | None:
    if name in _MODEL:
        return "pydantic"
    if name in _NAMED_TUPLE:
        return "namedtuple"
    if name in _TYPED_DICT:
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
        made = _maker(target.name, decorator)
        if made is None:
            continue
        kind = made
        if isinstance(decorator, ast.Call) and _keyword(decorator, "init") is False:
            return Shape("plain", (), why=f"dataclass `{found.name}` has no `__init__`")
    return Shape(kind, shape.bases, mixin=shape.mixin)


def _maker(name: str, decorator: ast.expr) -> ClassKind | None:
    """What a decorator makes of a class, when it gives it fields."""
    if name in _DATACLASS:
        return "dataclass"
    by_annotation = isinstance(decorator, ast.Call) and _keyword(decorator, "auto_attribs") is True
    return "attrs" if name in _ATTRS or (name in _OLD_ATTRS and by_annotation) else None


# ------------------------------------------------------------------------------------------------- fields


def _fields(
    node: ast.ClassDef, found: Definition, kind: ClassKind, *, names: Names, read: ReadAnnotation
) -> Iterator[RecordField | Unread]:
    if kind in ("dataclass", "attrs") and not _decorated_itself(node, found, names):
        return
    total = not any(
        keyword.arg == "total" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for keyword in node.keywords
    )
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                if kind == "pydantic" and name.startswith("_"):
                    continue
                head = _head(annotation, found.module, names)
                if head in _NOT_FIELDS:
                    continue
                if head == "dataclasses.InitVar":
                    yield Unread(f"`{found.name}.{name}` is an InitVar, which no value keeps")
                    return
                yield _field(name, annotation, value, total=total, found=found, kind=kind, names=names, read=read)
            case ast.Assign(targets=[ast.Name(id="model_config")], value=value) if kind == "pydantic":
                if _has_aliases(value):
                    yield Unread(f"the fields of `{found.name}` have aliases")
                    return
            case ast.Assign(value=ast.Call(func=func), targets=[ast.Name(id=name), *_]) if kind == "attrs":
                target = names.expression(func, found.module)
                if isinstance(target, External) and target.name in _FIELD_MAKERS:
                    yield Unread(f"field `{found.name}.{name}` has no annotation")
                    return


def _has_aliases(config: ast.expr) -> bool:
    if isinstance(config, ast.Dict):
        return any(isinstance(key, ast.Constant) and key.value == "alias_generator" for key in config.keys)
    return isinstance(config, ast.Call) and _keyword(config, "alias_generator") is not None


def _field(
    name: str,
    annotation: ast.expr,
    value: ast.expr | None,
    *,
    total: bool,
    found: Definition,
    kind: ClassKind,
    names: Names,
    read: ReadAnnotation,
) -> RecordField | Unread:
    reading = read(annotation, found.module)
    if isinstance(reading, Unread):
        return Unread(f"field `{found.name}.{name}`: {reading.why}", reading.fault)
    if kind == "typeddict":
        head = _head(annotation, found.module, names).rpartition(".")[2]
        return RecordField(name, reading, head == "Required" or (total and head != "NotRequired"))
    if kind == "attrs" and name.startswith("_"):
        return Unread(f"`{found.name}.{name}` has another name as a parameter")
    required = value is None
    if kind == "pydantic" and value is None:
        value = _annotated_field(annotation, found.module, names)
    if isinstance(value, ast.Call):
        target = names.expression(value.func, found.module)
        if isinstance(target, External) and target.name in _FIELD_MAKERS:
            why, required = _made(value)
            if why:
                return Unread(f"`{found.name}.{name}` {why}")
    elif kind == "pydantic" and isinstance(value, ast.Constant) and value.value is Ellipsis:
        required = True
    return RecordField(name, reading, required)


def _annotated_field(annotation: ast.expr, module: Module, names: Names) -> ast.expr | None:
    """`Field(…)` inside `Annotated`, where pydantic takes a default and an alias from too."""
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.slice, ast.Tuple):
        return None
    if _head(annotation, module, names).rpartition(".")[2] != "Annotated":
        return None
    for extra in annotation.slice.elts[1:]:
        target = names.expression(extra.func, module) if isinstance(extra, ast.Call) else None
        if isinstance(target, External) and target.name in _MODEL_FIELD:
            return extra
    return None


def _made(call: ast.Call) -> tuple[str, bool]:
    # What field(…) and Field(…) say: a reason not to read it, and whether the field is required.
    given = {keyword.arg for keyword in call.keywords}
    if _keyword(call, "init") is False:
        return "is not a parameter of its class", False
    if given & {"alias", "validation_alias", "serialization_alias"}:
        return "has an alias", False
    if "converter" in given:
        return "is converted by its class", False
    has_default = bool(given & {"default", "default_factory", "factory"}) or bool(call.args)
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and first.value is Ellipsis:
        has_default = False
    return "", not has_default


def _decorated_itself(node: ast.ClassDef, found: Definition, names: Names) -> bool:
    for decorator in node.decorator_list:
        target = names.expression(decorator.func if isinstance(decorator, ast.Call) else decorator, found.module)
        if isinstance(target, External) and _maker(target.name, decorator) is not None:
            return True
    return False


def _functional(call: ast.Call, found: Definition, *, typed_dict: bool, names: Names, read: ReadAnnotation) -> Reading:
    pairs = _listed(call.args[1:], typed_dict=typed_dict)
    total = _keyword(call, "total") is not False
    for keyword in call.keywords:
        if keyword.arg is None or pairs is None:
            pairs = None
        elif not typed_dict:
            pairs.append((keyword.arg, keyword.value))
    if pairs is None:
        return Unread(f"the fields of `{found.name}` are computed")
    kind: ClassKind = "typeddict" if typed_dict else "namedtuple"
    fields: list[RecordField] = []
    for name, annotation in pairs:
        field = _field(name, annotation, None, total=total, found=found, kind=kind, names=names, read=read)
        if isinstance(field, Unread):
            return field
        fields.append(field)
    return RecordOf(tuple(fields), name=found.name)


def _listed(arguments: list[ast.expr], *, typed_dict: bool) -> list[tuple[str, ast.expr]] | None:
    # [("a", int), …] or {"a": int, …}; None when a part is computed.
    keys: list[ast.expr | None]
    match arguments:
        case []:
            return []
        case [ast.List(elts=items) | ast.Tuple(elts=items)] if not typed_dict:
            pairs = [item.elts for item in items if isinstance(item, ast.Tuple) and len(item.elts) == 2]
            if len(pairs) != len(items):
                return None
            keys, values = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        case [ast.Dict(keys=keys, values=values)] if typed_dict:
            pass
        case _:
            return None
    names = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return list(zip(names, values, strict=True)) if len(names) == len(keys) else None


def _head(annotation: ast.expr, module: Module, names: Names) -> str:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = unquoted(annotation.value) or annotation
    head = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    if isinstance(head, ast.Constant):
        return ""
    target = names.expression(head, module)
    return target.name if isinstance(target, External) else ""


def _keyword(call: ast.Call, name: str) -> object:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value.value if isinstance(keyword.value, ast.Constant) else keyword.value
    return None


# -------------------------------------------------------------------------------------------------- enums


def _enum(found: Definition, names: Names) -> Reading:
    members = enum_members(found, names)
    if isinstance(members, Unread):
        return members
    values = tuple(dict.fromkeys(members.values()))
    if not values:
        return Unread(f"enum `{found.name}` has no members")
    if len({type(value) for value in values}) != 1:
        return Unread(f"the values of enum `{found.name}` are not all text or all whole numbers")
    return EnumOf(values)


def _base_names(node: ast.ClassDef) -> list[str]:
    return [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]


def _member(
    value: ast.expr, name: str, *, mixin: str, last: dict[str, str | int], names: Names, found: Definition
) -> str | int | Unread:
    match value:
        case ast.Constant(value=str() | int() as plain) if not isinstance(plain, bool):
            return str(plain) if mixin == "str" else plain
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case ast.Name(id=other) if other in last:
            return last[other]
        case ast.Call(func=func, args=[]):
            target = names.expression(func, found.module)
            if isinstance(target, External) and target.name == "enum.auto":
                return _automatic(name, mixin, last, found)
    return Unread(f"the value of `{found.name}.{name}` is neither text nor a whole number")


def _automatic(name: str, mixin: str, last: dict[str, str | int], found: Definition) -> str | int | Unread:
    if mixin == "str":
        derived = isinstance(found.node, ast.ClassDef) and "StrEnum" in _base_names(found.node)
        return name.lower() if derived else Unread(f"`{found.name}.{name}` is computed")
    numbers = [value for value in last.values() if isinstance(value, int)]
    return max(numbers) + 1 if numbers else 1
