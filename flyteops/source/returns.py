"""What a function returns, as outputs."""

from __future__ import annotations

import ast
from typing import Literal as OneOf

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.types import NONE, RecordOf
from flyteops.source.annotations import Annotations
from flyteops.source.class_shapes import is_named_tuple
from flyteops.source.modules import Module
from flyteops.source.names import Definition, External, Names
from flyteops.source.python import ReturnValue
from flyteops.source.quoting import unquoted
from flyteops.source.readings import Reading, Unread, refused

Returns = OneOf["none", "value", "tuple", "unknown"]

_NEVER = frozenset({"typing.NoReturn", "typing.Never", "typing_extensions.Never", "typing_extensions.NoReturn"})
_ANNOTATED = frozenset({"typing.Annotated", "typing_extensions.Annotated"})


def outputs_of(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    module: Module,
    *,
    annotations: Annotations,
    names: Names,
    faults: list[Diagnostic],
) -> tuple[Returns, tuple[ReturnValue, ...]]:
    """How the return becomes outputs, and these; what is wrong with it goes to `faults`."""
    if node.returns is None:
        return "unknown", ()
    of, home = _bare(node.returns, module, names)
    target = names.expression(of, home)
    if isinstance(target, External) and target.name in _NEVER:
        return "none", ()
    if annotations.is_tuple(of, home):
        return _tuple(of, module, home, shown=node.returns, annotations=annotations, faults=faults)
    reading = annotations.read(of, home)
    if isinstance(target, Definition) and isinstance(reading, RecordOf) and is_named_tuple(target, names):
        place = module.place(node.returns)
        return "tuple", tuple(
            ReturnValue(name=field.name, type=field.type, why="", place=place) for field in reading.fields
        )
    if reading == NONE:
        return "none", ()
    return "value", (_output(reading, node.returns, module, faults),)


def _bare(of: ast.expr, module: Module, names: Names) -> tuple[ast.expr, Module]:
    # Quotes, Annotated and aliases around the tuple itself.
    home = module
    for _ in range(20):
        match of:
            case ast.Constant(value=str(text)):
                inner = unquoted(text)
                if inner is None:
                    return of, home
                of = inner
            case ast.Subscript(value=head, slice=ast.Tuple(elts=[first, *_])):
                target = names.expression(head, home)
                if not isinstance(target, External) or target.name not in _ANNOTATED:
                    return of, home
                of = first
            case ast.Name() | ast.Attribute():
                found = names.expression(of, home)
                alias = _alias(found) if isinstance(found, Definition) and not found.conditional else None
                if alias is None or not isinstance(found, Definition):
                    return of, home
                of, home = alias, found.module
            case _:
                return of, home
    return of, home


def _alias(found: Definition) -> ast.expr | None:
    # Only an alias of a subscript can be a tuple; all else is read where it is named.
    node = found.node
    value = getattr(node, "value", None)
    alias = isinstance(node, ast.Assign | ast.AnnAssign) or type(node).__name__ == "TypeAlias"
    return value if alias and isinstance(value, ast.Subscript) else None


def _tuple(
    of: ast.expr,
    module: Module,
    home: Module,
    *,
    shown: ast.expr,
    annotations: Annotations,
    faults: list[Diagnostic],
) -> tuple[Returns, tuple[ReturnValue, ...]]:
    if not isinstance(of, ast.Subscript):
        return "unknown", ()
    parts = of.slice.elts if isinstance(of.slice, ast.Tuple) else [of.slice]
    if any(isinstance(part, ast.Constant) and part.value is Ellipsis for part in parts) or not parts:
        fault = refused(
            "FO415",
            "a returned tuple needs a fixed number of parts",
            of=shown,
            module=module,
            label="each part is one output",
            way_out="return a list, or name the type of every part",
        ).fault
        faults.extend([fault] if fault else [])
        return "unknown", ()
    local = home is module and of.lineno == shown.lineno and of.col_offset >= shown.col_offset
    return "tuple", tuple(
        _output(annotations.read(part, home), part if local else shown, module, faults) for part in parts
    )


def _output(reading: Reading, of: ast.expr, module: Module, faults: list[Diagnostic]) -> ReturnValue:
    place = module.place(of)
    if isinstance(reading, Unread):
        if reading.fault is not None:
            faults.append(reading.fault)
        return ReturnValue(name=None, type=None, why=reading.why, place=place)
    return ReturnValue(name=None, type=reading, why="", place=place)
