"""Drift: where the cluster differs from what was applied. Reads only."""

from __future__ import annotations

from flyteops.model.state import ObjectRecord
from flyteops.operations.cluster_side import ClusterSide, identify, observe
from flyteops.reconcile import Drift, Wanted, find_drift


def look_for_drift(
    side: ClusterSide, records: tuple[ObjectRecord, ...], *, lineage: str, applied: tuple[Wanted, ...]
) -> Drift:
    """Compares every recorded object with the cluster that the domain was applied to."""
    identity = identify(side, records)
    live = observe(side, records).live
    return find_drift(side.wanted, records, live, lineage=lineage, applied=applied, cluster=identity.server)
