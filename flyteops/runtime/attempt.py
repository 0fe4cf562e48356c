"""One attempt of one call: inputs, cache, function or script, outputs, commit, cache entry; in this order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from flyteops.context import enter, leave
from flyteops.model.digest import Json, JsonObject
from flyteops.ports.store import StoreFailed
from flyteops.runtime.binding import Given, bound_inputs
from flyteops.runtime.cache import Slot, look_up, publish, slot_of
from flyteops.runtime.calling import call, function_of, line_of, refuse_missing, return_hints, returned
from flyteops.runtime.committing import commit, outputs_of
from flyteops.runtime.endings import INTERFACE, Ended, Mismatch
from flyteops.runtime.flyte.installed import hosted
from flyteops.runtime.graphs import has_graph, is_graph, keep_graph, refuse_neither
from flyteops.runtime.measuring import note_duration
from flyteops.runtime.outside import Outside
from flyteops.runtime.session import Session
from flyteops.runtime.stored import keep_literal
from flyteops.runtime.surroundings import current_of, keep_deck
from flyteops.runtime.warm import warm_up


class Call:
    """A call about to happen: its step, its inputs, what is left to defaults, its place in the cache."""

    __slots__ = ("given", "invocation", "item", "left", "slot", "step")

    def __init__(self, session: Session, invocation: JsonObject, item: int | None) -> None:
        self.invocation = invocation
        self.item = item
        self.step = str(invocation["step"]) if item is None else f"{invocation['step']}.{item}"
        self.given, self.left = _inputs(session, invocation, item)
        self.slot: Slot | None = slot_of(session, invocation, self.given)


def step_of(invocation: JsonObject, item: int | None) -> str:
    """The path a call commits at."""
    return str(invocation["step"]) if item is None else f"{invocation['step']}.{item}"


def _inputs(session: Session, invocation: JsonObject, item: int | None) -> tuple[list[Given], list[str]]:
    given, left = bound_inputs(session, invocation["inputs"])
    if item is not None:
        from flyteops.runtime.maps import item_inputs

        given += item_inputs(session, invocation, item)
    return given, left


def from_cache(session: Session, prepared: Call) -> bool:
    """Commits the cached outputs when there are any."""
    if prepared.slot is None:
        return False
    outputs = look_up(session, prepared.slot)
    # Told to overwrite, the entry seen is replaced later; it is not used now.
    if outputs is None or session.cache == "overwrite":
        return False
    commit(session, prepared.step, outputs, cached=prepared.slot.key)
    return True


def lookup(session: Session, invocation: JsonObject, item: int | None = None) -> bool:
    """Whether the step has committed, or does now from the cache."""
    if session.commit(step_of(invocation, item)) is not None:
        return True
    return from_cache(session, Call(session, invocation, item))


def run_call(session: Session, invocation: JsonObject, item: int | None = None) -> bool:
    """Runs one attempt to its commit; True when nothing had to be called. Raises `Ended` when it fails."""
    if session.commit(step_of(invocation, item)) is not None:
        return True
    prepared = Call(session, invocation, item)
    if from_cache(session, prepared):
        return True
    if prepared.slot is not None and prepared.slot.serialize and session.cache == "on":
        return _run_alone(session, prepared, prepared.slot)
    _compute(session, prepared)
    return False


def _run_alone(session: Session, prepared: Call, slot: Slot) -> bool:
    """Computes under the lease of the key, or takes what another published meanwhile."""
    from flyteops.runtime.leases import take

    lease = take(session, slot.lease, prepared.step, published=lambda: from_cache(session, prepared))
    if lease is None:
        return True
    try:
        # Between the look-up and the lease another may have been faster.
        if from_cache(session, prepared):
            return True
        _compute(session, prepared, before_commit=lease.require)
    finally:
        lease.give_back()
    return False


def _compute(session: Session, prepared: Call, *, before_commit: Callable[[], None] | None = None) -> None:
    started_s = time.monotonic()
    outputs = _outputs(session, prepared)
    if outputs is None:
        return  # a graph stands in the store: what runs it commits in its place
    if before_commit is not None:
        before_commit()
    committed = commit(session, prepared.step, outputs)
    if prepared.slot is not None:
        publish(session, prepared.slot, committed)
    note_duration(session, prepared.invocation, time.monotonic() - started_s)


def publish_outputs(session: Session, invocation: JsonObject, committed: JsonObject) -> None:
    """Writes the cache entry of a dynamic call, whose graph has computed its outputs."""
    prepared = Call(session, invocation, None)
    if prepared.slot is not None:
        publish(session, prepared.slot, committed)


def _outputs(session: Session, prepared: Call) -> JsonObject | None:
    """Does the work in the attempt's folder and stores what comes of it; None when that is a graph."""
    invocation = prepared.invocation
    if "dynamic" in invocation and has_graph(session, invocation):
        return None
    os.makedirs(session.folder, exist_ok=True)  # noqa: PTH103
    before = _working_folder()
    os.chdir(session.folder)
    current = current_of(session, invocation, prepared.item)
    enter(current)
    try:
        if "script" in invocation:
            from flyteops.runtime.scripts import run_script

            return run_script(session, invocation, prepared.given)
        warm_up(invocation, session.code)
        function = function_of(str(invocation.get("function") or invocation["dynamic"]), session.code)
        refuse_missing(function, prepared.left)
        with hosted(current, function):
            return _called(session, prepared, function)
    finally:
        leave()
        os.chdir(before)
        keep_deck(session, current, prepared.step)


