"""First-party modules by name: found under the import roots and parsed once, within bounds. Never imports anything."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal as OneOf

from flyteops.model.diagnostics import Place
from flyteops.model.frozen import frozen
from flyteops.source.parsing import Unparsed, decoded, lines_of, parsed, start_of, unparsed

Ignored = Callable[[Iterable[str]], frozenset[str]]
"""Asks which of some paths are files that git ignores."""

BindingKind = OneOf["function", "class", "import", "value", "alias", "other"]


@frozen(kw_only=False)
class ImportTarget:
    """What an import binds: a module, or the name of a module. `module` is absolute; None leads out of the roots."""

    module: str | None
    name: str | None


@frozen(kw_only=False)
class Binding:
    """One way a top-level name gets its meaning. `index` is its statement in the module's body."""

    kind: BindingKind
    node: ast.stmt
    index: int
    conditional: bool
    target: ImportTarget | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Module:
    """A parsed module: its names, and the modules whose names it takes with a star."""

    name: str
    path: str
    package: str
    tree: ast.Module
    text: str
    bindings: Mapping[str, tuple[Binding, ...]]
    stars: tuple[str, ...]

    def place(self, node: ast.AST) -> Place:
        """The range of a node in code points."""
        line: int = getattr(node, "lineno", 1)
        column: int = getattr(node, "col_offset", 0)
        end_line: int = getattr(node, "end_lineno", None) or line
        end_column: int = getattr(node, "end_col_offset", None) or column
        if not self.text.isascii():
            column = self._points(line, column)
            end_column = self._points(end_line, end_column)
        return Place(path=self.path, line=line, column=column + 1, end_line=end_line, end_column=end_column + 1)

    def name_place(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Place:
        """The name in a definition, not the whole body."""
        start = self.place(node)
        keyword = 6 if isinstance(node, ast.ClassDef) else 4 if isinstance(node, ast.FunctionDef) else 10
        column = start.column + keyword
        return Place(
            path=self.path, line=start.line, column=column, end_line=start.line, end_column=column + len(node.name)
        )

    def _points(self, line: int, offset: int) -> int:
        lines = lines_of(self.text)
        if line > len(lines):
            return offset
        return len(lines[line - 1].encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))


class Modules:
    """The modules of a tree, parsed when first asked for and kept."""

    def __init__(
        self,
        read: Callable[[str], bytes | None],
        paths: Collection[str],
        *,
        roots: tuple[str, ...],
        ignored: Ignored = lambda _: frozenset(),
    ) -> None:
        self._read = read
        self._ignored = ignored
        self._hidden: dict[str, str | None] = {}
        self._paths = frozenset(paths)
        self._roots = tuple(_prefix(root) for root in roots) or ("",)
        self._loaded: dict[str, Module | Unparsed | None] = {}
        self._found: dict[str, str | None] = {}
        self._names: dict[str, str] | None = None
        self._folders: frozenset[str] | None = None

    def path_of(self, name: str) -> str | None:
        """The file of a module: the first root wins, a package wins over a module, as Python does."""
        if name not in self._found:
            tail = name.replace(".", "/")
            candidates = (f"{root}{tail}{end}" for root in self._roots for end in ("/__init__.py", ".py"))
            self._found[name] = next((path for path in candidates if path in self._paths), None)
        return self._found[name]

    def hidden(self, name: str) -> str | None:
        """The file that Python would take for a module of that name, when git ignores it: here, and nowhere else."""
        if name not in self._hidden:
            looked = self._before(name)
            ignored = self._ignored(looked) if looked else frozenset()
            self._hidden[name] = next((path for path in looked if path in ignored), None)
        return self._hidden[name]

    def _before(self, name: str) -> tuple[str, ...]:
        """Where Python looks before it comes to the root that has the module."""
        found, tail = self.path_of(name), name.replace(".", "/")
        roots = self._roots
        if found is not None:
            own = next(at for at, root in enumerate(roots) if found.startswith(f"{root}{tail}"))
            roots = roots[:own]
        return tuple(f"{root}{tail}{end}" for root in roots for end in ("/__init__.py", ".py"))

    def looked_at(self, name: str) -> tuple[str, ...]:
        """The files in which a module of that name would be."""
        tail = name.replace(".", "/")
        return tuple(f"{root}{tail}{end}" for root in self._roots for end in (".py", "/__init__.py"))

    def is_folder(self, name: str) -> bool:
        """Whether the name is a folder of modules, with or without `__init__.py`."""
        if self._folders is None:
            self._folders = frozenset(
                known.rsplit(".", depth)[0] for known in self.names() for depth in range(1, known.count(".") + 1)
            )
        return name in self._folders

    def exists(self, name: str) -> bool:
        """Whether the name is first-party."""
        return self.path_of(name) is not None or self.is_folder(name)

    def names(self) -> Mapping[str, str]:
        """Every importable module under the roots, to its file."""
        if self._names is None:
            self._names = {}
            for path in sorted(self._paths):
                for root in self._roots:
                    if path.startswith(root) and path.endswith(".py"):
                        name = path[len(root) : -3].removesuffix("/__init__").replace("/", ".")
                        if all(part.isidentifier() for part in name.split(".")):
                            self._names.setdefault(name, path)
        return self._names

    def load(self, name: str) -> Module | Unparsed | None:
        """The parsed module, why it could not be parsed, or None when there is none of that name."""
        if name not in self._loaded:
            path = self.path_of(name)
            self._loaded[name] = None if path is None else self._parse(name, path)
        return self._loaded[name]

    def _parse(self, name: str, path: str) -> Module | Unparsed:
        source = self._read(path)
        if source is None:
            return unparsed("FO406", f"{path} cannot be read", start_of(path), "the file vanished while it was read")
        text = decoded(source, path)
        if isinstance(text, Unparsed):
            return text
        tree = parsed(text, path)
        if isinstance(tree, Unparsed):
            return tree
        package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
        try:
            bindings, stars = _scan(tree, package)
        except RecursionError:
            return unparsed("FO406", f"{path} is nested too deeply", start_of(path), "blocks within blocks", "split it")
        return Module(name=name, path=path, package=package, tree=tree, text=text, bindings=bindings, stars=stars)


