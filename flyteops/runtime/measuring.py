"""How long calls take: the last durations of each task, beside the cache, for the estimates of a plan."""

from __future__ import annotations

from flyteops.execution.measures import KEPT, durations_in, measured_key
from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.ports.store import StoreFailed
from flyteops.runtime.session import Session, parsed

SHORT_S = 1.0
"""Below a second nothing is written anew: it costs nothing, and a map of thousands would write thousands of times."""


def note_duration(session: Session, invocation: JsonObject, took_s: float) -> None:
    """Adds a duration. Best effort: of two calls that end at once one is not counted, and nothing fails for it."""
    task = invocation.get("task")
    if not isinstance(task, str):
        return
    key = measured_key(session.scope, task)
    try:
        seen = session.store.get(key)
        known = durations_in(parsed(seen)) if seen is not None else []
        if known and max(took_s, known[-1]) < SHORT_S:
            return
        took: list[Json] = [*known[1 - KEPT :], round(took_s, 3)]
        session.store.replace(key, canonical({"v": 1, "task": task, "took_s": took}), expected=seen)
    except StoreFailed:
        return
