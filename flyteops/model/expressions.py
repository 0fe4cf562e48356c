"""Conditions after parsing and type checking: what `when:` means, free of text and places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal as OneOf
from typing import Union, assert_never

from flyteops.model.digest import Json
from flyteops.model.frozen import frozen
from flyteops.model.literals import Literal
from flyteops.model.references import Reference, reference_text
from flyteops.model.types import LiteralType, type_wire

CompareOperator = OneOf["==", "!=", "<", "<=", ">", ">="]


@frozen
class Constant:
    """A literal of the expression, in wire form."""

    literal: Literal


@frozen
class Lookup:
    """The value at a reference, with its type."""

    to: Reference
    type: LiteralType


Operand = Union[Constant, Lookup]


@frozen
class Compare:
    """`left op right`, both sides of comparable types."""

    operator: CompareOperator
    left: Operand
    right: Operand


@frozen
class Membership:
    """`operand in [a, b]`, or `not in` when negated."""

    operand: Operand
    values: tuple[Literal, ...]
    negated: bool


@frozen
class NoneTest:
    """`operand is none`, or `is not none` when negated."""

    operand: Operand
    negated: bool


@frozen
class Truth:
    """A bare bool: a reference or `true`/`false`."""

    operand: Operand


@frozen
class Not:
    """`not condition`."""

    condition: Condition


@frozen
class Both:
    """`left and right`; the right side is not looked at when the left is false."""

    left: Condition
    right: Condition


@frozen
class Either:
    """`left or right`; the right side is not looked at when the left is true."""

    left: Condition
    right: Condition


Condition = Union[Compare, Membership, NoneTest, Truth, Not, Both, Either]


def operands_of(condition: Condition) -> Iterator[Operand]:
    """Every operand of a condition, left to right."""
    match condition:
        case Compare(left=left, right=right):
            yield left
            yield right
        case Membership(operand=operand) | NoneTest(operand=operand) | Truth(operand=operand):
            yield operand
        case Not(condition=inner):
            yield from operands_of(inner)
        case Both(left=one, right=other) | Either(left=one, right=other):
            yield from operands_of(one)
            yield from operands_of(other)
        case _:
            assert_never(condition)


def condition_references(condition: Condition) -> Iterator[Reference]:
    """Every reference a condition looks at."""
    for operand in operands_of(condition):
        if isinstance(operand, Lookup):
            yield operand.to


def operand_wire(operand: Operand) -> Json:
    """`{"type", "value"}` or `{"ref", "type"}`."""
    match operand:
        case Constant(literal=literal):
            return {"type": type_wire(literal.type), "value": literal.value}
        case Lookup(to=to, type=found):
            return {"ref": reference_text(to), "type": type_wire(found)}
        case _:
            assert_never(operand)


def condition_wire(condition: Condition, operand: Callable[[Operand], Json] = operand_wire) -> Json:
    """The JSON form that is hashed. A run passes its own `operand` form, whose references name steps."""
    match condition:
        case Compare(operator=operator, left=left, right=right):
            return {"compare": [operator, operand(left), operand(right)]}
        case Membership(operand=of, values=values, negated=negated):
            members: list[Json] = [{"type": type_wire(each.type), "value": each.value} for each in values]
            return {"in": [operand(of), members], "negated": negated}
        case NoneTest(operand=of, negated=negated):
            return {"none": operand(of), "negated": negated}
        case Truth(operand=of):
            return {"truth": operand(of)}
        case Not(condition=inner):
            return {"not": condition_wire(inner, operand)}
        case Both(left=one, right=other):
            return {"and": [condition_wire(one, operand), condition_wire(other, operand)]}
        case Either(left=one, right=other):
            return {"or": [condition_wire(one, operand), condition_wire(other, operand)]}
        case _:
            assert_never(condition)
