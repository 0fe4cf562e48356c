# ruff: noqa: E501  # a message stands whole on its line
from __future__ import annotations

from typing import Any

import pytest

from flyteops.execution.condition_parser import (
    MAX_BYTES,
    AndTerm,
    BareTerm,
    CompareTerm,
    InTerm,
    LiteralTerm,
    NoneTerm,
    NotTerm,
    OrTerm,
    ReferenceTerm,
    Unparsed,
    parse_condition,
)
from flyteops.execution.conditions import evaluate

DATETIME = "2026-01-31T08:00:00Z"


def constant(of: Any, value: Any) -> dict[str, Any]:
    return {"type": of, "value": value}


def compare(operator: str, of: Any, left: Any, right: Any) -> bool:
    return evaluate({"compare": [operator, constant(of, left), constant(of, right)]}, lambda _: None)


@pytest.mark.parametrize(
    ("of", "low", "high"),
    [
        ("int", 1, 2),
        ("float", 0.5, 1.5),
        ("float", 1.0, {"$f": "inf"}),
        ("str", "a", "b"),
        ("datetime", "2026-01-31T08:00:00Z", "2026-01-31T08:00:00.000001Z"),
        ("datetime", "2026-01-31T09:00:00+02:00", "2026-01-31T08:00:00+00:00"),
        ("date", "2026-01-09", "2026-01-10"),
        ("timedelta", {"$us": 9}, {"$us": 10}),
    ],
)
def test_ordered_types_have_all_six_operators(of: Any, low: Any, high: Any) -> None:
    expected = {"==": False, "!=": True, "<": True, "<=": True, ">": False, ">=": False}
    assert {operator: compare(operator, of, low, high) for operator in expected} == expected
    same = {"==": True, "!=": False, "<": False, "<=": True, ">": False, ">=": True}
    assert {operator: compare(operator, of, low, low) for operator in same} == same


def test_int_and_float_compare_as_numbers() -> None:
    wire = {"compare": ["==", constant("int", 3), constant("float", 3.0)]}
    assert evaluate(wire, lambda _: None)


def test_a_bool_is_never_a_number() -> None:
    assert not evaluate({"compare": ["==", constant("json", True), constant("json", 1)]}, lambda _: None)
    assert not evaluate({"in": [constant("json", 1), [constant("json", True)]], "negated": False}, lambda _: None)


def test_times_of_different_zones_are_equal() -> None:
    assert compare("==", "datetime", "2026-01-31T10:00:00+02:00", DATETIME)


def test_nan_equals_nothing() -> None:
    assert not compare("==", "float", {"$f": "nan"}, {"$f": "nan"})


OPTIONAL = {"union": ["int", "none"]}


@pytest.mark.parametrize(
    ("wire", "is_none"),
    [(None, True), ({"$u": "x", "value": None}, True), ({"$u": "x", "value": 0}, False), (0, False)],
)
def test_none_is_found_inside_a_union(wire: Any, is_none: bool) -> None:
    operand = {"input": "m", "path": [], "type": OPTIONAL}
    assert evaluate({"none": operand, "negated": False}, lambda _: wire) is is_none
    assert evaluate({"none": operand, "negated": True}, lambda _: wire) is not is_none


def test_an_optional_time_is_read_as_a_time() -> None:
    operand = {"input": "m", "path": [], "type": {"union": ["datetime", "none"]}}
    wire = {"compare": ["==", operand, constant("datetime", DATETIME)]}
    assert evaluate(wire, lambda _: {"$u": "x", "value": "2026-01-31T09:00:00+01:00"})


def test_the_right_side_is_not_looked_at_when_the_left_decides() -> None:
    def lookup(operand: dict[str, Any]) -> Any:
        raise AssertionError(operand)

    never = {"truth": {"input": "x", "type": "bool"}}
    false, true = {"truth": constant("bool", False)}, {"truth": constant("bool", True)}
    assert not evaluate({"and": [false, never]}, lookup)
    assert evaluate({"or": [true, never]}, lookup)


def test_lookups_get_the_operand_as_it_stands() -> None:
    seen: list[Any] = []
    operand = {"step": "a.b", "output": "o0", "path": ["rows", 0], "type": "int"}
    evaluate({"in": [operand, [constant("int", 3)]], "negated": True}, lambda each: seen.append(each) or 3)  # type: ignore[func-returns-value]
    assert seen == [operand]


def test_an_unknown_form_is_not_guessed() -> None:
    with pytest.raises(ValueError, match=r"no form of a condition: \['xor'\]"):
        evaluate({"xor": []}, lambda _: None)


