"""Where code uses names of Flyte's packages that the stand-in for them does not have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from flyteops.model.diagnostics import Place
from flyteops.model.flyte_names import CONTEXT, PACKAGES, SERVED, is_served, of_flyte
from flyteops.model.frozen import frozen
from flyteops.source.modules import ImportTarget, Module, blocks_of, is_main_guard, is_type_checking
from flyteops.source.names import External, Names, dotted

_IMPORTS = re.compile(rf"(?:\bimport|\bfrom|,)\s*\b(?:{'|'.join(PACKAGES)})\b")
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@frozen
class FlyteUse:
    """A name of Flyte's that only its packages have, where it is used."""

    name: str
    place: Place

    @property
    def order(self) -> tuple[str, int, int, str]:
        """By place."""
        return self.place.path, self.place.line, self.place.column, self.name


def uses_within(
    nodes: Iterable[ast.stmt], imports: Iterable[tuple[str, ImportTarget]], module: Module, names: Names
) -> tuple[FlyteUse, ...]:
    """Uses in statements that were reached, with the imports made inside of them. Decorators of Flyte's are gone from
    them by then."""
    inner = {name: target for name, target in imports if target.module is not None and of_flyte(target.module)}
    walked = (inside for node in nodes if not isinstance(node, ast.Import | ast.ImportFrom) for inside in _walk(node))
    return tuple(_unserved(walked, inner, module, names))


def uses_on_import(module: Module, names: Names) -> tuple[FlyteUse, ...]:
    """Uses in what runs when the module is imported: everything but the bodies of its functions. An import by itself
    is none, unless there is no such module."""
    walked = (inside for node in _run(module.tree.body) for inside in _walk(node))
    return tuple(dict.fromkeys(_unserved(walked, {}, module, names)))


def imports_flyte(module: Module) -> bool:
    """Whether Flyte may be imported anywhere in the module, by its text: so that most modules are never walked."""
    return _IMPORTS.search(module.text) is not None


def _run(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """What of these statements runs at once."""
    for statement in body:
        if isinstance(statement, _FUNCTIONS):
            defaults = (each for each in statement.args.kw_defaults if each is not None)
            yield from (*statement.decorator_list, *statement.args.defaults, *defaults)
        elif isinstance(statement, ast.ClassDef):
            yield from (*statement.decorator_list, *statement.bases)
            yield from _run(statement.body)
        elif isinstance(statement, ast.If) and (is_main_guard(statement.test) or is_type_checking(statement.test)):
            yield from _run(statement.orelse)
        elif isinstance(statement, ast.Try | ast.If):
            if isinstance(statement, ast.If):
                yield statement.test
            for block in blocks_of(statement):
                yield from _run(block)
        else:
            yield statement


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes inside that are not parts of a longer dotted name; annotations are read by nobody who runs them."""
    stack = [node]
    while stack:
        inner = stack.pop()
        yield inner
        if isinstance(inner, ast.Attribute) and dotted(inner) is not None:
            continue
        if isinstance(inner, ast.arg):
            continue
        children = list(ast.iter_child_nodes(inner))
        if isinstance(inner, _FUNCTIONS) and inner.returns is not None:
            children.remove(inner.returns)
        if isinstance(inner, ast.AnnAssign):
            children.remove(inner.annotation)
        stack.extend(reversed(children))


def _unserved(
    walked: Iterable[ast.AST], inner: dict[str, ImportTarget], module: Module, names: Names
) -> Iterator[FlyteUse]:
    contexts: set[str] = set()
    for node in walked:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)):
                if (_full(func, inner, module, names) or "").endswith(".current_context"):
                    contexts.add(name)
            case ast.Attribute() if (chain := dotted(node)) is not None and chain[0] in contexts:
                if chain[1] not in CONTEXT:
                    yield FlyteUse(name=f"current_context().{chain[1]}", place=module.place(node))
            case ast.Attribute(value=ast.Call(func=func), attr=attribute):
                full = _full(func, inner, module, names)
                if full is not None and full.endswith(".current_context") and attribute not in CONTEXT:
                    yield FlyteUse(name=f"current_context().{attribute}", place=module.place(node))
            case ast.Name() | ast.Attribute():
                full = _full(node, inner, module, names)
                if full is not None and not is_served(full):
                    yield FlyteUse(name=full, place=module.place(node))
            case ast.Import() | ast.ImportFrom():
                for full in _missing_modules(node):
                    yield FlyteUse(name=full, place=module.place(node))


def _full(of: ast.expr, inner: dict[str, ImportTarget], module: Module, names: Names) -> str | None:
    """The full name in one of Flyte's packages, else None."""
    chain = dotted(of)
    if chain is None:
        return None
    target = inner.get(chain[0])
    if target is not None:
        head = f"{target.module}.{target.name}" if target.name else str(target.module)
        return ".".join((head, *chain[1:]))
    found = names.expression(of, module)
    return found.name if isinstance(found, External) and of_flyte(found.name) else None


def _missing_modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    if isinstance(node, ast.ImportFrom) and node.level:
        return
    yield from (name for name in modules if of_flyte(name) and name not in SERVED)
