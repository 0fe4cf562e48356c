"""`$error`: found out from what failed attempts have left in the store, and put into a handler's invocation."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.model.failure import FAILURE, Failure
from flyteops.model.types import STR, type_wire
from flyteops.runtime.endings import CAUSES, INTERFACE, STOPPED, STORE, Ended
from flyteops.runtime.session import Session
from flyteops.runtime.shapes import items_of

_TYPES = {field.name: type_wire(field.type) for field in FAILURE.fields}


def with_error(invocation: JsonObject, error: JsonObject, *, step: str) -> JsonObject:
    """The invocation of a handler that is called for this error and commits at `step`."""
    replaced = _replaced(invocation, error)
    return {**(replaced if isinstance(replaced, dict) else {}), "step": step}


def _replaced(document: Json, error: JsonObject) -> Json:
    if isinstance(document, dict):
        if document.get("error") is True and isinstance(path := document.get("path"), list):
            if not path:
                return {"value": error, "type": type_wire(FAILURE)}
            name = str(path[0])
            return {"value": error[name], "type": _TYPES.get(name, type_wire(STR))}
        return {key: _replaced(each, error) for key, each in document.items()}
    if isinstance(document, list):
        return [_replaced(each, error) for each in document]
    return document


def with_stored_error(session: Session, invocation: JsonObject) -> JsonObject:
    """The same in a pod, where the pod `failure` has found out why the handler is called."""
    step = str(invocation["step"])
    error = session.document(_key(session, step))
    if error is None:
        raise Ended(STORE, f"nobody has noted why {step} is called")
    told = with_error({key: each for key, each in invocation.items() if key != "handler"}, error, step=step)
    missing = unready(session, told)
    if missing:
        raise Ended(INTERFACE, missing)
    return told


def unready(session: Session, invocation: JsonObject) -> str:
    """Why a handler cannot be called: an input of its workflow comes from a step that has not ended. Else empty."""
    missing = next((step for step in _steps_read(invocation) if session.commit(step) is None), None)
    return "" if missing is None else f"{invocation['step']} needs an output of {missing}, which had not ended"


def _steps_read(document: Json) -> Iterator[str]:
    if isinstance(document, dict):
        if "output" in document and isinstance(step := document.get("step"), str):
            yield step
        for each in document.values():
            yield from _steps_read(each)
    elif isinstance(document, list):
        for each in document:
            yield from _steps_read(each)


def note_failure(session: Session, invocation: JsonObject) -> str:
    """Notes for each handler why it is called; their numbers as `-0-2-`, `-` for none."""
    failures = failures_of(session, session.run)
    called = "-"
    for number, each in enumerate(items_of(invocation["handlers"])):
        if not isinstance(each, dict):
            continue
        scope = str(each["scope"])
        mine = [found for found in failures if not scope or found.node.startswith(f"{scope}.")]
        if not failures and not scope:
            mine = [Failure(message="a pod was lost, or never began", node="", kind="lost", attempts=1)]
        if mine:
            session.store.create(_key(session, str(each["step"])), canonical(mine[0].value()))
            called += f"{number}-"
    return called


def failures_of(session: Session, run: str) -> list[Failure]:
    """The steps of a run that have left an error and no commit; those that were only stopped come last."""
    prefix = f"runs/{run}/"
    keys = session.store.list(prefix)
    committed = {key[len(prefix) : -len("/commit.json")] for key in keys if key.endswith("/commit.json")}
    found: dict[str, list[str]] = {}
    for key in keys:
        step, _, rest = key[len(prefix) :].partition("/")
        if rest.endswith("/error.json") and rest.count("/") == 1 and step not in committed:
            found.setdefault(_node(step), []).append(key)
    failures = [_failure(session, node, errors) for node, errors in found.items() if node not in committed]
    return sorted(failures, key=lambda each: (each.kind == CAUSES[STOPPED], each.node))


def _node(step: str) -> str:
    """The node of a step: for an item of a map the map."""
    head, _, last = step.rpartition(".")
    return head if last.isdigit() and head else step


def _failure(session: Session, node: str, errors: list[str]) -> Failure:
    error = session.document(errors[-1]) or {}
    return Failure(
        message=str(error.get("message", "")),
        node=node,
        kind=str(error.get("cause", "")),
        attempts=len(errors),
    )


def _key(session: Session, handler: str) -> str:
    return f"runs/{session.run}/{handler}/failure.json"
