"""What a piece of Python uses: the names that come from outside it, what it imports, and what it computes."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Literal as OneOf

from flyteops.model.frozen import frozen
from flyteops.source.modules import ImportTarget, imported
from flyteops.source.names import dotted
from flyteops.source.quoting import unquoted

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SPECIAL = frozenset({
    ast.Attribute, ast.Call, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.GeneratorExp, ast.AnnAssign, ast.Import, ast.ImportFrom,
})  # fmt: skip
_BINDING = frozenset({
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal, ast.ExceptHandler, ast.MatchAs,
    ast.MatchStar, ast.MatchMapping, ast.comprehension,
})  # fmt: skip
_TEXT_ONLY = frozenset({
    "ctx", "op", "ops", "id", "attr", "arg", "module", "asname", "level", "kind", "type_comment", "is_async", "simple",
    "conversion",
})  # fmt: skip
"""Fields without nodes of their own that matter here: texts, numbers, contexts and operators."""
_PARTS: dict[type, tuple[str, ...]] = {}
"""The fields of each kind of node that may hold nodes; filled as kinds are met."""
_RUNS_TEXT = frozenset({"exec", "eval"})
_OWN_NAMES = frozenset({("globals",), ("sys", "modules")})
IMPORTERS = frozenset({
    "import_module", "__import__", "spec_from_file_location", "run_path", "run_module", "load_module", "exec_module",
})  # fmt: skip

Computing = OneOf["import", "text", "names"]


@frozen(kw_only=False)
class Computed:
    """A place where code is found or made only when it runs."""

    kind: Computing
    node: ast.AST


@frozen(kw_only=False)
class Uses:
    """Dotted paths whose first name comes from outside; imports made inside; modules imported whole by a dotted
    name or a constant text; what is computed."""

    paths: frozenset[tuple[str, ...]]
    imports: tuple[tuple[str, ImportTarget], ...]
    modules: tuple[str, ...]
    loaded: tuple[str, ...]
    computed: tuple[Computed, ...]


class _Collector:
    """Walks with its own stack; `hidden` are the names of the functions around a node. `stack` holds what is still
    to be walked, together with all that shares its hidden names."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.paths: set[tuple[str, ...]] = set()
        self.imports: list[tuple[str, ImportTarget]] = []
        self.modules: list[str] = []
        self.loaded: list[str] = []
        self.computed: list[Computed] = []
        self.stack: list[tuple[list[ast.AST], frozenset[str], bool]] = []

    def run(self) -> None:
        stack = self.stack
        while stack:
            nodes, hidden, quoted = stack.pop()
            while nodes:
                node = nodes.pop()
                kind = type(node)
                if kind is ast.Name:
                    if node.id not in hidden and type(node.ctx) is ast.Load:  # type: ignore[attr-defined]
                        self.paths.add((node.id,))  # type: ignore[attr-defined]
                elif kind is ast.Constant:
                    if quoted and isinstance(node.value, str):  # type: ignore[attr-defined]
                        self._push(unquoted(node.value), hidden, quoted=True)  # type: ignore[attr-defined]
                elif kind in _SPECIAL:
                    self._special(node, hidden, quoted=quoted)
                else:
                    _parts(node, nodes)

    def _special(self, node: ast.AST, hidden: frozenset[str], *, quoted: bool) -> None:
        match node:
            case ast.Attribute():
                self._attribute(node, hidden, quoted)
            case ast.Call():
                self._call(node, hidden)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, hidden)
            case ast.Lambda():
                self._each([*node.args.defaults, *node.args.kw_defaults], hidden)
                self._push(node.body, hidden | {argument.arg for argument in _arguments(node.args)})
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                # The first iterable is evaluated outside, before any of the targets exists.
                self._push(node.generators[0].iter, hidden)
                self._children(node, hidden | _targets(node))
            case ast.AnnAssign():
                self._push(node.annotation, hidden, quoted=True)
                self._push(node.value, hidden)
                self._push(node.target, hidden)
            case ast.Import() | ast.ImportFrom():
                self._import(node)

    def _push(self, node: ast.AST | None, hidden: frozenset[str], *, quoted: bool = False) -> None:
        if node is not None:
            self.stack.append(([node], hidden, quoted))

    def _each(self, nodes: Iterable[ast.AST | None], hidden: frozenset[str], *, quoted: bool = False) -> None:
        self.stack.append(([node for node in nodes if node is not None], hidden, quoted))

    def _children(self, node: ast.AST, hidden: frozenset[str]) -> None:
        parts: list[ast.AST] = []
        _parts(node, parts)
        self.stack.append((parts, hidden, False))

    def _attribute(self, node: ast.Attribute, hidden: frozenset[str], quoted: bool) -> None:
        path = dotted(node)
        if path is None:
            self._push(node.value, hidden, quoted=quoted)
        elif path[0] not in hidden:
            self.paths.add(path)
            if path[:2] in _OWN_NAMES:
                self.computed.append(Computed("names", node))

    def _call(self, node: ast.Call, hidden: frozenset[str]) -> None:
        path = dotted(node.func)
        if path is not None and path[0] not in hidden:
            if len(path) == 1 and path[0] in _RUNS_TEXT:
                self.computed.append(Computed("text", node))
            elif path in _OWN_NAMES:
                self.computed.append(Computed("names", node))
            elif path[-1] in IMPORTERS:
                self._importer(node)
        self._children(node, hidden)

    def _importer(self, node: ast.Call) -> None:
        match node.args:
            case [ast.Constant(value=str(name))] if not node.keywords and not name.startswith("."):
                self.loaded.append(name)
            case _:
                self.computed.append(Computed("import", node))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, hidden: frozenset[str]) -> None:
        self._each(node.decorator_list, hidden)
        self._each([*node.args.defaults, *node.args.kw_defaults], hidden)
        arguments = _arguments(node.args)
        self._each([argument.annotation for argument in arguments], hidden, quoted=True)
        self._push(node.returns, hidden, quoted=True)
        inner = hidden | {argument.arg for argument in arguments} | _bound(node.body)
        parameters = getattr(node, "type_params", None)
        self._each(parameters or (), hidden)
        self._each(node.body, inner)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.imports.extend(imported(node, self.package))
        if isinstance(node, ast.Import):
            self.modules.extend(alias.name for alias in node.names)


