"""The parameters of a function as read from its syntax."""

from __future__ import annotations

import ast

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.literals import Literal
from flyteops.model.types import LiteralType, accepts_none, spelling
from flyteops.source.annotations import Annotations
from flyteops.source.defaults import Wrong, default_of
from flyteops.source.modules import Module
from flyteops.source.names import Names
from flyteops.source.python import Parameter
from flyteops.source.readings import Unread


def parameters_of(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    module: Module,
    *,
    annotations: Annotations,
    names: Names,
    faults: list[Diagnostic],
) -> tuple[Parameter, ...]:
    """The parameters in order; what is wrong with them goes to `faults`."""
    arguments = node.args
    for argument, stars in ((arguments.vararg, "*"), (arguments.kwarg, "**")):
        if argument is not None:
            faults.append(_stars(argument, stars, module))
    faults.extend(_positional(argument, module) for argument in arguments.posonlyargs)
    plain = [*arguments.posonlyargs, *arguments.args]
    padding: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    paired = [
        *zip(plain, [*padding, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return tuple(
        _parameter(argument, default, module, annotations=annotations, names=names, faults=faults)
        for argument, default in paired
    )


def _parameter(
    argument: ast.arg,
    default: ast.expr | None,
    module: Module,
    *,
    annotations: Annotations,
    names: Names,
    faults: list[Diagnostic],
) -> Parameter:
    kind: LiteralType | None = None
    why = "it has no annotation"
    if argument.annotation is not None:
        reading = annotations.read(argument.annotation, module)
        if isinstance(reading, Unread):
            why = reading.why
            if reading.fault is not None:
                faults.append(reading.fault)
        else:
            kind, why = reading, ""
    literal = None
    if default is not None and kind is not None:
        literal = _default(argument.arg, default, kind, module=module, names=names, faults=faults)
    return Parameter(
        name=argument.arg,
        type=kind,
        required=default is None,
        default=literal,
        why=why,
        place=module.place(argument),
    )


def _default(
    name: str, of: ast.expr, wanted: LiteralType, *, module: Module, names: Names, faults: list[Diagnostic]
) -> Literal | None:
    found = default_of(of, wanted, module, names=names)
    if isinstance(found, Literal):
        return found
    if isinstance(found, Wrong):
        none = isinstance(of, ast.Constant) and of.value is None and not accepts_none(wanted)
        spelt = spelling(wanted)
        written = " ".join(found.written.split())
        faults.append(
            Diagnostic(
                code="FO412",
                message=f'the default of "{name}" is not {_article(spelt)}',
                place=module.place(of),
                label=f"{written if len(written) <= 40 else 'it'} is no value of {spelt}",
                help=f"annotate it with {spelt} | None" if none else "change the default or the annotation",
            )
        )
    return None


def _article(spelt: str) -> str:
    return f"an {spelt}" if spelt[:1].lower() in "aeiou" else f"a {spelt}"


def _stars(argument: ast.arg, stars: str, module: Module) -> Diagnostic:
    return Diagnostic(
        code="FO410",
        message=f'"{stars}{argument.arg}" takes any number of arguments',
        place=module.place(argument),
        label="the inputs of a task have names and types",
        help="name each parameter, or take one list or dict",
    )


def _positional(argument: ast.arg, module: Module) -> Diagnostic:
    return Diagnostic(
        code="FO411",
        message=f'"{argument.arg}" can only be given by position',
        place=module.place(argument),
        label="it stands before the `/`",
        help="remove the `/`: a task is called by keywords",
    )
