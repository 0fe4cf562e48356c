"""Steps of runs inside a run as one list: those of a launched run as they are, those of items added up by step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flyteops.local.requests import NodePhase, NodeResult

_WORST: tuple[NodePhase, ...] = ("failed", "not_run", "succeeded", "skipped")
"""Of the phases that a step had in several runs, the first of these is told."""


def together(into: dict[str, NodeResult], steps: Iterable[NodeResult], *, prefix: str, items: bool) -> None:
    """Adds the steps of one more run, each with the prefix before its path."""
    for step in steps:
        path = prefix + step.path
        found = replace(step, path=path, items=1 if items and step.items is None else step.items)
        into[path] = _sum(into[path], found) if path in into else found


def _sum(one: NodeResult, other: NodeResult) -> NodeResult:
    phases = (one.phase, other.phase)
    phase = next(each for each in _WORST if each in phases)
    ran = [each for each in (one, other) if each.phase in ("succeeded", "failed")]
    return replace(
        one if one.error is not None or other.error is None else other,
        phase=phase,
        cached=bool(ran) and all(each.cached for each in ran),
        attempts=one.attempts + other.attempts,
        duration_s=one.duration_s + other.duration_s,
        items=(one.items or 0) + (other.items or 0),
        run="",
    )