def _called(session: Session, prepared: Call, function: Any) -> JsonObject | None:
    """Calls the function and stores what it returned; None when that is a graph."""
    invocation = prepared.invocation
    hints = _hints(function)
    arguments = _arguments(session, prepared.given, hints)
    result = call(function, arguments, invocation.get("never"))
    if "dynamic" in invocation:
        if is_graph(result):
            keep_graph(session, invocation, result)
            return None
        refuse_neither(result, invocation)
        hints = {}
    return _kept(session, invocation, result, hints.get("return"))


def _working_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        return os.sep


def _hints(function: Any) -> dict[str, Any]:
    from flyteops.runtime.hints import hints_of

    return dict(hints_of(function))


def _arguments(session: Session, given: list[Given], hints: dict[str, Any]) -> dict[str, Any]:
    from flyteops.runtime.decoding import decode

    arguments: dict[str, Any] = {}
    outside = Outside(session.store, session.folder, scope=session.scope)
    for name, of, value in given:
        try:
            arguments[name] = decode(value, of, hints.get(name), open_blob=outside.open)
        except Mismatch as found:
            raise Ended(INTERFACE, f"input {name}{found.at}: {found.message}") from None
        except (Ended, StoreFailed):
            raise
        except Exception as error:  # noqa: BLE001 - the user's own class may raise anything
            raise Ended(INTERFACE, f"input {name}: {line_of(error)}", kind=type(error).__name__) from None
    return arguments


def _kept(session: Session, invocation: JsonObject, result: Any, hint: Any) -> JsonObject:
    from flyteops.runtime.encoding import encode

    outputs = returned(result, invocation)
    hints = return_hints(hint, [name for name, _, _ in outputs], invocation["returns"])
    kept: JsonObject = {}
    outside = Outside(session.store, session.folder, scope=session.scope, below=session.raw_data)
    for (name, of, value), each in zip(outputs, hints, strict=False):
        try:
            wire: Json = encode(value, of, each, keep_file=outside.keep)
        except Mismatch as found:
            raise Ended(INTERFACE, f"output {name}{found.at}: {found.message}") from None
        except (Ended, StoreFailed):
            raise
        except Exception as error:  # noqa: BLE001 - the user's own class may raise anything
            raise Ended(INTERFACE, f"output {name}: {line_of(error)}", kind=type(error).__name__) from None
        kept[name] = keep_literal(session.store, of, wire)
    return kept


__all__ = ["Call", "from_cache", "lookup", "outputs_of", "publish_outputs", "run_call", "step_of"]
