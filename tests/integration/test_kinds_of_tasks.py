"""Every kind of task that runs on a laptop, run there; the others refused with their reason."""

from __future__ import annotations

import pytest

KINDS = "pipelines/kinds.yaml"


@pytest.fixture
def kinds(project):
    return project("kinds")


def steps(answer: dict) -> dict[str, str]:
    return {each["path"]: "cached" if each["cached"] else each["phase"] for each in answer["nodes"]}


def values(answer: dict) -> dict:
    return answer["outputs"]


def test_all_kinds_in_one_workflow(kinds) -> None:
    answer = kinds.answer("run", "workflow/all")
    assert values(answer) == {
        "names": "items.json",
        "again": ["x", "y z"],
        "query": "11 rows",
        "area": 6.25,
        "total": 21,
        "sizes": [2, 2],
    }
    ran = dict.fromkeys(["area", "list", "pack", "query", "sizes", "spread"], "succeeded")
    inside = dict.fromkeys(["spread/add0", "spread/add1", "spread/sum"], "succeeded")
    assert steps(answer) == {**ran, **inside}
    again = steps(kinds.answer("run", "workflow/all"))
    assert {path for path, how in again.items() if how == "cached"} == {"pack", "sizes", "spread"}
    assert not {path for path in again if path.startswith("spread/")}


def test_a_script_that_changed_runs_again_and_the_plan_says_so(kinds) -> None:
    kinds.answer("apply", "-y")
    kinds.answer("run", "task/pack", "--input", "count=1", "--input", 'items=["x"]')
    kinds.edit(KINDS, 'cp "$items" items.json', 'cat "$items" > items.json')
    kinds.commit("Another way to copy")
    told = kinds.flyteops("plan").stdout
    assert "yes     pack   script of task/pack changed" in told
    assert "~ task/pack" in told
    again = kinds.answer("run", "task/pack", "--input", "count=1", "--input", 'items=["x"]')
    assert steps(again) == {"task": "succeeded"}


def test_a_dynamic_task_may_run_nothing(kinds) -> None:
    answer = kinds.answer("run", "task/spread", "--input", "count=0")
    assert values(answer) == {"total": 0}
    assert steps(answer) == {"task": "succeeded"}


def test_a_wrong_graph_is_told_with_its_path_and_mended(kinds) -> None:
    ended = kinds.flyteops("run", "task/wrong", "--execution", "mine")
    assert ended.code == 6
    assert "[FO210] task/wrong returned a graph with a fault, at nodes.a: " in ended.stdout
    assert 'node "a" does not give the input b of task kinds.steps:add' in ended.stdout
    kinds.edit("src/kinds/steps.py", '"inputs": {"a": 1}}}', '"inputs": {"a": 1, "b": 2}}}')
    answer = kinds.answer("run", "task/wrong", "--execution", "mine")
    assert values(answer) == {"total": 3}


def test_a_script_that_fails_tells_its_last_lines(kinds) -> None:
    ended = kinds.flyteops("run", "task/broken")
    assert ended.code == 6
    told = ended.stdout.split("failed: ")[1].split("  log:")[0]
    assert told == "task (task broken)\n  the script ended with exit code 3: two\n    one\n    two\n"


def test_a_script_that_writes_nothing_is_told(kinds) -> None:
    ended = kinds.flyteops("run", "task/silent")
    assert ended.code == 6
    assert "output x: nothing was written to " in ended.stdout
    assert "where int is wanted" in ended.stdout


def test_what_cannot_run_here_is_refused_before_anything_runs(kinds) -> None:
    ended = kinds.flyteops("run", "task/gang", "--input", "table=x", "--input", "limit=1")
    assert ended.code == 4
    assert "error[FO355]: the task gang cannot run on this machine: torchrun wants 4 hosts" in ended.stderr


def test_effective_values_are_explained(kinds) -> None:
    told = kinds.flyteops("explain", "task/spread").stdout
    assert "fixed_inputs.step" in told
    assert "kinds.steps:spread" in told
    assert "$inputs.a" in kinds.flyteops("show", "task/area").stdout
