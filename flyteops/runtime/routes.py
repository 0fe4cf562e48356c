"""Steps without user code: which branch a switch takes, what it hands on, what the run returns."""

from __future__ import annotations

from typing import Any

from flyteops.execution.conditions import evaluate
from flyteops.model.digest import Json, JsonObject
from flyteops.runtime.binding import Absent, bound_inputs, raw
from flyteops.runtime.committing import commit, outputs_of
from flyteops.runtime.converting import convert
from flyteops.runtime.endings import INTERFACE, NEVER, STORE, Ended, Mismatch
from flyteops.runtime.session import Session
from flyteops.runtime.shapes import items_of
from flyteops.runtime.stored import keep_literal, read_literal

BRANCH = "branch"


def decide(session: Session, invocation: JsonObject) -> int:
    """Commits and returns the number of the first condition that holds, or their count for `else`."""
    step = str(invocation["step"])
    committed = session.commit(step)
    if committed is None:
        conditions = items_of(invocation["conditions"])
        branch = next((i for i, each in enumerate(conditions) if _holds(session, each)), len(conditions))
        committed = commit(session, step, {BRANCH: keep_literal(session.store, "int", branch)})
    return branch_of(session, committed)


def branch_of(session: Session, committed: JsonObject) -> int:
    """The branch in a decision's commit."""
    value = read_literal(session.store, outputs_of(committed).get(BRANCH))[1]
    if not isinstance(value, int):
        raise Ended(STORE, "a decision without a branch")
    return value


def _holds(session: Session, condition: Json) -> bool:
    def look(operand: dict[str, Any]) -> Json:
        source, value = raw(session, operand)
        return convert(value, source, operand["type"])

    if not isinstance(condition, dict):
        raise Ended(INTERFACE, "a condition is no object")
    try:
        return evaluate(condition, look)
    except (Mismatch, ValueError, TypeError) as found:
        raise Ended(INTERFACE, f"a condition cannot be evaluated: {found}") from None
    except Absent as absent:
        raise Ended(INTERFACE, f"the run has no input {absent}") from None


def join(session: Session, invocation: JsonObject) -> None:
    """Commits the outputs of the branch taken, or fails with its message."""
    step = str(invocation["step"])
    if session.commit(step) is not None:
        return
    decided = session.commit(str(invocation["decide"]))
    if decided is None:
        raise Ended(STORE, f"the step {invocation['decide']} has not committed")
    choice = items_of(invocation["choices"])[branch_of(session, decided)]
    if not isinstance(choice, dict):
        raise Ended(INTERFACE, "a choice is no object")
    if "fail" in choice:
        raise Ended(NEVER, str(choice["fail"]), kind="fail")
    commit(session, step, _gathered(session, choice["outputs"]))


def outputs(session: Session, invocation: JsonObject) -> JsonObject:
    """Commits and returns what the run returns."""
    committed = session.commit("")
    if committed is None:
        committed = commit(session, "", _gathered(session, invocation["outputs"]))
    if "publishes" in invocation:
        from flyteops.runtime.artifacts import publish_outputs

        publish_outputs(session, invocation, committed)
    return outputs_of(committed)


def _gathered(session: Session, wanted: Json) -> JsonObject:
    given, left = bound_inputs(session, wanted)
    if left:
        raise Ended(INTERFACE, f"no value for the output {left[0]}: the run was given none")
    return {name: keep_literal(session.store, of, value) for name, of, value in given}
