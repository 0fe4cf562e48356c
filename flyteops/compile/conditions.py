"""Types of conditions: every operand found in the scope, every comparison between types that compare."""

from __future__ import annotations

from typing import assert_never

from flyteops.compile.faults import Faults
from flyteops.compile.references import Unreadable, read_reference
from flyteops.compile.scope import Scope
from flyteops.compile.spots import within
from flyteops.compile.values import Absent, wire_value
from flyteops.execution.condition_parser import (
    AndTerm,
    BareTerm,
    CompareTerm,
    ConditionTerm,
    InTerm,
    LiteralTerm,
    NoneTerm,
    NotTerm,
    OrTerm,
    Term,
    Unparsed,
    parse_condition,
)
from flyteops.model.digest import Json
from flyteops.model.expressions import (
    Both,
    Compare,
    Condition,
    Constant,
    Either,
    Lookup,
    Membership,
    NoneTest,
    Not,
    Operand,
    Truth,
)
from flyteops.model.literals import Literal
from flyteops.model.references import Reference
from flyteops.model.types import (
    BOOL,
    FLOAT,
    INT,
    JSON,
    NONE,
    STR,
    EnumOf,
    LiteralType,
    Simple,
    UnionOf,
    accepts_none,
    spelling,
    union,
)
from flyteops.source.tree import Scalar

Facts = frozenset[Reference]
"""References that are known to be not none."""
_NOTHING: Facts = frozenset()
_TIMES = ("datetime", "date", "timedelta")
_ORDERED = ("int", "float", "str", *_TIMES)


class _Stop(Exception):
    """A part of the condition cannot be typed; the fault is noted."""


def read_condition(scalar: Scalar, *, scope: Scope) -> Condition | None:
    """The typed condition that a scalar spells; None with the faults noted."""
    try:
        term = parse_condition(scalar.text)
    except Unparsed as unparsed:
        code = "FO241" if "at most" in unparsed.message else "FO240"
        scope.faults.add(
            code,
            f"condition: {unparsed.message}",
            at=within(scalar, unparsed.start, unparsed.end),
            help=unparsed.way_out,
        )
        return None
    checker = _Checker(scalar, scope)
    try:
        condition = checker.check(term, _NOTHING)[0]
    except _Stop:
        return None
    return None if checker.broken else condition