def absolute(package: str, node: ast.ImportFrom) -> str | None:
    """The absolute name of the module an import names; None when its dots lead out of the top package."""
    if not node.level:
        return node.module
    parts = package.split(".") if package else []
    if node.level > len(parts):
        return None
    head = parts[: len(parts) - node.level + 1]
    return ".".join([*head, node.module] if node.module else head)


def is_type_checking(test: ast.expr) -> bool:
    """Whether a condition is `TYPE_CHECKING`."""
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def is_main_guard(test: ast.expr) -> bool:
    """Whether a condition is `__name__ == "__main__"`: what stands under it never runs on import."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def blocks_of(statement: ast.stmt) -> tuple[list[ast.stmt], ...]:
    """The bodies nested directly in a compound statement that share the scope around it."""
    match statement:
        case ast.If() | ast.For() | ast.AsyncFor() | ast.While():
            return (statement.body, statement.orelse)
        case ast.With() | ast.AsyncWith():
            return (statement.body,)
        case ast.Try() | ast.TryStar():
            handlers = (handler.body for handler in statement.handlers)
            return (statement.body, *handlers, statement.orelse, statement.finalbody)
        case ast.Match():
            return tuple(case.body for case in statement.cases)
        case _:
            return ()


def _prefix(root: str) -> str:
    clean = root.removeprefix("./").strip("/")
    return "" if clean in ("", ".") else clean + "/"


# ----------------------------------------------------------------------------------------------- scanning


def _scan(tree: ast.Module, package: str) -> tuple[Mapping[str, tuple[Binding, ...]], tuple[str, ...]]:
    found: dict[str, list[Binding]] = {}
    stars: list[str] = []
    for index, statement in enumerate(tree.body):
        for name, binding in _bindings(statement, index=index, conditional=False, package=package):
            if name == "*":
                if binding.target is not None and binding.target.module is not None:
                    stars.append(binding.target.module)
            else:
                found.setdefault(name, []).append(binding)
    return {name: tuple(bindings) for name, bindings in found.items()}, tuple(dict.fromkeys(stars))


def _bindings(statement: ast.stmt, *, index: int, conditional: bool, package: str) -> list[tuple[str, Binding]]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [(statement.name, Binding("function", statement, index, conditional))]
        case ast.ClassDef():
            return [(statement.name, Binding("class", statement, index, conditional))]
        case ast.Import() | ast.ImportFrom():
            return [
                (name, Binding("import", statement, index, conditional, target))
                for name, target in imported(statement, package)
            ]
        case ast.Assign(targets=targets):
            return [(n, Binding("value", statement, index, conditional)) for t in targets for n in stored(t)]
        case ast.AnnAssign(target=target, value=value):
            if value is None:
                return []
            return [(n, Binding("value", statement, index, conditional)) for n in stored(target)]
        case ast.AugAssign(target=target):
            return [(n, Binding("other", statement, index, conditional)) for n in stored(target)]
        case ast.Delete(targets=targets):
            return [(t.id, Binding("other", statement, index, conditional)) for t in targets if isinstance(t, ast.Name)]
    if type(statement).__name__ == "TypeAlias":  # Python 3.12 and newer
        return [(statement.name.id, Binding("alias", statement, index, conditional))]  # type: ignore[attr-defined]
    return _nested(statement, index=index, package=package)


def _nested(statement: ast.stmt, *, index: int, package: str) -> list[tuple[str, Binding]]:
    if isinstance(statement, ast.If) and is_main_guard(statement.test):
        return []
    found: list[tuple[str, Binding]] = []
    for body in blocks_of(statement):
        sure = isinstance(statement, ast.If) and is_type_checking(statement.test) and body is statement.body
        for inner in body:
            for name, binding in _bindings(inner, index=index, conditional=not sure, package=package):
                found.append((name, binding))
    match statement:
        case ast.For(target=target) | ast.AsyncFor(target=target):
            found += [(name, Binding("other", statement, index, True)) for name in stored(target)]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            held = [item.optional_vars for item in items if item.optional_vars is not None]
            found += [(name, Binding("other", statement, index, True)) for target in held for name in stored(target)]
    return found


def imported(statement: ast.Import | ast.ImportFrom, package: str) -> list[tuple[str, ImportTarget]]:
    """The names an import binds and what each stands for; a star is the name `*`."""
    if isinstance(statement, ast.ImportFrom):
        module = absolute(package, statement)
        return [(alias.asname or alias.name, ImportTarget(module, alias.name)) for alias in statement.names]
    return [
        (alias.asname, ImportTarget(alias.name, None))
        if alias.asname
        else (alias.name.partition(".")[0], ImportTarget(alias.name.partition(".")[0], None))
        for alias in statement.names
    ]


def stored(target: ast.expr) -> list[str]:
    """The names an assignment's target binds."""
    match target:
        case ast.Name(id=name):
            return [name]
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return [name for item in items for name in stored(item)]
        case ast.Starred(value=value):
            return stored(value)
        case _:
            return []
