"""What was applied: revisions, newest first, with how many changes each brought. Reads only."""

from __future__ import annotations

from flyteops.model.state import PastApply
from flyteops.ports.registry import KeptRegistry


def past_applies(domain: str, *, registry: KeptRegistry, limit: int) -> tuple[PastApply, ...]:
    """The newest applies first."""
    counts = registry.counts(domain, limit)
    return tuple(
        PastApply(revision=revision, counts=counts.get(revision.generation, {}))
        for revision in registry.history(domain, limit)
    )
