"""Who uses tasks of a project, in a store that several projects share: a note per user, believed only when it is true.

A note is written before the head that makes it true. So a killed apply leaves a note that its pointers do not bear
out, and a reader, who looks the pointers up, passes it over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flyteops.adapters.registry_documents import Documents, Missing, entities_of, pointers_in
from flyteops.adapters.registry_head import HeadObject
from flyteops.model.digest import JsonObject, canonical
from flyteops.model.errors import OutsideFailed
from flyteops.model.ids import EntityId, Kind
from flyteops.model.referring import Referrer, referred_place, referrer_of
from flyteops.model.state import EntityRecord, PointerChange
from flyteops.ports.clock import Ids
from flyteops.ports.store import BlobStore

TRIES = 20
Place = tuple[str, str]
"""A project and one of its domains."""


class Uses:
    """The notes below `prefix` of a store."""

    def __init__(self, store: BlobStore, prefix: str, *, ids: Ids) -> None:
        self._store = store
        self._prefix = prefix
        self._ids = ids

    def note(self, user: Place, state: dict[str, Any] | None, changes: Iterable[PointerChange]) -> None:
        """Writes down which tasks of others the user points at after the changes; nothing when none of them points
        elsewhere."""
        new = {each.entity: each.record for each in changes if each.record is not None}
        places = {place for record in new.values() if (place := referred_place(record.payload))}
        if not places:
            return
        after: Mapping[EntityId, EntityRecord] = new
        if state is not None:
            known, _ = entities_of(self._documents(user), state)
            after = {**known, **new}
        for place in sorted(places):
            rows = [_row(entity.name, record) for entity, record in sorted(after.items()) if _points(record, place)]
            self._write(self._key(place, user), canonical({"tasks": [row for row in rows if row]}))

    def of(self, place: Place) -> tuple[Referrer, ...]:
        """The users of a domain's tasks, as their own pointers say now."""
        found: list[Referrer] = []
        for key in self._store.list(f"{self._prefix}/v1-uses/{place[0]}/{place[1]}/"):
            project, _, domain = key.rpartition("/")[2].partition(" ")
            if (project, domain) != place:
                found += self._true(place, (project, domain), self._store.get(key) or b"{}")
        return tuple(sorted(found, key=str))

    def _true(self, place: Place, user: Place, note: bytes) -> Iterable[Referrer]:
        try:
            rows = json.loads(note)["tasks"]
            head, _ = HeadObject(self._store, f"{self._root(user)}/head", ids=self._ids).read()
            if head is None or not head.state:
                return
            pointers = pointers_in(self._documents(user).get(head.state))
        except (ValueError, KeyError, TypeError, Missing, OutsideFailed):
            return  # another project's damage is told where that project is planned
        for name, digest, payload in rows:
            if pointers.get((Kind.TASK.value, name)) == digest and referred_place(payload) == place:
                referrer = referrer_of(*user, name, payload)
                if referrer is not None:
                    yield referrer

    def _write(self, key: str, data: bytes) -> None:
        for _ in range(TRIES):
            before = self._store.get(key)
            if before == data or self._store.replace(key, data, expected=before):
                return

    def _key(self, place: Place, user: Place) -> str:
        return f"{self._prefix}/v1-uses/{place[0]}/{place[1]}/{user[0]} {user[1]}"

    def _root(self, user: Place) -> str:
        return f"{self._prefix}/v1/{user[0]}/{user[1]}"

    def _documents(self, user: Place) -> Documents:
        return Documents(self._store, self._root(user))


def _points(record: EntityRecord, place: Place) -> bool:
    return referred_place(record.payload) == place


def _row(name: str, record: EntityRecord) -> list[Any]:
    """What a reader needs of a task: where it points, and what it declares."""
    kept: JsonObject = {key: record.payload[key] for key in ("ref", "interface") if key in record.payload}
    return [name, record.digest, kept]
