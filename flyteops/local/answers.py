"""Answers of attempts that no worker gave itself, and how an answer reads in the run's result."""

from __future__ import annotations

import signal

from flyteops.local.requests import NodeError
from flyteops.model.digest import JsonObject
from flyteops.runtime.endings import DEADLINE
from flyteops.runtime.verbs import Answer


def failure(code: int, cause: str, message: str, *, kind: str = "", traceback: str = "") -> Answer:
    """A failed attempt in the form of `error.json`."""
    error: JsonObject = {
        "exit_code": code,
        "cause": cause,
        "type": kind,
        "message": message,
        "traceback": traceback,
    }
    return Answer(code, error=error)


def late(message: str) -> Answer:
    """An attempt that was ended for its time."""
    return failure(DEADLINE, "deadline", message)


def killed(code: int, *, stopping: bool) -> Answer:
    """An attempt whose worker was ended by a signal (`code` is 128+n)."""
    cause = "stopped" if stopping else "killed"
    return failure(code, cause, f"the worker process was ended by {_signal_name(code - 128)}")


def of_item(answer: Answer, item: int) -> Answer:
    """The answer of a map that failed by one item's answer."""
    told = node_error(answer)
    if told is None:
        return answer
    message = f"item {item}: {told.message}"
    return failure(told.code, told.cause, message, kind=told.type, traceback=told.traceback)


def node_error(answer: Answer) -> NodeError | None:
    """The error of a node that ended with this answer."""
    if not answer.code:
        return None
    found = answer.error or {}
    return NodeError(
        code=answer.code,
        cause=str(found.get("cause", "crash")),
        type=str(found.get("type", "")),
        message=str(found.get("message", "")),
        traceback=str(found.get("traceback", "")),
    )


def message_of(answer: Answer) -> str:
    """What to say of a failed attempt in one line."""
    return str(answer.error["message"]) if answer.error else f"exit code {answer.code}"


def stopped_error(answer: Answer, because: str | None) -> NodeError:
    """The error of a node that ran when the run was stopped."""
    why = f"stopped because {because} failed" if because else "stopped"
    return NodeError(code=answer.code, cause="stopped", type="", message=why, traceback="")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
