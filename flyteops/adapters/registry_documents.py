"""The immutable documents of a registry in an object store: named by their digest, checked when they are read.

A state is what one apply published; a pack holds the records that states name; the work is what applies intend and
which cluster objects are ours. Only the head (`registry_head`) ever changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flyteops.adapters.registry_faults import not_a_registry
from flyteops.adapters.registry_seal import Pointers
from flyteops.model.digest import Json, canonical, digest_of, sha256_hex
from flyteops.model.ids import EntityId, Kind
from flyteops.model.state import Effect, EntityRecord, ObjectRecord, ObjectRef, PointerChange, Revision
from flyteops.model.wire import ENTITY_WIRE
from flyteops.ports.store import BlobStore

Document = dict[str, Any]  # a declared wire form: what each holds is written where it is made
MOST_PACKS = 16
"""A state that would name more packs writes one for all: a snapshot stays a few reads."""


class Missing(Exception):
    """A document that something names is not there: damage, or a head that moved on while it was read."""


class Documents:
    """The documents of one domain, below `root` of a store."""

    def __init__(self, store: BlobStore, root: str) -> None:
        self.store = store
        self.root = root

    def put(self, document: Document) -> str:
        """Writes it unless it is there; its digest."""
        data = canonical(document)
        digest = sha256_hex(data)
        self.store.create(self.key(digest), data)
        return digest

    def get(self, digest: str) -> Document:
        """The document, checked against its name."""
        data = self.store.get(self.key(digest))
        if data is None:
            raise Missing(digest)
        if sha256_hex(data) != digest:
            raise not_a_registry(self.where, f"{self.key(digest)} does not match its digest")
        document: Document = json.loads(data)
        return document

    def key(self, digest: str) -> str:
        """Where a document lies."""
        return f"{self.root}/documents/{digest}"

    @property
    def where(self) -> str:
        """The place in words."""
        return self.store.uri(self.root)

    def put_pack(self, records: Iterable[tuple[str, EntityRecord]]) -> str:
        """Records with their kinds in one document; no document for none."""
        packed: Document = {record.digest: [kind, ENTITY_WIRE[Kind(kind)], record.payload] for kind, record in records}
        return self.put({"records": packed}) if packed else ""

    def records(self, packs: Iterable[str]) -> Document:
        """Digest to [kind, wire, content] of all records in the packs, each checked."""
        found: Document = {}
        for pack in packs:
            packed: Document = self.get(pack)["records"]
            for digest, (kind, wire, payload) in packed.items():
                if digest_of(wire, payload) != digest:
                    raise not_a_registry(self.where, f"the {kind} record {digest[:12]} does not match its digest")
            found |= packed
        return found


def new_records(changes: tuple[PointerChange, ...]) -> list[tuple[str, EntityRecord]]:
    """The records that changes bring, with their kinds."""
    return [(str(change.entity.kind), change.record) for change in changes if change.record is not None]


def moved_rows(pointers: Pointers, changes: Iterable[list[Any]]) -> Pointers:
    """Pointers after changes: first what is left behind, then what is pointed at."""
    after = dict(pointers)
    for kind, name, _, _, previous in changes:
        after.pop((kind, name), None)
        if previous is not None:
            old_kind, _, old_name = previous.partition("/")
            after.pop((old_kind, old_name), None)
    for kind, name, digest, _, _ in changes:
        if digest is not None:
            after[kind, name] = digest
    return after


def pointers_in(state: Document) -> Pointers:
    """(kind, name) to digest, as a state tells."""
    return {(kind, name): digest for kind, name, digest in state["pointers"]}


def entities_of(
    documents: Documents, state: Document
) -> tuple[dict[EntityId, EntityRecord], tuple[str, str, str] | None]:
    """What a state's pointers name, and the first pointer whose record is missing."""
    records = documents.records(state["packs"])
    entities = {}
    for (kind, name), digest in sorted(pointers_in(state).items()):
        if digest not in records:
            return {}, (kind, name, digest)
        entities[EntityId(Kind(kind), name)] = EntityRecord(digest=digest, payload=records[digest][2])
    return entities, None


def revision_wire(revision: Revision) -> Document:
    """A revision as JSON; its generation is the state's."""
    return {
        "commit": revision.commit,
        "dirty": revision.dirty,
        "plan_digest": revision.plan_digest,
        "actor": revision.actor,
        "tool": revision.tool,
        "created_ms": revision.created_ms,
    }


def revision_in(state: Document) -> Revision:
    """The revision that a state tells."""
    return Revision(generation=state["generation"], **state["revision"])


def change_wire(change: PointerChange) -> list[Json]:
    """One line of a state's history."""
    digest = change.record.digest if change.record else None
    previous = str(change.previous) if change.previous else None
    return [str(change.entity.kind), change.entity.name, digest, change.action, previous]


def effect_wire(effect: Effect) -> list[Json]:
    """An effect as JSON."""
    return [effect.step, effect.action, *_names(effect.ref), effect.address, effect.digest, effect.uid]


def effect_in(row: list[Any]) -> Effect:
    """An effect."""
    step, action, api_version, kind, namespace, name, address, digest, uid = row
    ref = ObjectRef(api_version=api_version, kind=kind, namespace=namespace, name=name)
    return Effect(step=step, action=action, ref=ref, address=address, digest=digest, uid=uid)


def object_wire(record: ObjectRecord) -> list[Json]:
    """An owned object as JSON."""
    return [*_names(record.ref), record.digest, record.uid, record.address]


def object_in(row: list[Any]) -> ObjectRecord:
    """An owned object."""
    api_version, kind, namespace, name, digest, uid, address = row
    ref = ObjectRef(api_version=api_version, kind=kind, namespace=namespace, name=name)
    return ObjectRecord(ref=ref, digest=digest, uid=uid, address=address)


def _names(ref: ObjectRef) -> tuple[str, str, str, str]:
    return ref.api_version, ref.kind, ref.namespace, ref.name
