"""`done` and `failed` of an object: the grammar of `when`, over paths that begin with `status` and have no types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from flyteops.compile.faults import Faults
from flyteops.compile.references import Unreadable, read_whole_reference
from flyteops.compile.spots import within
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
    ReferenceTerm,
    Term,
    Unparsed,
    parse_condition,
)
from flyteops.source.tree import Scalar

_QUOTED_OR_PATH = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?P<dollar>\$)|(?<![\w.])(?P<path>status)(?!\w)""")
_NOT_A_PATH = "the fields of the object are written status.x.y; text is written in quotes"


def check_status_condition(scalar: Scalar, *, what: str, faults: Faults) -> bool:
    """Whether the text is a condition over the object's status; its faults are noted."""
    marked, places = _marked(scalar.text)
    dollar = next((each.start() for each in _QUOTED_OR_PATH.finditer(scalar.text) if each.group("dollar")), None)
    if dollar is not None:
        at = within(scalar, dollar, dollar + 1)
        faults.add("FO350", f"{what}: paths are written without a dollar sign", at=at, help=_NOT_A_PATH)
        return False
    try:
        found = list(_faults(parse_condition(marked)))
    except Unparsed as unparsed:
        way_out = _NOT_A_PATH if "$" in unparsed.way_out else unparsed.way_out
        found = [(unparsed.start, unparsed.end, unparsed.message, way_out)]
    for start, end, message, way_out in found:
        at = within(scalar, places[start], max(places[end], places[start] + 1))
        faults.add("FO350", f"{what}: {message.replace('$', '')}", at=at, help=way_out)
    return not found


def _marked(text: str) -> tuple[str, list[int]]:
    """The text with `$` before each path, as the grammar of `when` has it; and where each character stood before."""
    marked: list[str] = []
    places: list[int] = []
    last = 0
    for found in _QUOTED_OR_PATH.finditer(text):
        if found.group("path"):
            marked.append(text[last : found.start()] + "$")
            places.extend((*range(last, found.start()), found.start()))
            last = found.start()
    marked.append(text[last:])
    places.extend((*range(last, len(text)), len(text)))
    return "".join(marked), places


_Fault = tuple[int, int, str, str]


def _faults(term: ConditionTerm) -> Iterator[_Fault]:
    match term:
        case AndTerm(left=left, right=right) | OrTerm(left=left, right=right):
            yield from _faults(left)
            yield from _faults(right)
        case NotTerm(condition=inner):
            yield from _faults(inner)
        case CompareTerm(left=left, right=right, operator=operator):
            yield from _comparison(left, right, operator)
        case InTerm(operand=operand) | NoneTerm(operand=operand) | BareTerm(operand=operand):
            yield from _path(operand)
        case _:
            assert_never(term)


def _comparison(left: Term, right: Term, operator: str) -> Iterator[_Fault]:
    literals = [each for each in (left, right) if isinstance(each, LiteralTerm)]
    if len(literals) == 2:
        yield left.start, right.end, "two literals are compared, which never changes", _NOT_A_PATH
        return
    for each in (left, right):
        if isinstance(each, ReferenceTerm):
            yield from _path(each)
    for literal in literals:
        if operator not in ("==", "!=") and (literal.value is None or isinstance(literal.value, bool)):
            yield literal.start, literal.end, f"{operator} compares numbers and text", "write == or !="


def _path(operand: Term) -> Iterator[_Fault]:
    if isinstance(operand, LiteralTerm):
        yield operand.start, operand.end, "a field of the object is expected here", _NOT_A_PATH
        return
    written = read_whole_reference(operand.text)
    if isinstance(written, Unreadable):
        yield operand.start, operand.end, written.message, _NOT_A_PATH
    elif written.head != "status":
        yield operand.start, operand.end, f"{written.head} is no field that is watched", _NOT_A_PATH
    elif not written.segments:
        yield operand.start, operand.end, "status is a whole object", _NOT_A_PATH
