"""Drift: every recorded object against what the cluster has, three-way for every field of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal as OneOf

from flyteops.model.frozen import frozen
from flyteops.model.state import ObjectRecord, ObjectRef
from flyteops.ports.cluster import Live
from flyteops.reconcile.fields import FieldDrift, drift
from flyteops.reconcile.objects import CLUSTER_REF, LINEAGE, Wanted, is_ours

State = OneOf["missing", "changed", "stranger", "left", "unknown"]


@frozen
class ObjectDrift:
    """An object that is not as it was applied: deleted, edited, replaced by a stranger, or left without a record
    (`left`). `unknown`: it was applied in a form that can no longer be told; only that it is there was checked."""

    ref: ObjectRef
    address: str
    state: State
    fields: tuple[FieldDrift, ...] = ()


@frozen
class Drift:
    """What differs, of how many objects looked at, and the cluster that was asked."""

    objects: tuple[ObjectDrift, ...]
    looked_at: int
    cluster: str

    @property
    def found(self) -> bool:
        """Whether anything differs."""
        return any(each.state != "unknown" for each in self.objects)


def find_drift(
    wanted: tuple[Wanted, ...],
    records: tuple[ObjectRecord, ...],
    live: Mapping[ObjectRef, Live],
    *,
    lineage: str,
    applied: tuple[Wanted, ...],
    cluster: str,
) -> Drift:
    """Compares every recorded object with the cluster. `wanted` is what git says now, `applied` what the applied
    commit said; a recorded digest that is in neither makes `unknown`."""
    by_name = {each.ref: each for each in wanted}
    bodies = {(each.ref, each.digest): each for each in (*wanted, *applied)}
    ours = [each for each in records if each.ref != CLUSTER_REF]
    found = [_of_record(each, live.get(each.ref), by_name, bodies, lineage=lineage) for each in ours]
    found += _left(live, {each.ref for each in ours}, lineage=lineage)
    return Drift(objects=tuple(each for each in found if each), looked_at=len(ours), cluster=cluster)


def _of_record(
    record: ObjectRecord,
    live: Live | None,
    wanted: Mapping[ObjectRef, Wanted],
    bodies: Mapping[tuple[ObjectRef, str], Wanted],
    *,
    lineage: str,
) -> ObjectDrift | None:
    def told(state: State, fields: tuple[FieldDrift, ...] = ()) -> ObjectDrift:
        return ObjectDrift(ref=record.ref, address=record.address, state=state, fields=fields)

    if live is None:
        return told("missing")
    if live.uid != record.uid:
        return told("stranger" if not is_ours(live, None, lineage=lineage) else "changed")
    applied = bodies.get((record.ref, record.digest))
    if applied is None:
        return told("unknown")
    now = wanted.get(record.ref)
    fields = drift(applied.body, wanted=now.body if now else None, live=live.body)
    return told("changed", fields) if fields else None


def _left(live: Mapping[ObjectRef, Live], recorded: set[ObjectRef], *, lineage: str) -> list[ObjectDrift | None]:
    mine = [each for each in live.values() if each.ref not in recorded and each.annotation(LINEAGE) == lineage]
    return [
        ObjectDrift(ref=each.ref, address=each.annotation("flyteops/address"), state="left")
        for each in sorted(mine, key=lambda each: str(each.ref))
    ]
