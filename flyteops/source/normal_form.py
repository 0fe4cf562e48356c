"""One text for a piece of Python whatever its layout, comments, docstrings and the Python that parsed it.

Changing a character of what comes out needs a new version of the digest's tag, never an edit.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable

_SKIPPED = frozenset({"ctx", "kind", "type_comment", "type_ignores", "lineno", "col_offset"})
_WITH_DOCSTRING = frozenset({ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_FIELDS: dict[type, tuple[tuple[str, str], ...]] = {}
"""The fields of each kind of node with their labels; filled as kinds are met."""

_text = json.encoder.encode_basestring_ascii


def normal_form(of: ast.AST | Iterable[ast.AST]) -> str:
    """`(Type field=…)` for every node, without positions, contexts, docstrings and what is empty."""
    out: list[str] = []
    # Own stack: a chain of 300 `elif` is legal and deeper than Python's own.
    stack: list[object] = [of] if isinstance(of, ast.AST) else list(reversed(list(of)))
    while stack:
        item = stack.pop()
        if type(item) is str:
            out.append(item)
        elif isinstance(item, ast.AST):
            leaf = _leaf(item)
            if leaf is None:
                _open(item, out, stack)
            else:
                out.append(leaf)
    return "".join(out)


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements after the docstring, if there is one."""
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return body[1:]
    return body


def _open(node: ast.AST, out: list[str], stack: list[object]) -> None:
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple((name, f" {name}=") for name in kind._fields if name not in _SKIPPED)
    out.append("(" + kind.__name__)
    # Straight out up to the first part that has to be walked; the rest waits on the stack behind it.
    todo: list[object] = []
    write: Callable[[str], None] = out.append
    for name, label in fields:
        value = getattr(node, name, None)
        if value is None:
            continue
        if type(value) is list:
            if not value:
                continue
            if name == "body" and kind in _WITH_DOCSTRING:
                value = without_docstring(value)
            elif kind is ast.JoinedStr:
                value = _pieces(value)
            write(label + "[")
            for item in value:
                leaf = _leaf(item)
                if leaf is None:
                    todo.append(item)
                    write = todo.append
                    write(",")
                else:
                    write(leaf + ",")  # every item is closed by a comma
            write("]")
            continue
        leaf = _leaf(value)
        if leaf is not None:
            write(label + leaf)
        elif kind is not ast.FormattedValue or name != "format_spec" or getattr(value, "values", None):
            write(label)
            todo.append(value)
            write = todo.append
        # f"{x:}": some Pythons keep the empty format, others drop it
    write(")")
    todo.reverse()
    stack.extend(todo)


def _leaf(value: object) -> str | None:
    """What needs no walking, at once; None for a node with parts. `-` stands for an absent item, as in `{**a}`."""
    kind = type(value)
    if kind is ast.Name:
        return "(Name id=" + _text(value.id) + ")"  # type: ignore[attr-defined]
    if kind is ast.Constant:
        return _constant(value.value)  # type: ignore[attr-defined]
    if kind is str:
        return _text(value)  # type: ignore[arg-type]
    if value is None:
        return "-"
    if isinstance(value, ast.AST):
        return None if value._fields else f"({kind.__name__})"
    return repr(value)


def _pieces(values: list[ast.expr]) -> list[ast.expr]:
    # The text between the holes of an f-string is cut differently by different Pythons: joined, empty ones dropped.
    found: list[ast.expr] = []
    for value in values:
        last = found[-1] if found else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if not value.value:
                continue
            if isinstance(last, ast.Constant) and isinstance(last.value, str):
                found[-1] = ast.Constant(last.value + value.value)
                continue
        found.append(value)
    return found


def _constant(value: object) -> str:
    # Never repr() of text (it depends on the Unicode tables of the Python) nor decimals of huge numbers (bounded).
    if type(value) is str:
        return _text(value)
    match value:
        case bool() | None:
            return repr(value)
        case int():
            return repr(value) if -(10**15) < value < 10**15 else hex(value)
        case float():
            return "f" + value.hex()
        case complex():
            return "c" + value.imag.hex()
        case bytes():
            return "b" + value.hex()
        case _:
            return repr(value)  # Ellipsis
