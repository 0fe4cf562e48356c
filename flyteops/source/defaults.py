"""Defaults of parameters as typed literals. Only constants are read; nothing is ever computed (not even 2 ** 2)."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Union

from flyteops.model.digest import Json, ordered_pairs
from flyteops.model.frozen import frozen
from flyteops.model.literals import Literal
from flyteops.model.types import (
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    PickleOf,
    Simple,
    UnionOf,
    member_key,
)
from flyteops.source.enums import enum_members
from flyteops.source.modules import Module
from flyteops.source.names import Definition, External, Missing, ModuleName, Names

_ONE_ARGUMENT = 1
_UTC = frozenset({"datetime.timezone.utc", "datetime.UTC"})
_INFINITE = {"math.inf": math.inf, "math.nan": math.nan}


@frozen(kw_only=False)
class InPod:
    """A default that is no constant: decided where the function runs."""


@frozen(kw_only=False)
class Wrong:
    """A constant that is no value of the type, as it is written."""

    written: str


@frozen(kw_only=False)
class _Member:
    """The value of an enum's member."""

    value: str | int


# What a default says before it meets its type.
_Constant = Union[None, bool, int, float, str, date, timedelta, _Member, list["_Constant"], "_Pairs"]


@frozen(kw_only=False)
class _Pairs:
    items: tuple[tuple[_Constant, _Constant], ...]


class _NoFit(Exception):
    """The constant is no value of the type."""


def default_of(of: ast.expr, wanted: LiteralType, module: Module, *, names: Names) -> Literal | InPod | Wrong:
    """The literal of a default for a type."""
    constant = _constant(of, module, names)
    if isinstance(constant, InPod):
        return constant
    try:
        value = _fitted(constant, wanted)
    except _NoFit:
        return Wrong(ast.get_source_segment(module.text, of) or "it")
    return value if isinstance(value, InPod) else Literal(type=wanted, value=value)


# ------------------------------------------------------------------------------------ syntax to constants


