from __future__ import annotations

import pytest

from flyteops.execution.frontier import Frontier
from flyteops.execution.steps import Decide, Guard, Join, RunGraph, RunTask, Step
from flyteops.model.entities import Interface, Task, TaskSettings
from flyteops.model.works import FunctionRef, FunctionWork

WORK = FunctionWork(function=FunctionRef(module="m", name="f"), returns="none", code="c")
TASK = Task(name="t", work=WORK, interface=Interface())


def task(path: str, *needs: str, guard: Guard | None = None) -> Step:
    return Step(path=path, work=RunTask(task=TASK, settings=TaskSettings(), inputs=()), needs=needs, guard=guard)


def graph(*steps: Step) -> RunGraph:
    return RunGraph(steps={step.path: step for step in steps}, inputs=(), outputs=())


SWITCH = graph(
    task("a"),
    Step(path="r.when", work=Decide(conditions=()), needs=("a",)),
    task("r.case0", "r.when", guard=Guard(decide="r.when", branch=0)),
    task("r.case1", "r.when", "slow", guard=Guard(decide="r.when", branch=1)),
    Step(path="r", work=Join(decide="r.when", choices=((), ())), needs=("r.case0", "r.case1", "r.when")),
    task("slow"),
    task("end", "r"),
)


def test_a_step_starts_when_all_it_needs_has_succeeded() -> None:
    frontier = Frontier(graph(task("a"), task("b"), task("c", "a", "b")))
    assert frontier.take_ready() == ("a", "b")
    assert frontier.take_ready() == ()
    frontier.finish("a", "succeeded")
    assert frontier.take_ready() == ()
    frontier.finish("b", "succeeded")
    assert frontier.take_ready() == ("c",)
    assert not frontier.over
    frontier.finish("c", "succeeded")
    assert frontier.over


def test_what_needs_a_failed_step_does_not_run() -> None:
    frontier = Frontier(graph(task("a"), task("b", "a"), task("c", "b"), task("d")))
    assert frontier.finish("a", "failed") == ("b", "c")
    assert frontier.states == {"a": "failed", "b": "not_run", "c": "not_run", "d": "ready"}


def test_a_step_ends_once() -> None:
    frontier = Frontier(graph(task("a")))
    frontier.finish("a", "succeeded")
    with pytest.raises(ValueError, match="a is over already"):
        frontier.finish("a", "failed")


def test_only_the_branch_taken_runs_and_the_join_follows() -> None:
    frontier = Frontier(SWITCH)
    frontier.finish("a", "succeeded")
    frontier.finish("slow", "succeeded")
    assert frontier.finish("r.when", "succeeded", branch=1) == ("r.case0",)
    assert frontier.take_ready() == ("a", "r.case1", "r.when", "slow")
    frontier.finish("r.case1", "succeeded")
    assert frontier.take_ready() == ("r",)


def test_a_branch_not_taken_may_have_failed_needs() -> None:
    frontier = Frontier(SWITCH)
    frontier.finish("a", "succeeded")
    frontier.finish("slow", "failed")
    frontier.finish("r.when", "succeeded", branch=0)
    frontier.finish("r.case0", "succeeded")
    assert frontier.states["r.case1"] == "skipped"
    assert frontier.states["r"] == "ready"


def test_a_switch_inside_a_branch_not_taken_is_skipped_whole() -> None:
    outer = Guard(decide="o.when", branch=0)
    frontier = Frontier(
        graph(
            Step(path="o.when", work=Decide(conditions=()), needs=()),
            Step(path="o.case0.when", work=Decide(conditions=()), needs=("o.when",), guard=outer),
            task("o.case0.case0", "o.case0.when", guard=Guard(decide="o.case0.when", branch=0)),
            Step(
                path="o.case0",
                work=Join(decide="o.case0.when", choices=((), ())),
                needs=("o.case0.case0", "o.case0.when", "o.when"),
                guard=outer,
            ),
            Step(path="o", work=Join(decide="o.when", choices=((), ())), needs=("o.case0", "o.when")),
        )
    )
    assert frontier.finish("o.when", "succeeded", branch=1) == ("o.case0", "o.case0.case0", "o.case0.when")
    assert frontier.states["o"] == "ready"


def test_a_long_chain_is_no_recursion() -> None:
    steps = [task("s0"), *(task(f"s{i}", f"s{i - 1}") for i in range(1, 5000))]
    frontier = Frontier(graph(*steps))
    assert len(frontier.finish("s0", "failed")) == 4999
