"""Drift and leftovers as a person reads them, and drift as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.model.digest import Json, JsonObject
from flyteops.model.state import Effect
from flyteops.plan.readable import short_text
from flyteops.reconcile import Absent, Drift, FieldDrift, Leftovers, ObjectDrift
from flyteops.views.escape import safe

SAID = {
    "missing": "is not there any more",
    "changed": "was changed",
    "stranger": "was replaced by an object that is not ours",
    "left": "is ours and in no record: `flyteops prune` shows it",
    "unknown": "is there; what was applied cannot be read from git, so its fields were not compared",
}
VALUE_LIMIT = 60
"""Characters of a value on a line; the JSON document has all of it."""


def render_drift(drift: Drift) -> str:
    """One block an object; the last line is stable."""
    lines = [line for each in drift.objects for line in _object(each)]
    differing = sum(each.state != "unknown" for each in drift.objects)
    last = f"Drift: {differing} of {drift.looked_at} objects differ from what was applied ({drift.cluster})."
    return "\n".join([*lines, *([""] if lines else []), last]) + "\n"


def drift_wire(drift: Drift) -> JsonObject:
    """The same for programs; a field without a value is left out."""
    objects: list[Json] = [
        {
            "object": str(each.ref),
            "address": each.address,
            "state": each.state,
            "fields": [_field_wire(field) for field in each.fields],
        }
        for each in drift.objects
    ]
    return {"cluster": drift.cluster, "looked_at": drift.looked_at, "objects": objects}


def render_leftovers(found: Leftovers) -> str:
    """What a prune would delete, and what stays."""
    lines = [
        f"  - {safe(str(each.ref))}" + (f" ({safe(each.address)})" if each.address else "") for each in found.effects
    ]
    lines += [f"    {safe(str(each.ref))} stays: {each.why}" for each in found.kept]
    last = f"Prune: {len(found.effects)} of {found.total} objects to delete."
    return "\n".join([*lines, *([""] if lines else []), last]) + "\n"


def _object(found: ObjectDrift) -> Iterator[str]:
    yield f"~ {_named(found)} {SAID[found.state]}"
    for field in found.fields:
        wanted = "" if field.wanted == field.applied else f", in git now {_value(field.wanted)}"
        yield f"    {safe(field.path)}: applied {_value(field.applied)}, live {_value(field.live)}{wanted}"


def _named(found: ObjectDrift | Effect) -> str:
    return safe(f"{found.ref} ({found.address})" if found.address else str(found.ref))


def _value(value: Json | Absent) -> str:
    if isinstance(value, Absent):
        return "nothing"
    return safe(short_text(value, VALUE_LIMIT))


def _field_wire(field: FieldDrift) -> JsonObject:
    values = {"applied": field.applied, "wanted": field.wanted, "live": field.live}
    return {"path": field.path} | {name: each for name, each in values.items() if not isinstance(each, Absent)}
