"""Imports of first-party files that git ignores: they run here, and are in no commit, no digest and no pod."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flyteops.model.diagnostics import Diagnostic, Severity
from flyteops.source.modules import Module, Modules, absolute, is_type_checking


def hidden_imports(module: Module, modules: Modules) -> tuple[Diagnostic, ...]:
    """A warning for each import of a module, wherever it stands, that finds an ignored file."""
    return tuple(
        _warning(module, statement, name, path)
        for statement in _imports(module.tree)
        for name in dict.fromkeys(_meant(statement, module, modules))
        if (path := modules.hidden(name)) is not None
    )


def _imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """In order; what only a type checker sees is left out."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and is_type_checking(node.test):
            waiting.extend(reversed(node.orelse))
        elif not isinstance(node, ast.expr):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _meant(statement: ast.Import | ast.ImportFrom, module: Module, modules: Modules) -> Iterator[str]:
    """The modules that an import runs or may run: each with the packages that it lies in."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            yield from _upwards(alias.name)
        return
    source = absolute(module.package, statement)
    if source is None:
        return
    yield from _upwards(source)
    loaded = modules.load(source)
    bound = loaded.bindings if isinstance(loaded, Module) else {}
    for alias in statement.names:
        if alias.name != "*" and alias.name not in bound:
            yield f"{source}.{alias.name}"


def _upwards(name: str) -> Iterator[str]:
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        yield ".".join(parts[:end])


def _warning(module: Module, statement: ast.stmt, name: str, path: str) -> Diagnostic:
    return Diagnostic(
        code="FO470",
        message=f'the module "{name}" is a file that git ignores: {path}',
        place=module.place(statement),
        label="runs here; it is in no commit, no digest and no pod",
        help=f"commit it (git add -f {path}), or take the pattern out of .gitignore; what is generated is made "
        "where the image is built",
        severity=Severity.WARNING,
    )