# ------------------------------------------------------------------------------------------- parser


def ref(text: str, start: int) -> ReferenceTerm:
    return ReferenceTerm(text, start, start + len(text))


def test_not_binds_tighter_than_and_which_binds_tighter_than_or() -> None:
    a, b, c = BareTerm(ref("$a", 0)), BareTerm(ref("$b", 10)), BareTerm(ref("$c", 17))
    assert parse_condition("$a or not $b and $c") == OrTerm(a, AndTerm(NotTerm(b), c))


def test_parentheses_and_words_of_python() -> None:
    assert parse_condition("(True)") == BareTerm(LiteralTerm(True, 1, 5))
    assert parse_condition("$a is not None") == NoneTerm(ref("$a", 0), negated=True)
    assert parse_condition("$a not in [1, -2.5]") == InTerm(
        ref("$a", 0), (LiteralTerm(1, 11, 12), LiteralTerm(-2.5, 14, 18)), negated=True
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a\\"b"', 'a"b'),
        ("'a\\'b'", "a'b"),
        ('"\\u00e9\\n"', "é\n"),
        ("'$x'", "$x"),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        (".5", 0.5),
    ],
)
def test_literals(text: str, value: object) -> None:
    parsed = parse_condition(f"$a == {text}")
    assert isinstance(parsed, CompareTerm)
    assert isinstance(parsed.right, LiteralTerm)
    assert parsed.right.value == value


@pytest.mark.parametrize(
    ("text", "message", "start", "end", "way_out"),
    [
        ("", "a reference or a literal is expected where the condition ends", 0, 0, "finish the condition"),
        ("1 < $a < 3", "comparisons are not chained", 7, 8, "write a < b and b < c"),
        ("$a = 3", '"=" is not a word of conditions', 3, 4, "write =="),
        ("$a && $b", '"&&" is not a word of conditions', 3, 5, "write and"),
        ("!$a", '"!" is not a word of conditions', 0, 1, "write not"),
        ("$a + 1 > 2", "nothing is computed in a condition", 3, 4, "let a task compute it and compare its output"),
        ('$a == "x', "the text is not closed", 6, 8, 'write " at its end'),
        ("$a[0] > 1", "an index is written with a dot", 2, 3, "write $a.0"),
        ("$a == 1x", '"1x" has no meaning in a condition', 6, 8, "conditions know == != < <= > >= and or not in, is none, parentheses"),
        ("$a is 3", "is serves only for none", 6, 7, "write is none or is not none; values are compared with =="),
        ("$a in 3", "after in a list of literals is expected", 6, 7, 'for example in ["eu", "us"]'),
        ("len($a) > 1", 'a reference or a literal is expected, found "len"', 0, 3, "conditions call no functions: let a task compute it and compare its output"),
        ("$a == eu", 'a reference or a literal is expected, found "eu"', 6, 8, 'text is written in quotes: "eu"; a value of a node is written $eu'),
        ("$a == 1e999", "the number is too large", 6, 11, "whole numbers are 64-bit, others fit a float"),
        ("$a == '\\d'", "an escape in this text is not one of Python's", 6, 10, r"write \\ for a backslash"),
        ("$a == '\\ud800'", "an escape in this text is not one of Python's", 6, 14, r"write \\ for a backslash"),
        ("($a", '")" is expected where the condition ends', 3, 3, "finish the condition"),
    ],
)  # fmt: skip
def test_faults_have_their_token_and_a_way_out(text: str, message: str, start: int, end: int, way_out: str) -> None:
    with pytest.raises(Unparsed) as raised:
        parse_condition(text)
    found = raised.value
    assert (found.message, found.start, found.end, found.way_out) == (message, start, end, way_out)


def test_the_bounds_of_a_condition() -> None:
    with pytest.raises(Unparsed, match="at most 4096 bytes"):
        parse_condition("$a" + " " * MAX_BYTES)
    with pytest.raises(Unparsed, match="nested at most 32 deep"):
        parse_condition("(" * 33 + "$a" + ")" * 33)
    with pytest.raises(Unparsed, match="nested at most 32 deep"):
        parse_condition("not " * 40 + "$a")


def test_a_long_chain_is_no_deep_tree() -> None:
    parsed = parse_condition(" and ".join(["$a"] * 580))
    depth = 0
    while isinstance(parsed, AndTerm):
        parsed, depth = parsed.left, depth + 1
    assert depth <= 10
