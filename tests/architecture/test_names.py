"""Public names are documented, and nothing is called by a name that says nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from own_source import modules

MEANINGLESS = {"utils", "helpers", "common", "base", "core", "misc", "manager", "process", "handle", "data", "info"}
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def test_every_module_says_what_lives_in_it() -> None:
    assert [name for name, tree in modules().items() if not ast.get_docstring(tree)] == []


def test_every_public_name_is_documented() -> None:
    undocumented = [
        f"{module}.{path}"
        for module, tree in modules().items()
        for path, node in public(tree.body)
        if not ast.get_docstring(node)
    ]
    assert undocumented == []


def test_no_name_says_nothing() -> None:
    files = [name for name in modules() if set(name.split(".")) & MEANINGLESS]
    functions = [
        f"{name}.{path}"
        for name, tree in modules().items()
        for path, node in public(tree.body)
        if node.name in MEANINGLESS and not isinstance(node, ast.ClassDef)
    ]
    assert files + functions == []


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Named]]:
    """Public functions, classes and methods, with their path in the module."""
    for node in body:
        if isinstance(node, Named) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{prefix}{node.name}.")
