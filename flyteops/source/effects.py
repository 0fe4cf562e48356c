"""Whether importing a module does more than define names: then every edit of it may matter."""

from __future__ import annotations

import ast

from flyteops.model.flyte_names import of_flyte
from flyteops.source.class_shapes import shape_of
from flyteops.source.flyte import decorator_kind, is_made_by_flyte
from flyteops.source.modules import Module, blocks_of, is_main_guard, stored
from flyteops.source.names import Definition, External, Names, dotted
from flyteops.source.normal_form import without_docstring

# Calls that make a value out of their arguments and touch nothing else, by the start of their full name.
_HARMLESS = (
    "builtins.", "collections.", "copy.", "dataclasses.", "datetime.", "decimal.", "enum.", "fractions.",
    "functools.", "importlib.resources.", "itertools.", "json.dumps", "json.loads", "logging.", "math.", "operator.",
    "os.environ.get", "os.getenv", "os.path.", "pathlib.", "re.compile", "string.", "textwrap.", "types.", "typing.",
    "typing_extensions.", "uuid.UUID", "warnings.filterwarnings", "warnings.simplefilter", "zoneinfo.ZoneInfo",
)  # fmt: skip
_HARMFUL = frozenset({
    "builtins.exec", "builtins.eval", "builtins.setattr", "builtins.delattr", "builtins.globals", "builtins.vars",
    "builtins.__import__", "builtins.open", "builtins.print", "builtins.input",
})  # fmt: skip
_WRAPS = frozenset({"functools.wraps", "functools.update_wrapper"})


def runs_code(module: Module, names: Names) -> bool:
    """Whether the top level does anything but define functions, classes and plain constants."""
    return any(_runs(statement, module, names) for statement in module.tree.body)


def keeps_signature(found: Definition, names: Names) -> bool:
    """Whether a first-party decorator only wraps: functions inside functions, one of them under `functools.wraps`."""
    node = found.node
    return isinstance(node, ast.FunctionDef) and _only_wraps(node, found.module, names, depth=0)


def _only_wraps(node: ast.FunctionDef, module: Module, names: Names, *, depth: int) -> bool:
    body = without_docstring(node.body)
    if depth > 2 or not body or not isinstance(body[-1], ast.Return):
        return False
    inner = body[:-1]
    return bool(inner) and all(
        isinstance(statement, ast.FunctionDef)
        and (_has_wraps(statement, module, names) or _only_wraps(statement, module, names, depth=depth + 1))
        for statement in inner
    )


def _has_wraps(node: ast.FunctionDef, module: Module, names: Names) -> bool:
    for decorator in node.decorator_list:
        head = decorator.func if isinstance(decorator, ast.Call) else decorator
        target = names.expression(head, module)
        if isinstance(target, External) and target.name in _WRAPS:
            return True
    return False


def _runs(statement: ast.stmt, module: Module, names: Names) -> bool:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return any(_decorator_runs(decorator, module, names) for decorator in statement.decorator_list)
        case ast.ClassDef():
            return _class_runs(statement, module, names)
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(value=ast.Constant()):
            return False
        case ast.Assign(targets=targets, value=value):
            return not all(_plain(target) for target in targets) or _calls(value, module, names)
        case ast.AnnAssign(target=target, value=value):
            return not _plain(target) or (value is not None and _calls(value, module, names))
        case ast.AugAssign(target=target, value=value):
            return not _plain(target) or _calls(value, module, names)
        case ast.Expr(value=value) | ast.Assert(test=value):
            return _calls(value, module, names)
        case ast.If(test=test):
            if is_main_guard(test):
                return False
            return _calls(test, module, names) or _nested(statement, module, names)
        case ast.Try():
            return _nested(statement, module, names)
        case _:
            return type(statement).__name__ != "TypeAlias"


def _nested(statement: ast.stmt, module: Module, names: Names) -> bool:
    return any(_runs(inner, module, names) for body in blocks_of(statement) for inner in body)


def _plain(target: ast.expr) -> bool:
    return bool(stored(target)) and not any(
        isinstance(inner, ast.Attribute | ast.Subscript) for inner in ast.walk(target)
    )


def _decorator_runs(decorator: ast.expr, module: Module, names: Names) -> bool:
    head = decorator.func if isinstance(decorator, ast.Call) else decorator
    target = names.expression(head, module)
    if isinstance(target, External):
        return False
    if decorator_kind(decorator, module, names) is not None:
        return False
    return not isinstance(target, Definition) or not keeps_signature(target, names)


def _class_runs(node: ast.ClassDef, module: Module, names: Names) -> bool:
    if any(_decorator_runs(decorator, module, names) for decorator in node.decorator_list):
        return True
    if any(
        isinstance(names.expression(keyword.value, module), Definition)
        for keyword in node.keywords
        if keyword.arg == "metaclass"
    ):
        return True
    return any(_registers(base, module, names, depth=0) for base in node.bases)


def _registers(base: ast.expr, module: Module, names: Names, *, depth: int) -> bool:
    # A base with __init_subclass__ runs for every class derived from it.
    target = names.expression(base.value if isinstance(base, ast.Subscript) else base, module)
    if not isinstance(target, Definition) or not isinstance(target.node, ast.ClassDef):
        return False
    if depth > 20 or "__init_subclass__" in _methods(target.node):
        return True
    return any(_registers(inner, target.module, names, depth=depth + 1) for inner in target.node.bases)


def _methods(node: ast.ClassDef) -> set[str]:
    return {statement.name for statement in node.body if isinstance(statement, ast.FunctionDef)}


def _calls(value: ast.expr, module: Module, names: Names) -> bool:
    stack: list[ast.AST] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Lambda | ast.Constant | ast.Name):
            continue
        if isinstance(node, ast.Call) and not _harmless(node, module, names):
            return True
        if isinstance(node, ast.Await | ast.NamedExpr):
            return True
        stack.extend(ast.iter_child_nodes(node))
    return False


def _harmless(call: ast.Call, module: Module, names: Names) -> bool:
    if dotted(call.func) is None:
        # A method of a constant or of another call's value: the other call is looked at by itself.
        inner: ast.expr = call.func
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        return isinstance(inner, ast.Constant | ast.JoinedStr | ast.Call | ast.List | ast.Dict | ast.Tuple | ast.BinOp)
    target = names.expression(call.func, module)
    if isinstance(target, External):
        return of_flyte(target.name) or (target.name.startswith(_HARMLESS) and target.name not in _HARMFUL)
    if isinstance(call.func, ast.Attribute) and is_made_by_flyte(call.func.value, module, names):
        return True  # image.is_container(), image.with_packages(…)
    if isinstance(target, Definition) and isinstance(target.node, ast.ClassDef):
        made = _methods(target.node) & {"__init__", "__new__", "__post_init__", "model_post_init"}
        return not made and shape_of(target, names).kind not in ("plain", "enum")
    return False
