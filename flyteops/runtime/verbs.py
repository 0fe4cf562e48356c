"""The verbs, one function: what a pod, a worker and the local run do with an invocation."""

from __future__ import annotations

import json
from collections.abc import Callable

from flyteops.model.digest import Json, JsonObject
from flyteops.ports.store import StoreFailed
from flyteops.runtime.binding import Absent
from flyteops.runtime.committing import error_document, write_error
from flyteops.runtime.endings import CAUSES, DONE, INTERFACE, STORE, Ended, Mismatch
from flyteops.runtime.session import Session

VERBS = (
    "begin", "task", "map-item", "container-inputs", "container-outputs", "lookup", "map-size", "map-gather", "decide",
    "join", "outputs", "launch", "land", "failure", "hold",
)  # fmt: skip


class Answer:
    """How a verb ended: exit code, the tiny result for the engine, whether nothing was called, why it failed."""

    __slots__ = ("cached", "code", "error", "result")

    def __init__(self, code: int, *, result: str = "", cached: bool = False, error: JsonObject | None = None) -> None:
        self.code = code
        self.result = result
        self.cached = cached
        self.error = error


def perform(session: Session, verb: str, invocation: JsonObject, item: int | None = None) -> Answer:
    """Does the verb; a failure is stored as `error.json` and becomes an exit code."""
    return _answered(lambda: _perform(session, verb, invocation, item), session, invocation, item)


def begun(session: Session, invocation: JsonObject, *, kickoff: str, inputs: str) -> Answer:
    """The verb `begin`, which alone takes values of the launch."""
    from flyteops.runtime.beginning import begin

    def work() -> Answer:
        begin(session, invocation, kickoff=kickoff, inputs=inputs)
        return Answer(DONE)

    return _answered(work, session, invocation, None)


def answered(session: Session, invocation: JsonObject, text: str) -> Answer:
    """The verb `hold`: a gate of a cluster, opened by an answer that came through the engine."""
    from flyteops.runtime.gates import answered as opened

    def work() -> Answer:
        opened(session, invocation, text)
        return Answer(DONE)

    return _answered(work, session, invocation, None)


def held(session: Session, invocation: JsonObject, given: tuple[Json, Json] | None) -> Answer:
    """A gate that somebody has opened; `given` is type and value of an answer, None where consent is all."""
    from flyteops.runtime.gates import pass_gate

    def work() -> Answer:
        pass_gate(session, invocation, given)
        return Answer(DONE)

    return _answered(work, session, invocation, None)


def _answered(work: Callable[[], Answer], session: Session, invocation: JsonObject, item: int | None) -> Answer:
    try:
        return work()
    except Ended as ended:
        return failed(session, invocation, item, ended)
    except StoreFailed as error:
        return failed(session, invocation, item, Ended(STORE, str(error), kind="StoreFailed"))
    except Absent as absent:
        return failed(session, invocation, item, Ended(INTERFACE, f"the run has no input {absent}"))
    except Mismatch as found:
        return failed(session, invocation, item, Ended(INTERFACE, str(found)))


def failed(session: Session, invocation: JsonObject, item: int | None, ended: Ended) -> Answer:
    """The answer of a failed attempt."""
    step = str(invocation["step"]) if item is None else f"{invocation['step']}.{item}"
    error = error_document(session, step, ended, CAUSES.get(ended.code, "crash"))
    write_error(session, step, error)
    return Answer(ended.code, error=error)


def _perform(session: Session, verb: str, invocation: JsonObject, item: int | None) -> Answer:
    if invocation.get("handler"):
        from flyteops.runtime.failures import with_stored_error

        invocation = with_stored_error(session, invocation)
    match verb:
        case "task" | "map-item":
            from flyteops.runtime.attempt import run_call

            return Answer(DONE, cached=run_call(session, invocation, item))
        case "lookup":
            from flyteops.runtime.attempt import lookup

            hit = lookup(session, invocation, item)
            return Answer(DONE, result="hit" if hit else "miss", cached=hit)
        case "container-inputs":
            from flyteops.runtime.containers import put_inputs

            put_inputs(session, invocation, item)
        case "container-outputs":
            from flyteops.runtime.containers import take_outputs

            take_outputs(session, invocation, item)
        case "map-size":
            from flyteops.runtime.maps import map_size

            count = map_size(session, invocation)
            return Answer(DONE, result=json.dumps(list(range(count)), separators=(",", ":")))
        case "map-gather":
            from flyteops.runtime.maps import gather

            gather(session, invocation)
        case "decide":
            from flyteops.runtime.routes import decide

            return Answer(DONE, result=str(decide(session, invocation)))
        case "join":
            from flyteops.runtime.routes import join

            join(session, invocation)
        case "launch":
            from flyteops.runtime.launches import launch

            return Answer(DONE, result=launch(session, invocation, item))
        case "land":
            from flyteops.runtime.launches import land

            land(session, invocation, item)
        case "failure":
            from flyteops.runtime.failures import note_failure

            return Answer(DONE, result=note_failure(session, invocation))
        case "outputs":
            from flyteops.runtime.routes import outputs

            outputs(session, invocation)
        case _:
            raise Ended(INTERFACE, f"there is no verb {verb}")
    return Answer(DONE)