class _Checker:
    def __init__(self, scalar: Scalar, scope: Scope) -> None:
        self.scalar = scalar
        self.scope = scope
        self.broken = False

    def check(self, term: ConditionTerm, known: Facts) -> tuple[Condition, Facts, Facts]:
        """The typed condition, what is known when it holds, and what is known when it does not."""
        match term:
            case AndTerm(left=left, right=right):
                return self._both(left, right, known)
            case OrTerm(left=left, right=right):
                return self._either(left, right, known)
            case NotTerm(condition=inner):
                condition, holds, fails = self.check(inner, known)
                return Not(condition=condition), fails, holds
            case NoneTerm(operand=operand, negated=negated):
                return self._none_test(operand, negated=negated)
            case CompareTerm():
                return self._compare(term, known)
            case InTerm():
                return self._membership(term, known), _NOTHING, _NOTHING
            case BareTerm(operand=operand):
                return self._truth(operand, known), _NOTHING, _NOTHING
            case _:
                assert_never(term)

    def _both(self, left: ConditionTerm, right: ConditionTerm, known: Facts) -> tuple[Condition, Facts, Facts]:
        one = self._try(left, known)
        other = self._try(right, known | (one[1] if one else _NOTHING))
        if one is None or other is None:
            raise _Stop
        return Both(left=one[0], right=other[0]), one[1] | other[1], one[2] & other[2]

    def _either(self, left: ConditionTerm, right: ConditionTerm, known: Facts) -> tuple[Condition, Facts, Facts]:
        one = self._try(left, known)
        other = self._try(right, known | (one[2] if one else _NOTHING))
        if one is None or other is None:
            raise _Stop
        return Either(left=one[0], right=other[0]), one[1] & other[1], one[2] | other[2]

    def _try(self, term: ConditionTerm, known: Facts) -> tuple[Condition, Facts, Facts] | None:
        """Both sides are looked at, whatever the first one says."""
        try:
            return self.check(term, known)
        except _Stop:
            self.broken = True
            return None

    # ------------------------------------------------------------------------------------------- tests

    def _none_test(self, term: Term, *, negated: bool) -> tuple[Condition, Facts, Facts]:
        operand = self._operand(term)
        of = _type_of(operand)
        if not accepts_none(of):
            raise self._refuse(
                "FO242",
                f"{self._text(term)} is never none",
                term,
                label=f"it is {spelling(of)}",
                way_out="take this test away",
            )
        facts = frozenset({operand.to}) if isinstance(operand, Lookup) else _NOTHING
        condition = NoneTest(operand=operand, negated=negated)
        return (condition, facts, _NOTHING) if negated else (condition, _NOTHING, facts)

    def _truth(self, term: Term, known: Facts) -> Condition:
        operand = self._operand(term)
        of = self._present(operand, term, known)
        if of != BOOL:
            raise self._refuse(
                "FO244",
                f"{self._text(term)} alone must be a bool",
                term,
                label=f"it is {spelling(of)}",
                way_out="compare it with a value, for example >= 0.9",
            )
        return Truth(operand=operand)

    def _compare(self, term: CompareTerm, known: Facts) -> tuple[Condition, Facts, Facts]:
        if _is_none(term.left) or _is_none(term.right):
            return self._against_none(term)
        left, right = self._operands(term.left, term.right)
        left_type, right_type = self._present(left, term.left, known), self._present(right, term.right, known)
        if isinstance(left, Constant) and isinstance(right, Constant):
            raise self._refuse(
                "FO242",
                "two literals are compared",
                term.left,
                way_out="compare a reference with a literal; true and false may stand alone",
            )
        if isinstance(right, Constant):
            right = self._constant(right, left_type, term.right, self._text(term.left))
            right_type = right.literal.type
        elif isinstance(left, Constant):
            left = self._constant(left, right_type, term.left, self._text(term.right))
            left_type = left.literal.type
        self._comparable(term, left_type, right_type)
        return Compare(operator=term.operator, left=left, right=right), _NOTHING, _NOTHING

    def _against_none(self, term: CompareTerm) -> tuple[Condition, Facts, Facts]:
        if term.operator not in ("==", "!="):
            at = term.right if _is_none(term.right) else term.left
            raise self._refuse("FO242", "nothing is greater or smaller than none", at, way_out="write is none")
        other = term.left if _is_none(term.right) else term.right
        return self._none_test(other, negated=term.operator == "!=")

    def _comparable(self, term: CompareTerm, left: LiteralType, right: LiteralType) -> None:
        numbers = (INT, FLOAT)
        same = left == right or (left in numbers and right in numbers)
        if term.operator in ("==", "!="):
            fits = (same and isinstance(left, Simple | EnumOf)) or (JSON in (left, right) and _scalar(left, right))
        else:
            fits = same and isinstance(left, Simple) and left.name in _ORDERED
        if not fits:
            words = "is never equal to" if term.operator in ("==", "!=") else "has no order with"
            raise self._refuse(
                "FO242",
                f"{spelling(left)} {words} {spelling(right)}",
                term,
                label=f"{self._text(term.left)} is {spelling(left)}, {self._text(term.right)} is {spelling(right)}",
                way_out="compare values of one type; int and float compare as numbers",
            )

    def _membership(self, term: InTerm, known: Facts) -> Condition:
        operand = self._operand(term.operand)
        of = self._present(operand, term.operand, known)
        if not term.values:
            raise self._refuse("FO242", "nothing is in an empty list", term.operand, way_out="name the values")
        if isinstance(operand, Constant) or not isinstance(of, Simple | EnumOf):
            raise self._refuse(
                "FO242",
                f"{self._text(term.operand)} cannot be looked up in a list",
                term.operand,
                label=f"it is {spelling(of)}",
                way_out="only scalars and enums are, behind a reference",
            )
        values: list[Literal] = []
        for value in term.values:
            constant = Constant(literal=_literal(value))
            if constant.literal.type == NONE:
                raise self._refuse("FO242", "none is not a member of a list", value, way_out="write is none, with or")
            fitting = self._constant(constant, of, value, self._text(term.operand))
            self._same_kind(of, fitting.literal.type, value, self._text(term.operand))
            values.append(fitting.literal)
        return Membership(operand=operand, values=tuple(values), negated=term.negated)

    def _same_kind(self, of: LiteralType, found: LiteralType, value: LiteralTerm, name: str) -> None:
        numbers = (INT, FLOAT)
        if of in (found, JSON) or (of in numbers and found in numbers):
            return
        raise self._refuse(
            "FO242",
            f"{spelling(of)} is never equal to {spelling(found)}",
            value,
            label=f"{name} is {spelling(of)}",
            way_out=f"write a value of {spelling(of)}",
        )

    # ---------------------------------------------------------------------------------------- operands

    def _operands(self, left: Term, right: Term) -> tuple[Operand, Operand]:
        found: list[Operand] = []
        for term in (left, right):
            try:
                found.append(self._operand(term))
            except _Stop:
                self.broken = True
        if len(found) < 2:
            raise _Stop
        return found[0], found[1]

    def _operand(self, term: Term) -> Operand:
        if isinstance(term, LiteralTerm):
            return Constant(literal=_literal(term))
        written = read_reference(self.scalar.text, term.start)
        if isinstance(written, Unreadable):
            raise self._refuse("FO204", written.message, term, way_out=written.help)
        found = self.scope.find(written, self.scalar)
        if found is None:
            raise _Stop
        return Lookup(to=found.to, type=found.type)

    def _present(self, operand: Operand, term: Term, known: Facts) -> LiteralType:
        """The type of an operand that must be there."""
        of = _type_of(operand)
        if isinstance(operand, Constant) or of == JSON or not accepts_none(of):
            return of
        if operand.to not in known:
            text = self._text(term)
            raise self._refuse(
                "FO243",
                f"{text} may be none here",
                term,
                label=f"it is {spelling(of)}",
                way_out=f"write {text} is not none and …",
            )
        if isinstance(of, UnionOf):
            return union(tuple(member for member in of.members if member != NONE))
        return of

    def _constant(self, constant: Constant, of: LiteralType, term: Term, other: str) -> Constant:
        """A literal read by the type of the other side: a value of an enum, a time written as text."""
        value = constant.literal.value
        if isinstance(of, EnumOf):
            if value in of.values and type(value) in {type(each) for each in of.values}:
                return Constant(literal=Literal(type=of, value=value))
            listed = ", ".join(f'"{each}"' if isinstance(each, str) else str(each) for each in of.values)
            raise self._refuse(
                "FO245",
                f"{self._text(term)} is not a value of {spelling(of)}",
                term,
                label=f"{other} is one of {listed}",
                way_out=f"compare with one of {listed}",
            )
        if isinstance(of, Simple) and of.name in _TIMES and constant.literal.type == STR:
            trial = Faults()
            place = within(self.scalar, term.start, term.end)
            read = wire_value(
                Scalar(text=str(value), style="double", place=place), of, faults=trial, subject="the literal"
            )
            self.scope.faults.found.extend(trial.found)
            if isinstance(read, Absent):
                raise _Stop
            return Constant(literal=Literal(type=of, value=read))
        return constant

    def _text(self, term: Term) -> str:
        return self.scalar.text[term.start : term.end]

    def _refuse(self, code: str, message: str, at: Term | CompareTerm, *, label: str = "", way_out: str = "") -> _Stop:
        place = within(self.scalar, at.start, at.end)
        self.scope.faults.add(code, message, at=place, label=label, help=way_out)
        return _Stop()


def _is_none(term: Term) -> bool:
    return isinstance(term, LiteralTerm) and term.value is None


def _scalar(left: LiteralType, right: LiteralType) -> bool:
    return all(
        isinstance(each, Simple) and each.name in ("json", "int", "float", "str", "bool") for each in (left, right)
    )


def _type_of(operand: Operand) -> LiteralType:
    return operand.literal.type if isinstance(operand, Constant) else operand.type


def _literal(term: LiteralTerm) -> Literal:
    value: Json = term.value
    match term.value:
        case None:
            return Literal(type=NONE, value=None)
        case bool():
            return Literal(type=BOOL, value=value)
        case int():
            return Literal(type=INT, value=value)
        case float():
            return Literal(type=FLOAT, value=value)
        case str():
            return Literal(type=STR, value=value)
        case _:
            assert_never(term.value)
