"""Runs of their own: what one is given when it is launched, and what its outputs are to the step that launched it."""

from __future__ import annotations

from flyteops.execution.children import child_name
from flyteops.model.digest import JsonObject, canonical
from flyteops.runtime.binding import bound_inputs
from flyteops.runtime.committing import commit, outputs_of
from flyteops.runtime.endings import INTERFACE, NEVER, Ended
from flyteops.runtime.failures import failures_of
from flyteops.runtime.maps import item_inputs
from flyteops.runtime.session import Session
from flyteops.runtime.stored import keep_literal


def launched_at(invocation: JsonObject, item: int | None) -> str:
    """The path that a run is launched at and its outputs are committed at."""
    return str(invocation["step"]) if item is None else f"{invocation['step']}.{item}"


def launch(session: Session, invocation: JsonObject, item: int | None) -> str:
    """Writes the inputs of the launched run, once; its name. Whoever launches it again finds it begun."""
    given, left = bound_inputs(session, invocation["inputs"])
    if item is not None:
        given += item_inputs(session, invocation, item)
    if left and "dynamic" not in invocation:
        raise Ended(INTERFACE, f"no value for the input {left[0]}: the run was given none")
    documents: JsonObject = {name: keep_literal(session.store, of, value) for name, of, value in given}
    name = child_name(session.run, launched_at(invocation, item))
    session.store.create(f"runs/{name}/inputs.json", canonical(documents))
    return name


def land(session: Session, invocation: JsonObject, item: int | None) -> None:
    """Commits what the launched run returned as the outputs of the step."""
    step = launched_at(invocation, item)
    if session.commit(step) is not None:
        return
    name = child_name(session.run, step)
    returned = session.document(f"runs/{name}/outputs.json")
    if returned is None:
        raise Ended(NEVER, _why(session, name))
    committed = commit(session, step, outputs_of(returned))
    if "dynamic" in invocation:
        from flyteops.runtime.attempt import publish_outputs

        publish_outputs(session, invocation, committed)


def _why(session: Session, name: str) -> str:
    failures = failures_of(session, name)
    if not failures:
        return f"the run {name} failed: a pod was lost, or never began"
    return f"the run {name} failed at {failures[0].node}: {failures[0].message}"
