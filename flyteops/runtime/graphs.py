"""Dynamic tasks: a function that returns a graph, or plain values. The graph is kept here, and checked elsewhere."""

from __future__ import annotations

import datetime as dt
import enum
import json
from typing import Any

from flyteops.model.digest import Json, JsonObject
from flyteops.runtime.converting import short
from flyteops.runtime.endings import INTERFACE, Ended, Mismatch
from flyteops.runtime.session import Session

LARGEST_GRAPH = 1024 * 1024
"""Bytes of a graph as JSON, as for a file of declarations."""
_DEEPEST = 100


def graph_key(session: Session, invocation: JsonObject) -> str:
    """Where the graph that a step returned is kept: a step that is tried again runs the same one, until its code is
    another one."""
    return f"runs/{session.run}/{invocation['step']}/graph-{str(invocation['code'])[:12]}.json"


def has_graph(session: Session, invocation: JsonObject) -> bool:
    """Whether the step has returned a graph before."""
    return session.store.size(graph_key(session, invocation)) is not None


def is_graph(result: Any) -> bool:
    """Whether a function returned a graph, `{"nodes": {…}, "outputs": …}`, and no plain values."""
    return isinstance(result, dict) and "nodes" in result and set(result) <= {"nodes", "outputs"}


def refuse_neither(result: Any, invocation: JsonObject) -> None:
    """What is no graph is the task's outputs: where none are declared there is nothing that it could be."""
    if invocation["returns"] == "none" and result is not None:
        wanted = 'a graph is {"nodes": {…}, "outputs": …}, and no outputs are declared'
        raise Ended(INTERFACE, f"{wanted}: the function returned {short(result)}")


def keep_graph(session: Session, invocation: JsonObject, result: dict[str, Any]) -> None:
    """Keeps the graph, once; `Ended` when it has parts that no declaration could have."""
    try:
        document = _plain(result, "", 0)
    except Mismatch as found:
        raise Ended(INTERFACE, f"the returned graph{found.at}: {found.message}") from None
    data = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    if len(data) > LARGEST_GRAPH:
        raise Ended(INTERFACE, f"the returned graph is larger than {LARGEST_GRAPH >> 20} MiB: let a map walk a list")
    session.store.create(graph_key(session, invocation), data)


def _plain(value: Any, at: str, depth: int) -> Json:
    """Plain JSON of what a declaration could say: times in their spelling, an Enum by its value."""
    if depth > _DEEPEST:
        raise Mismatch(f"nested deeper than {_DEEPEST}", at)
    match value:
        case enum.Enum():
            return _plain(value.value, at, depth + 1)
        case None | bool() | int() | str():
            return value
        case float() if value == value and value not in (float("inf"), float("-inf")):  # noqa: PLR0124
            return value
        case dt.datetime():
            return value.isoformat() if value.tzinfo else f"{value.isoformat()}Z"
        case dt.date():
            return value.isoformat()
        case dt.timedelta() if value.microseconds % 1000 == 0 and value >= dt.timedelta(0):
            return f"{value // dt.timedelta(milliseconds=1)}ms"
        case list() | tuple():
            return [_plain(each, f"{at}.{number}", depth + 1) for number, each in enumerate(value)]
        case dict() if all(isinstance(key, str) for key in value):
            return {key: _plain(each, f"{at}.{key}", depth + 1) for key, each in value.items()}
    raise Mismatch(
        f"{type(value).__name__} cannot stand in a graph: write plain values, and $inputs.NAME for what was given", at
    )
