"""First-party enums: their members' values, read from the body of the class."""

from __future__ import annotations

import ast

from flyteops.model.types import EnumOf
from flyteops.source.class_shapes import shape_of
from flyteops.source.names import Definition, External, Names
from flyteops.source.readings import Reading, Unread


def enum_members(found: Definition, names: Names) -> dict[str, str | int] | Unread:
    """The members of an enum, name to value, in order."""
    node = found.node
    if not isinstance(node, ast.ClassDef):
        return Unread(f"`{found.name}` is not a class")
    members: dict[str, str | int] = {}
    mixin = shape_of(found, names).mixin
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not name.startswith("_"):
                read = _member(value, name, mixin=mixin, last=members, names=names, found=found)
                if isinstance(read, Unread):
                    return read
                members[name] = read
            case ast.FunctionDef(name="_generate_next_value_"):
                return Unread(f"enum `{found.name}` computes its values")
    return members


def enum_type(found: Definition, names: Names) -> Reading:
    """The type of an enum: its values, in order."""
    members = enum_members(found, names)
    if isinstance(members, Unread):
        return members
    values = tuple(dict.fromkeys(members.values()))
    if not values:
        return Unread(f"enum `{found.name}` has no members")
    if len({type(value) for value in values}) != 1:
        return Unread(f"the values of enum `{found.name}` are not all text or all whole numbers")
    return EnumOf(values)


def _base_names(node: ast.ClassDef) -> list[str]:
    return [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]


def _member(
    value: ast.expr, name: str, *, mixin: str, last: dict[str, str | int], names: Names, found: Definition
) -> str | int | Unread:
    match value:
        case ast.Constant(value=str() | int() as plain) if not isinstance(plain, bool):
            return str(plain) if mixin == "str" else plain
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case ast.Name(id=other) if other in last:
            return last[other]
        case ast.Call(func=func, args=[]):
            target = names.expression(func, found.module)
            if isinstance(target, External) and target.name == "enum.auto":
                return _automatic(name, mixin, last, found)
    return Unread(f"the value of `{found.name}.{name}` is neither text nor a whole number")


def _automatic(name: str, mixin: str, last: dict[str, str | int], found: Definition) -> str | int | Unread:
    if mixin == "str":
        derived = isinstance(found.node, ast.ClassDef) and "StrEnum" in _base_names(found.node)
        return name.lower() if derived else Unread(f"`{found.name}.{name}` is computed")
    numbers = [value for value in last.values() if isinstance(value, int)]
    return max(numbers) + 1 if numbers else 1
