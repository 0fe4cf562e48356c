"""Gates: what a step hands on once somebody has consented, or has given a value."""

from __future__ import annotations

from flyteops.model.digest import Json, JsonObject
from flyteops.runtime.binding import bound_inputs
from flyteops.runtime.committing import commit
from flyteops.runtime.converting import convert
from flyteops.runtime.endings import INTERFACE, Ended
from flyteops.runtime.session import Session
from flyteops.runtime.shapes import items_of
from flyteops.runtime.stored import keep_literal


def pass_gate(session: Session, invocation: JsonObject, given: tuple[Json, Json] | None) -> None:
    """Commits the gate's outputs: what `approve` was given to show, or type and value of an answer."""
    step = str(invocation["step"])
    if session.commit(step) is not None:
        return
    if given is None:
        values, left = bound_inputs(session, invocation["inputs"])
        if left:
            raise Ended(INTERFACE, f"no value for {left[0]}: the run was given none")
    else:
        (name, of), *_ = [items_of(each) for each in items_of(invocation["outputs_type"])]
        values = [(str(name), of, convert(given[1], given[0], of))]
    commit(session, step, {name: keep_literal(session.store, of, value) for name, of, value in values})
