"""First-party classes read as records and enums from their bodies; nothing of them is ever run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flyteops.model.digest import Json
from flyteops.model.frozen import frozen
from flyteops.model.types import LiteralType, RecordField, RecordOf
from flyteops.source.class_shapes import NAMED_TUPLE, TYPED_DICT, ClassKind, keyword_in, made_by, model_type, shape_of
from flyteops.source.enums import enum_type
from flyteops.source.modules import Module
from flyteops.source.names import Definition, External, Names
from flyteops.source.quoting import unquoted
from flyteops.source.readings import Reading, Unread

ReadAnnotation = Callable[[ast.expr, Module], Reading]
DefineClass = Callable[[Definition], Reading]
ReadDefault = Callable[[ast.expr, LiteralType, Module], tuple[Json, ...]]
"""The wire value of a default for a type, when it is a literal."""
_NOT_FIELDS = frozenset({"typing.ClassVar", "typing_extensions.ClassVar", "dataclasses.KW_ONLY"})
_FIELD_MAKERS = frozenset({
    "dataclasses.field", "pydantic.Field", "pydantic.fields.Field", "attrs.field", "attr.field", "attr.ib",
    "attr.attrib",
})  # fmt: skip
_MODEL_FIELD = frozenset({"pydantic.Field", "pydantic.fields.Field"})
_NEW_TYPE = frozenset({"typing.NewType", "typing_extensions.NewType"})
_ALIAS_TYPE = frozenset({"typing.TypeAliasType", "typing_extensions.TypeAliasType"})


@frozen
class Reads:
    """How the parts of a class are read."""

    names: Names
    read: ReadAnnotation
    define: DefineClass
    default: ReadDefault


def class_type(found: Definition, reads: Reads) -> Reading:
    """The type of a first-party class."""
    node = found.node
    if not isinstance(node, ast.ClassDef):
        return Unread(f"`{found.name}` is not a class")
    model = model_type(found, reads.names)
    if model is not None:
        return model
    shape = shape_of(found, reads.names)
    if shape.why:
        return Unread(shape.why)
    if shape.kind == "enum":
        return enum_type(found, reads.names)
    if shape.kind == "plain":
        return Unread(f"class `{found}` has no fields that could be read")
    if any(isinstance(statement, ast.FunctionDef) and statement.name == "__init__" for statement in node.body):
        return Unread(f"class `{found.name}` has its own `__init__`")
    fields: dict[str, RecordField] = {}
    for base in reversed(shape.bases):
        if shape_of(base, reads.names).kind == "plain":
            continue
        reading = reads.define(base)
        if isinstance(reading, Unread):
            return reading
        if not isinstance(reading, RecordOf):
            return Unread(f"its base `{base.name}` has no fields that could be read")
        fields.update((field.name, field) for field in reading.fields)
    for field in _fields(node, found, shape.kind, reads):
        if isinstance(field, Unread):
            return field
        fields[field.name] = field
    return RecordOf(tuple(fields.values()), name=found.name)


def call_type(call: ast.Call, found: Definition, reads: Reads) -> Reading:
    """The type of `X = NamedTuple(…)`, `X = TypedDict(…)` and `X = NewType(…)`."""
    target = reads.names.expression(call.func, found.module)
    name = target.name if isinstance(target, External) else ""
    if name in _NEW_TYPE and len(call.args) == 2:
        return reads.read(call.args[1], found.module)
    if name in _ALIAS_TYPE and len(call.args) == 2 and not call.keywords:
        return reads.read(call.args[1], found.module)
    if name in NAMED_TUPLE or name in TYPED_DICT:
        return _functional(call, found, reads, typed_dict=name in TYPED_DICT)
    if name == "collections.namedtuple":
        return Unread(f"the fields of `{found.name}` have no types")
    if name.endswith(".TypeVar"):
        return Unread(f"`{found.name}` is a type variable")
    return Unread(f"`{found.name}` is computed in {found.module.path}")


# ------------------------------------------------------------------------------------------------- fields


def _fields(node: ast.ClassDef, found: Definition, kind: ClassKind, reads: Reads) -> Iterator[RecordField | Unread]:
    names = reads.names
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
                yield _field(name, annotation, value, total=total, found=found, kind=kind, reads=reads)
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
    return isinstance(config, ast.Call) and keyword_in(config, "alias_generator") is not None


def _field(
    name: str,
    annotation: ast.expr,
    value: ast.expr | None,
    *,
    total: bool,
    found: Definition,
    kind: ClassKind,
    reads: Reads,
) -> RecordField | Unread:
    names = reads.names
    reading = reads.read(annotation, found.module)
    if isinstance(reading, Unread):
        return Unread(f"field `{found.name}.{name}`: {reading.why}", reading.fault)
    if kind == "typeddict":
        head = _head(annotation, found.module, names).rpartition(".")[2]
        return RecordField(name, reading, head == "Required" or (total and head != "NotRequired"))
    if kind == "attrs" and name.startswith("_"):
        return Unread(f"`{found.name}.{name}` has another name as a parameter")
    required = value is None
    written = value
    if kind == "pydantic" and value is None:
        value = _annotated_field(annotation, found.module, names)
    if isinstance(value, ast.Call):
        target = names.expression(value.func, found.module)
        if isinstance(target, External) and target.name in _FIELD_MAKERS:
            why, required = _made(value)
            if why:
                return Unread(f"`{found.name}.{name}` {why}")
            written = _default_made(value)
    elif kind == "pydantic" and isinstance(value, ast.Constant) and value.value is Ellipsis:
        required = True
    known = reads.default(written, reading, found.module) if written is not None and not required else ()
    return RecordField(name, reading, required, known)


def _default_made(call: ast.Call) -> ast.expr | None:
    """The default that `field(…)` or `Field(…)` gives; of a factory, what it makes when it is `list` or `dict`."""
    for keyword in call.keywords:
        if keyword.arg == "default":
            return keyword.value
        if keyword.arg in ("default_factory", "factory"):
            return ast.copy_location(ast.Call(func=keyword.value, args=[], keywords=[]), keyword.value)
    return call.args[0] if call.args else None


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
    if keyword_in(call, "init") is False:
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
        if isinstance(target, External) and made_by(target.name, decorator) is not None:
            return True
    return False


def _functional(call: ast.Call, found: Definition, reads: Reads, *, typed_dict: bool) -> Reading:
    pairs = _listed(call.args[1:], typed_dict=typed_dict)
    total = keyword_in(call, "total") is not False
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
        field = _field(name, annotation, None, total=total, found=found, kind=kind, reads=reads)
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
