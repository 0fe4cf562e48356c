# ruff: noqa: E501  # a row of a table stays on its line
"""Operator × type, written out once: the checker, the evaluator and the runner's `decide` give the same answer."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from flyteops.execution.conditions import evaluate
from flyteops.execution.invocation import run_operand
from flyteops.model.entities import Switch
from flyteops.model.expressions import Condition, condition_wire
from flyteops.model.types import UnionOf, member_key, type_wire
from flyteops.runtime.routes import decide
from flyteops.runtime.session import Session
from tests.contract.memory_store import MemoryStore
from tests.unit.compile.project import program, refused, workflow

OPERATORS = ("==", "!=", "<", "<=", ">", ">=")
EQUAL, LESS, GREATER, APART = "TFFTFT", "FTTTFF", "FTFFTT", "FTFFFF"
"""Answers to the six operators, in their order: T, F, or `-` where the checker refuses (FO242)."""
SAME, OTHER, NEVER = "TF----", "FT----", "------"
ASTRAL, PRIVATE = "\U00010000", "\uffff"

# type of a, its wire value, type of b, its wire value, answers
TABLE: list[tuple[str, Any, str, Any, str]] = [
    ("int", 1, "int", 2, LESS),
    ("int", 2**53 + 1, "int", 2**53, GREATER),
    ("int", -(10**40), "int", 0, LESS),
    ("int", 3, "float", 3.0, EQUAL),
    ("int", 2**53, "float", 9007199254740992.0, EQUAL),
    ("int", 2**53 + 1, "float", 9007199254740992.0, GREATER),
    ("float", 9007199254740992.0, "int", 2**53 + 1, LESS),
    ("int", 10**400, "float", {"$f": "inf"}, LESS),
    ("int", 0, "float", -0.0, EQUAL),
    ("int", 0, "float", {"$f": "nan"}, APART),
    ("float", 0.0, "float", -0.0, EQUAL),
    ("float", {"$f": "nan"}, "float", {"$f": "nan"}, APART),
    ("float", {"$f": "-inf"}, "float", -1.5, LESS),
    ("float", 0.1, "float", 0.30000000000000004, LESS),
    ("bool", True, "bool", True, SAME),
    ("bool", True, "bool", False, OTHER),
    ("bool", True, "int", 1, NEVER),
    ("str", "a", "str", "b", LESS),
    ("str", "B", "str", "a", LESS),
    ("str", "", "str", "", EQUAL),
    ("str", PRIVATE, "str", ASTRAL, LESS),
    ("str", "\u00e9", "str", "e\u0301", GREATER),
    ("str", "1", "int", 1, NEVER),
    ('enum["eu", "us"]', "eu", 'enum["eu", "us"]', "eu", SAME),
    ('enum["eu", "us"]', "eu", 'enum["eu", "us"]', "us", OTHER),
    ('enum["eu", "us"]', "eu", "str", "eu", NEVER),
    ("enum[1, 2]", 1, "enum[1, 2]", 2, OTHER),
    ("enum[1, 2]", 1, "enum[1, 2]", 1, SAME),
    ("datetime", "2026-01-31T08:00:00Z", "datetime", "2026-01-31T08:00:00.000001Z", LESS),
    ("datetime", "2026-01-31T08:00:00Z", "datetime", "2026-01-31T08:00:00.000000Z", EQUAL),
    ("datetime", "2026-01-31T08:00:00Z", "datetime", "2026-01-31T10:00:00+02:00", EQUAL),
    ("datetime", "2026-01-31T08:00:00.5Z", "datetime", "2026-01-31T13:30:00.500000+05:30", EQUAL),
    ("datetime", "2026-01-31T09:00:00+02:00", "datetime", "2026-01-31T08:00:00Z", LESS),
    ("datetime", "2026-01-31T00:00:00Z", "date", "2026-01-31", NEVER),
    ("date", "2026-01-09", "date", "2026-01-10", LESS),
    ("date", "2026-01-09", "date", "2026-01-09", EQUAL),
    ("timedelta", {"$us": 1}, "timedelta", {"$us": 0}, GREATER),
    ("timedelta", {"$us": -1}, "timedelta", {"$us": 0}, LESS),
    ("timedelta", {"$us": 3_600_000_000}, "timedelta", {"$us": 3_600_000_000}, EQUAL),
    ("timedelta", {"$us": 1}, "int", 1, NEVER),
    ("Json", 3, "int", 3, SAME),
    ("Json", True, "int", 1, OTHER),
    ("Json", "3", "int", 3, OTHER),
    ("Json", None, "str", "", OTHER),
    ("Json", 3, "date", "2026-01-09", NEVER),
]
OPTIONAL = [row for row in TABLE if row[0] == row[2] and row[0] != "Json"]
NAMES = [f"{left} {a!r:.20} {right} {b!r:.20}".replace(" ", "-") for left, a, right, b, _ in TABLE]

# type, its wire value, the list as written, the answer of `in`, or the code of the refusal
MEMBERS: list[tuple[str, Any, str, bool | str]] = [
    ("int", 2, "[1, 2.0]", True),
    ("int", 2**53 + 1, "[9007199254740992.0]", False),
    ("float", -0.0, "[0]", True),
    ("float", {"$f": "nan"}, "[0, 1.5]", False),
    ("bool", True, "[true]", True),
    ("bool", True, "[1]", "FO242"),
    ("str", ASTRAL, f"['{ASTRAL}']", True),
    ("str", "a", "['A', 'b']", False),
    ("str", "1", "[1]", "FO242"),
    ('enum["eu", "us"]', "eu", "['us', 'eu']", True),
    ('enum["eu", "us"]', "eu", "['asia']", "FO245"),
    ("enum[1, 2]", 2, "[1]", False),
    ("enum[1, 2]", 2, "['2']", "FO245"),
    ("datetime", "2026-01-31T10:00:00.5+02:00", "['2026-01-31T08:00:00.500Z']", True),
    ("datetime", "2026-01-31T10:00:00.000001+02:00", "['2026-01-31T08:00:00Z']", False),
    ("date", "2026-01-09", "['2026-01-09']", True),
    ("date", "2026-01-09", "['the ninth']", "FO250"),
    ("timedelta", {"$us": 5_400_000_000}, "['90m', '2h']", True),
    ("Json", True, "[1]", False),
    ("Json", "x", "['x', 1]", True),
    ("int | None", 1, "[1]", "FO243"),
    ("list[int]", [1], "[1]", "FO242"),
]


def declared(condition: str, **types: str) -> str:
    lines = "".join(f"      {name}: {{type: {json.dumps(of)}}}\n" for name, of in types.items())
    nodes = f"q:\n  switch:\n    - when: {json.dumps(condition, ensure_ascii=False)}\n      then: {{value: 1}}\n    - else: {{value: 2}}"
    return workflow(nodes).replace("    inputs: {}\n", f"    inputs:\n{lines}")


def answer(condition: str, **given: tuple[str, Any]) -> bool | str:
    """The answer of both evaluators, which must be one; or the code of the checker's refusal."""
    text = declared(condition, **{name: of for name, (of, _) in given.items()})
    told = refused(text)
    if told:
        return told[0].split()[0]
    found = program(text).workflows["w"]
    switch = cast("Switch", found.nodes[0].body)
    documents: dict[str, Any] = {}
    for variable in found.interface.inputs:
        value = given[variable.name][1]
        if isinstance(variable.type, UnionOf):
            member = next(each for each in variable.type.members if (type_wire(each) == "none") is (value is None))
            value = {"$u": member_key(member), "value": value}
        documents[variable.name] = {"v": 1, "type": type_wire(variable.type), "value": value}
    return both(switch.cases[0].when, documents)


