"""Gates: what a step hands on once somebody has consented, or has given a value."""

from __future__ import annotations

from flyteops.model.digest import Json, JsonObject
from flyteops.runtime.binding import bound_inputs
from flyteops.runtime.committing import commit
from flyteops.runtime.converting import convert
from flyteops.runtime.endings import INTERFACE, NEVER, Ended
from flyteops.runtime.session import Session, parsed
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


def answered(session: Session, invocation: JsonObject, text: str) -> None:
    """A gate of a cluster, by the word that came through the engine: `yes`, `no`, or base64url of type and value."""
    step = str(invocation["step"])
    consent = invocation["gate"] == "approve"
    if text == "none" or not text:
        raise Ended(NEVER, f"{step} went on without an answer: nobody gave one in time, or it was resumed without one")
    if consent and text == "no":
        raise Ended(NEVER, f"{step} was refused")
    if consent and text != "yes":
        raise Ended(NEVER, f"{step} was answered {text[:20]!r}: say yes or no")
    pass_gate(session, invocation, None if consent else _document(step, text))


def _document(step: str, text: str) -> tuple[Json, Json]:
    import base64
    import binascii

    try:
        document = parsed(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        document = None
    if document is None or "type" not in document or "value" not in document:
        raise Ended(NEVER, f'{step} was given no value: the answer is base64url of {{"type": …, "value": …}}')
    return document["type"], document["value"]
