from __future__ import annotations

from typing import cast

import pytest

from flyteops.execution.steps import RunTask, Step
from flyteops.local.answers import failure, killed, message_of, node_error, of_item
from flyteops.local.attempts import overdue, set_kill_time, waiting_until
from flyteops.local.jobs import Job, NodeRecord, Owner
from flyteops.model.entities import Interface, Task, TaskSettings, Timeout
from flyteops.model.works import FunctionRef, FunctionWork

WORK = FunctionWork(function=FunctionRef(module="m", name="f"), returns="none", code="c")
TASK = Task(name="t", work=WORK, interface=Interface())


def job(timeout: Timeout, *, first_s: float = 100.0, queued_s: float = 110.0, begun_s: float = 120.0) -> Job:
    work = RunTask(task=TASK, settings=TaskSettings(timeout=timeout), inputs=())
    node = NodeRecord(step=Step(path="a", work=work, needs=()), invocation={})
    return Job(run=cast("Owner", None), node=node, item=None, queued_s=queued_s, first_s=first_s, begun_s=begun_s)


@pytest.mark.parametrize(
    ("timeout", "until"),
    [
        (Timeout(), None),
        (Timeout(queued_s=5), 115.0),
        (Timeout(total_s=5), 105.0),
        (Timeout(queued_s=5, total_s=50), 115.0),
    ],
)
def test_a_job_waits_within_both_bounds(timeout: Timeout, until: float | None) -> None:
    assert waiting_until(job(timeout)) == until
    assert overdue(job(timeout), 116.0) == (until is not None)


def test_an_attempt_is_killed_a_little_after_its_own_deadline() -> None:
    late = job(Timeout(run_s=10))
    set_kill_time(late)
    assert (late.kill_at_s, late.late) == (132.0, "the attempt took longer than 10 s (timeout.run)")
    late = job(Timeout(run_s=10, total_s=25))
    set_kill_time(late)
    assert (late.kill_at_s, late.late) == (125.0, "the node took longer than 25 s (timeout.total)")
    late = job(Timeout())
    set_kill_time(late)
    assert late.kill_at_s is None


def test_answers_read_as_errors() -> None:
    answer = failure(80, "user", "ValueError: x", kind="ValueError", traceback="t")
    error = node_error(of_item(answer, 3))
    assert error is not None
    assert (error.code, error.cause, error.type, error.message, error.traceback) == (
        80, "user", "ValueError", "item 3: ValueError: x", "t",
    )  # fmt: skip
    assert message_of(killed(139, stopping=False)) == "the worker process was ended by SIGSEGV"
    assert message_of(killed(250, stopping=False)) == "the worker process was ended by signal 122"
