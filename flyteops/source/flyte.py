"""Flyte's decorators as they stand over a function, and what in a module only says how Flyte runs it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Literal as OneOf

from flyteops.model.diagnostics import Place
from flyteops.model.flyte_names import SETTINGS, of_flyte
from flyteops.model.frozen import frozen
from flyteops.source.flyte_options import Option, options_of
from flyteops.source.modules import Module
from flyteops.source.names import Definition, External, Names

FlyteKind = OneOf["task", "dynamic", "eager", "workflow", "reference", "other"]

_KINDS: dict[str, FlyteKind] = {
    "task": "task", "dynamic": "dynamic", "eager": "eager", "workflow": "workflow",
    "reference_task": "reference", "reference_workflow": "reference", "reference_launch_plan": "reference",
}  # fmt: skip
_ENVIRONMENTS = ("ActorEnvironment", "Environment")
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@frozen
class FlyteDecorator:
    """One of Flyte's decorators over a function: its kind, its options as YAML would say them, where it stands."""

    kind: FlyteKind
    written: str
    options: tuple[Option, ...]
    place: Place


def decorators_of(node: ast.stmt, module: Module, names: Names) -> tuple[FlyteDecorator, ...]:
    """Flyte's decorators over a definition, the outermost first."""
    if not isinstance(node, _FUNCTIONS):
        return ()
    return tuple(_read(each, kind, module, names) for each, kind in _of_flyte(node, module, names))


def decorator_kind(decorator: ast.expr, module: Module, names: Names) -> FlyteKind | None:
    """The kind of a decorator of Flyte's: `task`, `union.task`, `actor.task`, a partial of one; None for another."""
    head = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(head, ast.Attribute) and head.attr in _KINDS:
        made = _made_by(names.expression(head.value, module), names)
        if made is not None and made.rpartition(".")[2] in _ENVIRONMENTS:
            return _KINDS[head.attr]
    target = names.expression(head, module)
    if isinstance(target, Definition):
        call = _call_of(target)
        if call is None or not call.args or _external(call.func, target.module, names) != "functools.partial":
            return None
        target = names.expression(call.args[0], target.module)
    if isinstance(target, External) and of_flyte(target.name):
        return _KINDS.get(target.name.rpartition(".")[2], "other")
    return None


def is_made_by_flyte(of: ast.expr, module: Module, names: Names) -> bool:
    """Whether a name stands for an object that a call of Flyte's makes, such as an image or an actor."""
    return _made_by(names.expression(of, module), names) is not None


def result_relevant(statement: ast.stmt, module: Module, names: Names) -> ast.stmt | None:
    """The statement without what only Flyte reads: its decorators; None for settings alone, such as `ImageSpec(…)`."""
    if isinstance(statement, _FUNCTIONS):
        gone = [each for each, _ in _of_flyte(statement, module, names)]
        if not gone:
            return statement
        bare = copy.copy(statement)
        bare.decorator_list = [each for each in statement.decorator_list if each not in gone]
        return bare
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
        name = _external(statement.value.func, module, names)
        if name is not None and of_flyte(name) and name.rpartition(".")[2] in (*SETTINGS, *_ENVIRONMENTS):
            return None
    return statement


def _of_flyte(
    node: ast.FunctionDef | ast.AsyncFunctionDef, module: Module, names: Names
) -> Iterator[tuple[ast.expr, FlyteKind]]:
    for each in node.decorator_list:
        kind = decorator_kind(each, module, names)
        if kind is not None:
            yield each, kind


def _read(decorator: ast.expr, kind: FlyteKind, module: Module, names: Names) -> FlyteDecorator:
    head = decorator.func if isinstance(decorator, ast.Call) else decorator
    keywords = list(decorator.keywords) if isinstance(decorator, ast.Call) else []
    target = names.expression(head, module)
    call = _call_of(target) if isinstance(target, Definition) else None
    if call is not None:
        said = {each.arg for each in keywords}
        keywords += [each for each in call.keywords if each.arg not in said]
    actor = head.value if isinstance(head, ast.Attribute) and is_made_by_flyte(head.value, module, names) else None
    return FlyteDecorator(
        kind=kind,
        written=" ".join((ast.get_source_segment(module.text, head) or kind).split()),
        options=options_of(keywords, actor=ast.unparse(actor) if actor is not None else None),
        place=module.place(decorator),
    )


def _made_by(target: object, names: Names) -> str | None:
    if not isinstance(target, Definition):
        return None
    call = _call_of(target)
    name = None if call is None else _external(call.func, target.module, names)
    if name is not None and of_flyte(name):
        return name
    inside = call.func.value if call is not None and isinstance(call.func, ast.Attribute) else None
    # image = image.with_packages(…): made of one that Flyte made
    if isinstance(inside, ast.Call):
        name = _external(inside.func, target.module, names)
        return name if name is not None and of_flyte(name) else None
    return None


def _call_of(target: Definition) -> ast.Call | None:
    node = target.node
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return value if isinstance(value, ast.Call) else None


def _external(of: ast.expr, module: Module, names: Names) -> str | None:
    found = names.expression(of, module)
    return found.name if isinstance(found, External) else None
