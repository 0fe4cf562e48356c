"""Two sets of entities side by side, wherever they come from: what differs, and what it does to interfaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from flyteops.model.diagnostics import Place
from flyteops.model.digest import Json, JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId
from flyteops.model.plan import Change
from flyteops.model.state import EntityRecord, Snapshot
from flyteops.plan.consumers import consumers_of
from flyteops.plan.document import change_parts
from flyteops.plan.fields import field_changes
from flyteops.plan.interface import interface_class, interface_findings


@frozen
class Side:
    """One of the two: its name for people, its entities, and where their values are written, if anywhere."""

    name: str
    entities: Mapping[EntityId, EntityRecord]
    origins: Mapping[str, Place] = field(default_factory=dict)


def compare(before: Side, after: Side) -> tuple[Change, ...]:
    """What differs, by address. Says nothing of results: two domains share none, and a diff applies nothing."""
    old, new = before.entities, after.entities
    changed = frozenset(
        entity for entity in old.keys() | new.keys() if _digest(old.get(entity)) != _digest(new.get(entity))
    )
    both = changed & old.keys() & new.keys()
    snapshot = Snapshot(lineage="", project="", domain="", generation=0, entities=old)
    users = consumers_of(both, snapshot, changed)
    found = []
    for entity in sorted(changed):
        one, other = old.get(entity), new.get(entity)
        findings = interface_findings(entity, one.payload, other.payload, consumers=users) if one and other else ()
        fields = field_changes(entity, one.payload, other.payload, origins=after.origins) if one and other else ()
        found.append(
            Change(
                entity=entity,
                previous=None,
                action="create" if one is None else "retire" if other is None else "update",
                digest=_digest(other),
                previous_digest=_digest(one),
                interface="new" if one is None else "removed" if other is None else interface_class(findings),
                findings=findings,
                recompute="none",
                reasons=(),
                fields=fields,
                record=None,
            )
        )
    return tuple(found)


def _digest(record: EntityRecord | None) -> str | None:
    return record.digest if record else None


def comparison_wire(before: Side, after: Side, changes: tuple[Change, ...]) -> JsonObject:
    """The document of `flyteops diff -o json`."""
    return {
        "format_version": "1.0",
        "before": before.name,
        "after": after.name,
        "changes": [dict(_parts(each)) for each in changes],
    }


def _parts(change: Change) -> Iterator[tuple[str, Json]]:
    """Of a change what two sides can say: no recompute and no effect."""
    for name, value in change_parts(change).items():
        if name in ("address", "action", "interface", "fields", "digest", "previous_digest"):
            yield name, value
