"""What an observation settles: effects whose end nobody saw, and which templates are still needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from flyteops.model.digest import Json
from flyteops.model.state import Effect, ObjectRecord, ObjectRef
from flyteops.ports.cluster import Live
from flyteops.reconcile.objects import DIGEST, is_ours

UNFINISHED = "workflows.argoproj.io/completed!=true"
"""The engine labels a run when it ends; whatever lacks the label may still need its template."""


def settled(effect: Effect, live: Live | None, record: ObjectRecord | None, *, lineage: str) -> Effect:
    """The effect as the cluster shows that it ended: the object is there in some form, or it is not there."""
    if live is None or not is_ours(live, record, lineage=lineage):
        return replace(effect, action="delete")
    return replace(effect, action="apply", digest=live.annotation(DIGEST), uid=live.uid)


def used_templates(workflows: Iterable[Live], clocks: Iterable[Live], *, going: frozenset[ObjectRef]) -> frozenset[str]:
    """Names of the templates that unfinished runs, and clocks that stay, refer to."""
    staying = (each for each in clocks if each.ref not in going)
    return frozenset((*_names(workflows, ()), *_names(staying, ("workflowSpec",))))


def _names(objects: Iterable[Live], inside: tuple[str, ...]) -> Iterator[str]:
    for each in objects:
        found: Json = each.body
        for key in ("spec", *inside, "workflowTemplateRef", "name"):
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, str):
            yield found
