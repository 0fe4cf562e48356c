# ruff: noqa: E501  # a message stands whole on its line
from __future__ import annotations

import pytest

from tests.unit.compile.project import refused, workflow

INPUTS = (
    "n: int = 1, "
    "m: int | None = null, "
    "s: str = a, "
    "e: m:Region = eu, "
    "b: bool = true, "
    "bo: bool | None = null, "
    "t: datetime = 2026-01-01T00:00:00Z, "
    "d: date = 2026-01-01, "
    "td: timedelta = 1h, "
    "f: float = 0.5, "
    "j: Json = 1, "
    'l: "list[int] = []", '
    "r: m:Request | None = null, "
    "x: File = a.csv, "
    "md: date | None = null"
)
REFUSED = {
    "$inputs.n": [
        "FO244 | $inputs.n alone must be a bool | it is int | compare it with a value, for example >= 0.9",
    ],
    "$inputs.bo": [
        "FO243 | $inputs.bo may be none here | it is bool | None | write $inputs.bo is not none and …",
    ],
    "$inputs.m > 3": [
        "FO243 | $inputs.m may be none here | it is int | None | write $inputs.m is not none and …",
    ],
    "$inputs.m is not none or $inputs.m > 3": [
        "FO243 | $inputs.m may be none here | it is int | None | write $inputs.m is not none and …",
    ],
    "$inputs.n is none": [
        "FO242 | $inputs.n is never none | it is int | take this test away",
    ],
    "$inputs.m > none": [
        "FO242 | nothing is greater or smaller than none | write is none",
    ],
    "$inputs.e == 'asia'": [
        'FO245 | \'asia\' is not a value of enum["eu", "us"] | $inputs.e is one of "eu", "us" | compare with one of "eu", "us"',
    ],
    "$inputs.e in ['eu', 'x']": [
        'FO245 | \'x\' is not a value of enum["eu", "us"] | $inputs.e is one of "eu", "us" | compare with one of "eu", "us"',
    ],
    "$inputs.e < 'us'": [
        'FO242 | enum["eu", "us"] has no order with enum["eu", "us"] | $inputs.e is enum["eu", "us"], \'us\' is enum["eu", "us"] | compare values of one type; int and float compare as numbers',
    ],
    "$inputs.e == $inputs.s": [
        'FO242 | enum["eu", "us"] is never equal to str | $inputs.e is enum["eu", "us"], $inputs.s is str | compare values of one type; int and float compare as numbers',
    ],
    "$inputs.t > 'yesterday'": [
        'FO250 | the literal must be datetime, not the text "yesterday" | the text "yesterday" | write a time such as 2026-01-31T08:00:00Z',
    ],
    "$inputs.t > $inputs.d": [
        "FO242 | datetime has no order with date | $inputs.t is datetime, $inputs.d is date | compare values of one type; int and float compare as numbers",
    ],
    "$inputs.md < '2026-01-01'": [
        "FO243 | $inputs.md may be none here | it is date | None | write $inputs.md is not none and …",
    ],
    "$inputs.j > 3": [
        "FO242 | Json has no order with int | $inputs.j is Json, 3 is int | compare values of one type; int and float compare as numbers",
    ],
    "$inputs.l == 3": [
        "FO242 | list[int] is never equal to int | $inputs.l is list[int], 3 is int | compare values of one type; int and float compare as numbers",
    ],
    "$inputs.l is none": [
        "FO242 | $inputs.l is never none | it is list[int] | take this test away",
    ],
    "$inputs.x == 'a'": [
        "FO242 | File is never equal to str | $inputs.x is File, 'a' is str | compare values of one type; int and float compare as numbers",
    ],
    "$inputs.b == 1": [
        "FO242 | bool is never equal to int | $inputs.b is bool, 1 is int | compare values of one type; int and float compare as numbers",
    ],
    "$inputs.b < true": [
        "FO242 | bool has no order with bool | $inputs.b is bool, true is bool | compare values of one type; int and float compare as numbers",
    ],
    "1 < 2": [
        "FO242 | two literals are compared | compare a reference with a literal; true and false may stand alone",
    ],
    "1 in [1]": [
        "FO242 | 1 cannot be looked up in a list | it is int | only scalars and enums are, behind a reference",
    ],
    "$inputs.n in []": [
        "FO242 | nothing is in an empty list | name the values",
    ],
    "$inputs.n in ['a']": [
        "FO242 | int is never equal to str | $inputs.n is int | write a value of int",
    ],
    "$inputs.n in [none]": [
        "FO242 | none is not a member of a list | write is none, with or",
    ],
    "1 < $inputs.n < 3": [
        "FO240 | condition: comparisons are not chained | write a < b and b < c",
    ],
    "$inputs.n == 3 ==4": [
        "FO240 | condition: comparisons are not chained | write a < b and b < c",
    ],
    "$inputs.n = 3": [
        'FO240 | condition: "=" is not a word of conditions | write ==',
    ],
    "$inputs.b && $inputs.b": [
        'FO240 | condition: "&&" is not a word of conditions | write and',
    ],
    "$inputs.n + 1 > 2": [
        "FO240 | condition: nothing is computed in a condition | let a task compute it and compare its output",
    ],
    "$inputs.s == abc": [
        'FO240 | condition: a reference or a literal is expected, found "abc" | text is written in quotes: "abc"; a value of a node is written $abc',
    ],
    '$inputs.s == "abc': [
        'FO240 | condition: the text is not closed | write " at its end',
    ],
    "($inputs.b": [
        'FO240 | condition: ")" is expected where the condition ends | finish the condition',
    ],
    "$inputs.b)": [
        'FO240 | condition: and, or or the end is expected, found ")" | conditions know == != < <= > >= and or not in, is none, parentheses',
    ],
    "$inputs.b and": [
        "FO240 | condition: a reference or a literal is expected where the condition ends | finish the condition",
    ],
    "": [
        "FO240 | condition: a reference or a literal is expected where the condition ends | finish the condition",
    ],
    "$inputs.b or or": [
        'FO240 | condition: a reference or a literal is expected, found "or" | conditions know == != < <= > >= and or not in, is none, parentheses',
    ],
    "$inputs.n is 3": [
        "FO240 | condition: is serves only for none | write is none or is not none; values are compared with ==",
    ],
    "$nope.x > 1": [
        'FO202 | there is no node "nope" | nodes: q',
    ],
    "$inputs.zz > 1 and $inputs.n": [
        'FO203 | the workflow has no input "zz" | inputs: b, bo, d, e, f, j, l, m, …',
        "FO244 | $inputs.n alone must be a bool | it is int | compare it with a value, for example >= 0.9",
    ],
    "$inputs.n in 3": [
        'FO240 | condition: after in a list of literals is expected | for example in ["eu", "us"]',
    ],
    "$inputs.n == '2'": [
        "FO242 | int is never equal to str | $inputs.n is int, '2' is str | compare values of one type; int and float compare as numbers",
    ],
    "$inputs.b if $inputs.b": [
        'FO240 | condition: and, or or the end is expected, found "if" | conditions know == != < <= > >= and or not in, is none, parentheses',
    ],
    "$inputs.l[0] > 3": [
        "FO240 | condition: an index is written with a dot | write $inputs.l.0",
    ],
    "$inputs.m in [1]": [
        "FO243 | $inputs.m may be none here | it is int | None | write $inputs.m is not none and …",
    ],
    "len($inputs.l) > 3": [
        'FO240 | condition: a reference or a literal is expected, found "len" | conditions call no functions: let a task compute it and compare its output',
    ],
}
ACCEPTED = (
    "$inputs.n > 3",
    "$inputs.n > 3.5 and $inputs.f <= 2",
    "$inputs.b",
    "not $inputs.b",
    "$inputs.bo is not none and $inputs.bo",
    "$inputs.m is not none and $inputs.m > 3",
    "$inputs.m is none or $inputs.m > 3",
    "not ($inputs.m is none) and $inputs.m > 1",
    "$inputs.m == none or $inputs.m == 3",
    "$inputs.m != none and $inputs.m == 3",
    "$inputs.e == 'eu'",
    "$inputs.e in ['eu', 'us']",
    "$inputs.e == $inputs.e",
    "$inputs.s > 'a' and $inputs.s not in ['b']",
    "$inputs.t >= '2026-01-01T00:00:00Z'",
    "$inputs.t >= '2026-01-01T00:00:00'",
    "$inputs.d == '2026-01-01'",
    "$inputs.td < '90m'",
    "$inputs.j == 3",
    "$inputs.j is none",
    "$inputs.r is not none",
    "$inputs.r == none",
    "$inputs.b == true",
    "true",
    "false or $inputs.b",
    "$inputs.n in [1, 2.5]",
    "$inputs.n > -1",
    "$inputs.s == 'a\\'b'",
    "not not $inputs.b",
    "None == $inputs.m",
    "$inputs.s == '2'",
    "$inputs.l.0 > 3",
)


def told(condition: str) -> list[str]:
    nodes = f"q:\n  switch:\n    - when: |-\n        {condition}\n      then: {{value: 1}}\n    - else: {{value: 2}}"
    return [each.replace("8:19-21 ", "", 1) for each in refused(workflow(nodes, inputs=INPUTS))]


@pytest.mark.parametrize("condition", REFUSED)
def test_refused(condition: str) -> None:
    assert told(condition) == REFUSED[condition]


@pytest.mark.parametrize("condition", ACCEPTED)
def test_accepted(condition: str) -> None:
    assert told(condition) == []


def test_the_exact_token_inside_a_quoted_scalar() -> None:
    nodes = "q:\n  switch:\n    - when: '$inputs.s == ''a'' and $inputs.m > 3'\n      then: {value: 1}\n    - else: {value: 2}"
    assert refused(workflow(nodes, inputs=INPUTS)) == [
        "FO243 8:43-52 | $inputs.m may be none here | it is int | None | write $inputs.m is not none and …"
    ]
