# ruff: noqa: E501  # a message stands whole on its line
from __future__ import annotations

import pytest

from flyteops.compile import read_inputs, read_task_inputs
from flyteops.model.errors import InvalidProject
from tests.unit.compile.project import program, told, tree

TEXT = """\
workflows:
  w:
    inputs: {rows: int, region: m:Region = eu, day: date, share: float = 0.5}
    nodes: {a: {task: 'm:add', inputs: {a: $inputs.rows, b: 1}}}
launch_plans:
  nightly: {workflow: w, default_inputs: {rows: 10}, fixed_inputs: {region: us}}
"""


def given(text: str, plan: str = "nightly") -> dict[str, object]:
    found = program(TEXT)
    launch_plan = found.launch_plan(plan)
    assert launch_plan is not None
    inputs = read_inputs(found, launch_plan, dict(tree(text).items()))
    return {name: literal.value for name, literal in inputs.items()}


def test_inputs_are_typed_and_completed() -> None:
    assert given("day: 2026-01-31\nshare: 1") == {"day": "2026-01-31", "rows": 10, "region": "us", "share": 1.0}
    assert given("{day: 2026-01-31, rows: 3, region: eu}", "w") == {
        "day": "2026-01-31",
        "rows": 3,
        "region": "eu",
        "share": 0.5,
    }


def test_all_faults_of_given_inputs_at_once() -> None:
    with pytest.raises(InvalidProject) as raised:
        given("{dy: 2026-01-31, region: eu, rows: x}")
    assert told(raised.value.diagnostics) == [
        "FO282 | launch plan nightly needs day: date | give --input day=…, or a file of them with --inputs",
        'FO280 1:6-16 | launch plan nightly has no input "dy" | did you mean day?',
        'FO281 1:26-28 | the input "region" is fixed by the launch plan nightly | leave it out, or run workflow/w, where it is free',
        'FO250 1:36-37 | the input "rows" must be int, not x | x | write a whole number such as 3',
    ]


def test_missing_inputs_are_named_all_at_once() -> None:
    with pytest.raises(InvalidProject) as raised:
        given("{region: eu}", "w")
    assert told(raised.value.diagnostics) == [
        "FO282 | launch plan w needs day: date, rows: int | give --input day=… --input rows=…, or a file of them with --inputs"
    ]


def test_inputs_of_a_task() -> None:
    found = program("tasks:\n  t: {function: 'm:fit'}\n")
    inputs = read_task_inputs(found, found.tasks["t"], dict(tree("data: a.csv").items()))
    assert {name: literal.value for name, literal in inputs.items()} == {
        "data": {"$blob": {"uri": "a.csv"}},
        "verbose": False,
    }
    with pytest.raises(InvalidProject) as raised:
        read_task_inputs(found, found.tasks["t"], {})
    assert told(raised.value.diagnostics) == [
        "FO282 | task t needs data: File | give --input data=…, or a file of them with --inputs"
    ]


def test_a_default_that_only_the_pod_knows_is_left_out() -> None:
    found = program("tasks:\n  t: {function: 'm:pod'}\n")
    assert read_task_inputs(found, found.tasks["t"], {}) == {}
