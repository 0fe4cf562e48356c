"""The registry in one SQLite file, for one machine; what it promises is written in `ports/registry.py`."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_faults import generation_moved, lease_held, lease_lost, not_a_registry
from flyteops.adapters.registry_file import BUSY_TIMEOUT_S, Connect, RegistryFile, connect, moment
from flyteops.adapters.registry_rules import refuse_embedded_in_ci
from flyteops.model.digest import Json, JsonObject, canonical, digest_of
from flyteops.model.errors import OutsideFailed
from flyteops.model.ids import EntityId, Kind
from flyteops.model.state import EntityRecord, Fence, PointerChange, Revision, Snapshot
from flyteops.model.wire import ENTITY_WIRE
from flyteops.ports.clock import Clock, Ids

__all__ = ["SqliteRegistry", "refuse_embedded_in_ci"]


class SqliteRegistry:
    """A registry for `project` in the file `path`; `tool` is this tool's name and version, kept with what it makes."""

    def __init__(
        self,
        path: Path,
        *,
        project: str,
        clock: Clock,
        ids: Ids,
        tool: str,
        connect: Connect = connect,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        self._path = path
        self._project = project
        self._clock = clock
        self._file = RegistryFile(path, clock=clock, ids=ids, tool=tool, connect=connect, busy_timeout_s=busy_timeout_s)

    # ------------------------------------------------------------------------------------------- reading

    def snapshot(self, domain: str) -> Snapshot:
        """One consistent snapshot; generation 0 and no lineage when there is no registry yet."""
        empty = Snapshot(lineage="", project=self._project, domain=domain, generation=0)
        return self._file.reading(lambda database: self._snapshot(database, domain), otherwise=empty)

    def history(self, domain: str, limit: int) -> tuple[Revision, ...]:
        """The newest revisions first."""
        return self._file.reading(lambda database: self._revisions(database, domain, limit), otherwise=())

    def unfinished(self, domain: str) -> tuple[str, ...]:
        """Operations with an intent that was neither published nor superseded."""

        def operations(database: sqlite3.Connection) -> tuple[str, ...]:
            return tuple(row[0] for row in database.execute(sql.UNFINISHED, (self._project, domain)))

        return self._file.reading(operations, otherwise=())

    def _snapshot(self, database: sqlite3.Connection, domain: str) -> Snapshot:
        where = (self._project, domain)
        meta = dict(database.execute(sql.GET_META).fetchall())
        head = database.execute(sql.GET_HEAD, where).fetchone()
        newest = self._revisions(database, domain, 1)
        generation = head[0] if head else 0
        if generation != (newest[0].generation if newest else 0):
            raise not_a_registry(self._path, "its head and its last revision differ")
        seal = self._seal(database, domain, lineage=meta["lineage"], revision=newest[0]) if newest else ""
        if newest and database.execute(sql.GET_SEAL, (*where, generation)).fetchone()[0] != seal:
            raise not_a_registry(self._path, f"its pointers do not match the seal of generation {generation}")
        entities = {}
        for kind, name, digest, wire, payload in database.execute(sql.GET_ENTITIES, where):
            entity = EntityId(Kind(kind), name)
            entities[entity] = EntityRecord(digest=digest, payload=self._payload(entity, digest, wire, payload))
        return Snapshot(
            lineage=meta["lineage"],
            project=self._project,
            domain=domain,
            generation=generation,
            entities=entities,
            revision=newest[0] if newest else None,
        )

    def _seal(self, database: sqlite3.Connection, domain: str, *, lineage: str, revision: Revision) -> str:
        """A digest over all that a snapshot tells but the payloads, which have their own."""
        pointers: Json = [list(row) for row in database.execute(sql.GET_POINTERS, (self._project, domain))]
        made: Json = [revision.commit, revision.dirty, revision.plan_digest, revision.actor, revision.tool]
        where: Json = [lineage, self._project, domain, revision.generation, revision.created_ms]
        return digest_of("flyteops.registry.seal.v1", where, made, pointers)

    def _payload(self, entity: EntityId, digest: str, wire: str | None, payload: str | None) -> JsonObject:
        """The record's content, checked against its own digest: a flipped bit is never planned against."""
        if wire is None or payload is None:
            raise not_a_registry(self._path, f"the record of {entity} is missing")
        if hashlib.sha256(f"{wire}\0{payload}\0".encode()).hexdigest() != digest:
            raise not_a_registry(self._path, f"the record of {entity} does not match its digest")
        content: JsonObject = json.loads(payload)
        return content

    def _revisions(self, database: sqlite3.Connection, domain: str, limit: int) -> tuple[Revision, ...]:
        rows = database.execute(sql.GET_REVISIONS, (self._project, domain, limit))
        return tuple(
            Revision(
                generation=generation,
                commit=commit,
                dirty=bool(dirty),
                plan_digest=plan_digest,
                actor=actor,
                tool=tool,
                created_ms=created_ms,
            )
            for generation, commit, dirty, plan_digest, actor, tool, created_ms in rows
        )

    # ------------------------------------------------------------------------------------------- writing

    def prepare(self) -> str:
        """Creates the registry when there is none, migrates an older one; returns its lineage."""
        return self._file.prepare()

    def take_lease(self, domain: str, *, holder: str, ttl_ms: int) -> Fence:
        """Takes or takes over an expired lease; `Refused` when someone else holds it."""
        name = f"{self._project}/{domain}"
        now = self._clock.now_ms()
        with self._file.writing() as database:
            taken = database.execute(sql.TAKE_LEASE, (name, holder, now + ttl_ms, ttl_ms, now)).fetchone()
            if taken is None:
                holding, until_ms = database.execute(sql.GET_LEASE, (name,)).fetchone()
                raise lease_held(name, holding, until=moment(until_ms))
        return Fence(holder=holder, epoch=taken[0], name=name)

    def release_lease(self, fence: Fence) -> None:
        """Gives the lease back; silent when it was lost meanwhile."""
        with self._file.writing() as database:
            database.execute(sql.RELEASE_LEASE, (fence.name, fence.holder, fence.epoch))

    def intend(self, fence: Fence, operation: str, changes: tuple[PointerChange, ...]) -> None:
        """Writes one journal row per change, state `intent`, and the new entity records. Safe to repeat."""
        domain = fence.name.removeprefix(f"{self._project}/")
        with self._file.writing() as database:
            self._touch(database, fence)
            self._put_records(database, changes)
            rows = [
                (
                    operation,
                    step,
                    self._project,
                    domain,
                    str(change.entity),
                    _digest(change),
                    change.action,
                    fence.epoch,
                )
                for step, change in enumerate(changes)
            ]
            database.executemany(sql.PUT_INTENT, rows)
            database.execute(sql.DROP_INTENTS_FROM, (self._project, domain, operation, len(changes)))

    def publish(
        self,
        fence: Fence,
        operation: str,
        domain: str,
        *,
        expected_generation: int,
        revision: Revision,
        changes: tuple[PointerChange, ...],
    ) -> int:
        """Moves the generation and all pointers in one transaction; see the port."""
        published = self._published(operation, domain)
        if published is not None:
            return published
        try:
            with self._file.writing() as database:
                self._touch(database, fence)
                generation = self._move_head(database, fence, domain, expected_generation)
                self._put_revision(database, domain, generation, operation=operation, revision=revision)
                self._put_records(database, changes)
                self._move_pointers(database, domain, generation, changes=changes)
                self._put_seal(database, domain)
                database.execute(sql.CONFIRM, (self._project, domain, operation))
                database.execute(sql.SUPERSEDE, (self._project, domain))
        except OutsideFailed:
            # The answer may have been lost after the commit was made: the operation's own row settles it.
            published = self._published(operation, domain)
            if published is None:
                raise
            return published
        return generation

    def _published(self, operation: str, domain: str) -> int | None:
        def generation(database: sqlite3.Connection) -> int | None:
            row = database.execute(sql.GET_PUBLISHED, (self._project, domain, operation)).fetchone()
            return row[0] if row else None

        return self._file.reading(generation, otherwise=None)

    def _touch(self, database: sqlite3.Connection, fence: Fence) -> None:
        touched = (self._clock.now_ms(), fence.name, fence.holder, fence.epoch)
        if database.execute(sql.TOUCH_LEASE, touched).fetchone() is None:
            row = database.execute(sql.GET_LEASE, (fence.name,)).fetchone()
            raise lease_lost(fence.name, row[0] if row else "")

    def _move_head(self, database: sqlite3.Connection, fence: Fence, domain: str, expected: int) -> int:
        database.execute(sql.FIRST_HEAD, (self._project, domain, fence.epoch))
        moved = database.execute(sql.MOVE_HEAD, (fence.epoch, self._project, domain, expected, fence.epoch)).fetchone()
        if moved is None:
            newest = self._revisions(database, domain, 1)
            raise generation_moved(domain, expected, newest[0] if newest else None)
        return int(moved[0])

    def _put_revision(
        self, database: sqlite3.Connection, domain: str, generation: int, *, operation: str, revision: Revision
    ) -> None:
        row = (self._project, domain, generation, operation, revision.commit, int(revision.dirty))
        parent = (self._project, domain, generation - 1)
        made = (revision.plan_digest, revision.actor, revision.tool, revision.created_ms)
        database.execute(sql.PUT_REVISION, (*row, *parent, *made))

    def _put_records(self, database: sqlite3.Connection, changes: tuple[PointerChange, ...]) -> None:
        rows = [
            (record.digest, change.entity.kind, ENTITY_WIRE[change.entity.kind], canonical(record.payload).decode())
            for change in changes
            if (record := change.record) is not None
        ]
        database.executemany(sql.PUT_ENTITY, rows)

    def _move_pointers(
        self, database: sqlite3.Connection, domain: str, generation: int, *, changes: tuple[PointerChange, ...]
    ) -> None:
        """First what is left behind, then what is pointed at: a name that was moved away may be given anew at once."""
        where = (self._project, domain)
        left = [change.entity for change in changes if change.record is None]
        left += [old for change in changes if (old := change.previous) is not None and old != change.entity]
        database.executemany(sql.ARCHIVE, [(generation, *where, entity.kind, entity.name) for entity in left])
        for change in changes:
            entity, record = change.entity, change.record
            if record is not None:
                database.execute(sql.POINT, (*where, entity.kind, entity.name, record.digest, generation))
            previous = str(change.previous) if change.previous else None
            told = (_digest(change), change.action, previous)
            database.execute(sql.PUT_HISTORY, (*where, entity.kind, entity.name, generation, *told))

    def _put_seal(self, database: sqlite3.Connection, domain: str) -> None:
        lineage = str(dict(database.execute(sql.GET_META).fetchall())["lineage"])
        newest = self._revisions(database, domain, 1)[0]
        seal = self._seal(database, domain, lineage=lineage, revision=newest)
        database.execute(sql.PUT_SEAL, (seal, self._project, domain, newest.generation))


def _digest(change: PointerChange) -> str | None:
    return change.record.digest if change.record else None
