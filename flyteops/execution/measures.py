"""The form of what is measured of a task: durations of its last calls in a scope. Needed in pods: no dataclasses."""

from __future__ import annotations

from flyteops.model.digest import Json, digest_of

KEPT = 20
"""As many make a median that one slow host does not move."""


def measured_key(scope: str, task: str) -> str:
    """Where a store keeps the durations of a task, named `PROJECT/NAME`."""
    return f"measured/v1/{scope}/{digest_of('flyteops.measured.v1', task)[:16]}.json"


def durations_in(document: Json) -> list[float]:
    """The durations in seconds, oldest first; what is no duration is left out."""
    took = document.get("took_s") if isinstance(document, dict) else None
    listed = took if isinstance(took, list) else []
    return [
        float(each) for each in listed if isinstance(each, int | float) and not isinstance(each, bool) and each >= 0
    ]
