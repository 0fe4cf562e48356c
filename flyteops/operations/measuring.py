"""How long the tasks of a plan took, read from the store that their runs wrote to."""

from __future__ import annotations

import json

from flyteops.execution.measures import durations_in, measured_key
from flyteops.model.plan import Plan, Timing
from flyteops.plan.size import AGAIN
from flyteops.ports.store import BlobStore


def timings_of(plan: Plan, store: BlobStore, *, scopes: tuple[str, ...]) -> dict[str, Timing]:
    """The median duration of each task that runs again: of the first scope that has measured it."""
    from statistics import median  # brings decimals and fractions, which few plans need

    found: dict[str, Timing] = {}
    wanted = {each.weight.task for each in plan.nodes if each.weight is not None and each.outcome in AGAIN}
    for task in sorted(wanted):
        for scope in scopes:
            durations = _durations(store, scope, task)
            if durations:
                found[task] = Timing(seconds=median(durations), calls=len(durations))
                break
    return found


def _durations(store: BlobStore, scope: str, task: str) -> list[float]:
    data = store.get(measured_key(scope, task))
    try:
        return durations_in(json.loads(data)) if data is not None else []
    except (ValueError, RecursionError):
        return []