def both(condition: Condition, documents: dict[str, Any]) -> bool:
    wire = cast("dict[str, Any]", json.loads(json.dumps(condition_wire(condition, run_operand))))
    here = evaluate(wire, lambda operand: documents[operand["input"]]["value"])
    store = MemoryStore()
    store.create("runs/r/inputs.json", json.dumps(documents).encode())
    session = Session(
        store=store, run="r", attempt="a", scope="s", cache="on", folder="", code=(), note=lambda *_: None
    )
    branch = decide(session, {"v": 1, "do": "decide", "step": "q", "conditions": [wire]})
    assert here is (branch == 0), "the pod takes another branch"
    return here


def expected(answers: str) -> dict[str, bool | str]:
    words: dict[str, bool | str] = {"T": True, "F": False, "-": "FO242"}
    return {operator: words[each] for operator, each in zip(OPERATORS, answers, strict=True)}


@pytest.mark.parametrize(("left", "a", "right", "b", "answers"), TABLE, ids=NAMES)
def test_operator_by_type(left: str, a: Any, right: str, b: Any, answers: str) -> None:
    found = {each: answer(f"$inputs.a {each} $inputs.b", a=(left, a), b=(right, b)) for each in OPERATORS}
    assert found == expected(answers)


@pytest.mark.parametrize(("left", "a", "right", "b", "answers"), OPTIONAL)
def test_an_optional_that_is_there_compares_as_its_member(left: str, a: Any, right: str, b: Any, answers: str) -> None:
    found = {
        each: answer(f"$inputs.a is not none and $inputs.a {each} $inputs.b", a=(f"{left} | None", a), b=(right, b))
        for each in OPERATORS
    }
    assert found == expected(answers)
    assert answer("$inputs.a == $inputs.b", a=(f"{left} | None", a), b=(right, b)) == "FO243"


@pytest.mark.parametrize("of", sorted({row[0] for row in OPTIONAL}))
def test_none_is_found(of: str) -> None:
    value = next(row[1] for row in OPTIONAL if row[0] == of)
    for given in (None, value):
        assert answer("$inputs.a is none", a=(f"{of} | None", given)) is (given is None)
        assert answer("$inputs.a is not none", a=(f"{of} | None", given)) is (given is not None)
    assert answer("$inputs.a is none", a=(of, value)) == "FO242"


@pytest.mark.parametrize(("of", "value", "listed", "wanted"), MEMBERS)
def test_membership_by_type(of: str, value: Any, listed: str, wanted: bool | str) -> None:
    assert answer(f"$inputs.a in {listed}", a=(of, value)) == wanted
    negated = answer(f"$inputs.a not in {listed}", a=(of, value))
    assert negated == (wanted if isinstance(wanted, str) else not wanted)


def test_words_join_as_they_should() -> None:
    for a in (False, True):
        for b in (False, True):
            given = {"a": ("bool", a), "b": ("bool", b)}
            assert answer("$inputs.a and $inputs.b", **given) is (a and b)
            assert answer("$inputs.a or $inputs.b", **given) is (a or b)
            assert answer("not $inputs.a and $inputs.b", **given) is (not a and b)
