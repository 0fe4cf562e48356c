"""Every promise names tests that exist, and the page of reliability says all of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.faults.promises import PROMISES

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reliability.md"
WANTED = [*(f"P{n}" for n in range(1, 9)), "P11", "P12", "P13"]


def test_every_promise_is_there() -> None:
    assert [promise.id for promise in PROMISES] == WANTED


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.id)
def test_its_tests_exist(promise) -> None:
    assert promise.tests
    for test in promise.tests:
        path, _, name = test.partition("::")
        tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        named = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.ClassDef)}
        assert name in named, test


def test_the_page_says_each_of_them() -> None:
    said = PAGE.read_text(encoding="utf-8")
    for promise in PROMISES:
        assert f"## {promise.id}: {promise.text}\n" in said
        for test in promise.tests:
            assert f"| `{test}` |" in said, "run `make faults`, which writes the page anew"