def _constant(of: ast.expr, module: Module, names: Names) -> _Constant | InPod:
    match of:
        case ast.Constant(value=(None | bool() | int() | float() | str()) as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = _constant(operand, module, names)
            return -number if isinstance(number, int | float) and not isinstance(number, bool) else InPod()
        case ast.UnaryOp(op=ast.UAdd(), operand=ast.Constant(value=(int() | float()) as value)):
            return value
        case ast.List(elts=items):
            return _items(items, module, names)
        case ast.Dict(keys=keys, values=values):
            return _pairs(keys, values, module, names)
        case ast.Attribute():
            return _attribute(of, module, names)
        case ast.Call():
            return _called(of, module, names)
        case _:
            return InPod()


def _items(items: list[ast.expr], module: Module, names: Names) -> _Constant | InPod:
    found: list[_Constant] = []
    for item in items:
        constant = _constant(item, module, names)
        if isinstance(constant, InPod):
            return constant
        found.append(constant)
    return found


def _pairs(keys: list[ast.expr | None], values: list[ast.expr], module: Module, names: Names) -> _Constant | InPod:
    found: list[tuple[_Constant, _Constant]] = []
    for key, value in zip(keys, values, strict=True):
        left = InPod() if key is None else _constant(key, module, names)
        right = _constant(value, module, names)
        if isinstance(left, InPod) or isinstance(right, InPod):
            return InPod()
        found.append((left, right))
    return _Pairs(tuple(found))


def _attribute(of: ast.Attribute, module: Module, names: Names) -> _Constant | InPod:
    if of.attr == "value" and isinstance(of.value, ast.Attribute):
        inner = _attribute(of.value, module, names)
        return inner.value if isinstance(inner, _Member) else InPod()
    owner = names.expression(of.value, module)
    match owner:
        case Definition(node=ast.ClassDef(), conditional=False):
            members = enum_members(owner, names)
            if isinstance(members, dict) and of.attr in members:
                return _Member(members[of.attr])
        case ModuleName() | External() | Missing():
            found = names.expression(of, module)
            if isinstance(found, External) and found.name in _INFINITE:
                return _INFINITE[found.name]
    return InPod()


def _called(of: ast.Call, module: Module, names: Names) -> _Constant | InPod:
    target = names.expression(of.func, module)
    if not isinstance(target, External):
        return InPod()
    match target.name, of.args:
        case "builtins.float", [ast.Constant(value=str(text))] if not of.keywords:
            return _number(text)
        case ("builtins.list" | "builtins.dict") as name, [] if not of.keywords:
            return [] if name == "builtins.list" else _Pairs(())
        case (("datetime.timedelta" | "datetime.date" | "datetime.datetime"), _):
            return _time(target.name.rpartition(".")[2], of, module, names)
        case _:
            return InPod()


def _number(text: str) -> float | InPod:
    try:
        return float(text)
    except ValueError:
        return InPod()


_TIMES: dict[str, Callable[..., date | timedelta]] = {"timedelta": timedelta, "date": date, "datetime": datetime}


def _time(kind: str, of: ast.Call, module: Module, names: Names) -> date | timedelta | InPod:
    given: list[int | float] = []
    for argument in of.args:
        value = _constant(argument, module, names)
        if not isinstance(value, int | float):
            return InPod()
        given.append(value)
    named: dict[str, object] = {}
    for keyword in of.keywords:
        target = names.expression(keyword.value, module)
        if keyword.arg is None:
            return InPod()
        if keyword.arg == "tzinfo" and isinstance(target, External) and target.name in _UTC:
            named["tzinfo"] = UTC
            continue
        value = _constant(keyword.value, module, names)
        if not isinstance(value, int | float):
            return InPod()
        named[keyword.arg] = value
    try:
        made = _TIMES[kind](*given, **named)
    except (TypeError, ValueError, OverflowError):
        return InPod()
    # A naive time means another moment on every machine: the pod decides.
    return InPod() if isinstance(made, datetime) and made.tzinfo is None else made


# --------------------------------------------------------------------------------- constants to wire form


def _fitted(constant: _Constant, wanted: LiteralType) -> Json | InPod:
    match wanted:
        case Simple(name):
            return _simple(constant, name)
        case EnumOf(values):
            value = constant.value if isinstance(constant, _Member) else constant
            if isinstance(value, str | int) and not isinstance(value, bool) and value in values:
                return value
            raise _NoFit
        case ListOf(item):
            if isinstance(constant, list):
                return _each([_fitted(inner, item) for inner in constant])
            raise _NoFit
        case DictOf():
            return _dict(constant, wanted)
        case UnionOf():
            return _union(constant, wanted)
        case PickleOf():
            return InPod()
        case _:
            # A record's or a file's default is an object of the user's own: only the pod can make it.
            if constant is None or isinstance(constant, bool | int | float | date | timedelta | list):
                raise _NoFit
            return InPod()


def _simple(constant: _Constant, name: str) -> Json:
    match name, constant:
        case "json", _:
            return _json(constant)
        case "none", None:
            return None
        case "bool", bool():
            return constant
        case (_, bool()) | (_, None):
            raise _NoFit
        case "int", int():
            return constant
        case "float", int():
            return _float(constant)
        case "float", float():
            return _special(constant)
        case "str", str():
            return _text(constant)
        case "datetime", datetime():
            return constant.isoformat().replace("+00:00", "Z")  # one spelling, here, in compile and in a pod
        case "date", date() if not isinstance(constant, datetime):
            return constant.isoformat()
        case "timedelta", timedelta():
            return {"$us": constant // timedelta(microseconds=1)}
    raise _NoFit


def _float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        raise _NoFit from None


def _special(number: float) -> Json:
    if math.isnan(number):
        return {"$f": "nan"}
    if math.isinf(number):
        return {"$f": "inf" if number > 0 else "-inf"}
    return number


def _text(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate: no file can hold it
        raise _NoFit from None
    return text


def _json(constant: _Constant) -> Json:
    match constant:
        case None | bool() | int():
            return constant
        case float():
            return _special(constant)
        case str():
            return _text(constant)
        case list():
            return [_json(inner) for inner in constant]
        case _Pairs(items):
            return {_key(key): _json(value) for key, value in items}
        case _:
            raise _NoFit


def _key(constant: _Constant) -> str:
    if isinstance(constant, str):
        return _text(constant)
    raise _NoFit


def _dict(constant: _Constant, wanted: DictOf) -> Json | InPod:
    if not isinstance(constant, _Pairs):
        raise _NoFit
    keys = _each([_fitted(key, wanted.key) for key, _ in constant.items])
    values = _each([_fitted(value, wanted.value) for _, value in constant.items])
    if isinstance(keys, InPod) or isinstance(values, InPod):
        return InPod()
    if wanted.key == Simple("str"):
        return {str(key): value for key, value in zip(keys, values, strict=True)}
    return ordered_pairs(zip(keys, values, strict=True))


def _union(constant: _Constant, wanted: UnionOf) -> Json | InPod:
    # Without conversion first: 1 is an int of `float | int`, but a float of `float | str`.
    # A pickle takes anything: what another member takes is that member's.
    exact = sorted(
        wanted.members,
        key=lambda member: (isinstance(member, PickleOf), isinstance(constant, int) and member == Simple("float")),
    )
    for member in exact:
        try:
            value = _fitted(constant, member)
        except _NoFit:
            continue
        return value if isinstance(value, InPod) else {"$u": member_key(member), "value": value}
    raise _NoFit


def _each(values: list[Json | InPod]) -> list[Json] | InPod:
    found: list[Json] = []
    for value in values:
        if isinstance(value, InPod):
            return value
        found.append(value)
    return found