def uses_of(nodes: Iterable[ast.AST], package: str) -> Uses:
    """What the nodes of a module in `package` use."""
    collector = _Collector(package)
    collector.stack.append((list(nodes), frozenset(), False))
    collector.run()
    return Uses(
        frozenset(collector.paths),
        tuple(dict.fromkeys(collector.imports)),
        tuple(dict.fromkeys(collector.modules)),
        tuple(dict.fromkeys(collector.loaded)),
        tuple(collector.computed),
    )


def yields(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a generator: a yield of its own, not of a function inside it."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(inner, (*_FUNCTIONS, ast.Lambda)):
            stack.extend(ast.iter_child_nodes(inner))
    return False


def _arguments(of: ast.arguments) -> list[ast.arg]:
    extra = [argument for argument in (of.vararg, of.kwarg) if argument is not None]
    return [*of.posonlyargs, *of.args, *of.kwonlyargs, *extra]


def _targets(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> frozenset[str]:
    return frozenset(
        inner.id for part in node.generators for inner in ast.walk(part.target) if isinstance(inner, ast.Name)
    )


def _parts(node: ast.AST, into: list[ast.AST]) -> None:
    """Adds the nodes directly inside a node."""
    kind = type(node)
    names = _PARTS.get(kind)
    if names is None:
        names = _PARTS[kind] = tuple(name for name in kind._fields if name not in _TEXT_ONLY)
    for name in names:
        value = getattr(node, name, None)
        if type(value) is list:
            for item in value:
                if isinstance(item, ast.AST):
                    into.append(item)  # noqa: PERF401 - a generator costs more than these few items
        elif isinstance(value, ast.AST):
            into.append(value)


def _bound(body: list[ast.stmt]) -> frozenset[str]:
    # The names a function binds itself; imports stay visible so that what they lead to is followed.
    bound: set[str] = set()
    outer: set[str] = set()
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is ast.Name:
            if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
                bound.add(node.id)  # type: ignore[attr-defined]
        elif kind is ast.Constant or kind is ast.Lambda:
            continue
        elif kind not in _BINDING or _binds(node, bound, outer, stack):
            _parts(node, stack)
    return frozenset(bound - outer)


def _binds(node: ast.AST, bound: set[str], outer: set[str], stack: list[ast.AST]) -> bool:
    """Notes what a node binds; whether its parts are to be walked."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            bound.add(name)
            return False
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            outer.update(names)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            bound.add(name)
        case ast.MatchMapping(rest=str(name)):
            bound.add(name)
        case ast.comprehension():
            stack.append(node.iter)  # its target is its own
            stack.extend(node.ifs)
            return False
    return True
