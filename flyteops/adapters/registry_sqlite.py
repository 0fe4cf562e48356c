"""The registry in one SQLite file, for one machine. Opens the file per call; what it may do is written in `ports`.

Rollback journal, never WAL: a reader may then have no right to write and leaves no file behind (and SQLite before
3.51.3 can damage a WAL). `synchronous=FULL`: an answered commit survives power loss.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_faults import (
    failed_outside,
    generation_moved,
    lease_held,
    lease_lost,
    newer_registry,
    not_a_registry,
    on_network,
)
from flyteops.model.digest import Json, JsonObject, canonical, digest_of
from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.ids import EntityId, Kind
from flyteops.model.state import EntityRecord, Fence, PointerChange, Revision, Snapshot
from flyteops.model.wire import ENTITY_WIRE
from flyteops.ports.clock import Clock, Ids

APPLICATION_ID = 0x464F5053  # "FOPS" in the file's header: tells our files from other SQLite files
BUSY_TIMEOUT_S = 10.0
Connect = Callable[[str, float], sqlite3.Connection]
Answer = TypeVar("Answer")


def connect(uri: str, busy_timeout_s: float) -> sqlite3.Connection:
    """A connection without implicit transactions."""
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=busy_timeout_s)


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
        self._ids = ids
        self._tool = tool
        self._connect = connect
        self._busy_timeout_s = busy_timeout_s

    # ------------------------------------------------------------------------------------------- reading

    def snapshot(self, domain: str) -> Snapshot:
        """One consistent snapshot; generation 0 and no lineage when there is no registry yet."""
        empty = Snapshot(lineage="", project=self._project, domain=domain, generation=0)
        return self._reading(lambda database: self._snapshot(database, domain), otherwise=empty)

    def history(self, domain: str, limit: int) -> tuple[Revision, ...]:
        """The newest revisions first."""
        return self._reading(lambda database: self._revisions(database, domain, limit), otherwise=())

    def unfinished(self, domain: str) -> tuple[str, ...]:
        """Operations with an intent that was neither published nor superseded."""

        def operations(database: sqlite3.Connection) -> tuple[str, ...]:
            return tuple(row[0] for row in database.execute(sql.UNFINISHED, (self._project, domain)))

        return self._reading(operations, otherwise=())

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
        self._make_room()
        with self._opened("rwc") as database, _transaction(database):
            version = self._version(database)
            if version < sql.SCHEMA_VERSION:
                self._migrate(database, version)
            return str(dict(database.execute(sql.GET_META).fetchall())["lineage"])

    def take_lease(self, domain: str, *, holder: str, ttl_ms: int) -> Fence:
        """Takes or takes over an expired lease; `Refused` when someone else holds it."""
        name = f"{self._project}/{domain}"
        now = self._clock.now_ms()
        with self._writing() as database:
            taken = database.execute(sql.TAKE_LEASE, (name, holder, now + ttl_ms, ttl_ms, now)).fetchone()
            if taken is None:
                holding, until_ms = database.execute(sql.GET_LEASE, (name,)).fetchone()
                raise lease_held(name, holding, until=_moment(until_ms))
        return Fence(holder=holder, epoch=taken[0], name=name)

    def release_lease(self, fence: Fence) -> None:
        """Gives the lease back; silent when it was lost meanwhile."""
        with self._writing() as database:
            database.execute(sql.RELEASE_LEASE, (fence.name, fence.holder, fence.epoch))

    def intend(self, fence: Fence, operation: str, changes: tuple[PointerChange, ...]) -> None:
        """Writes one journal row per change, state `intent`, and the new entity records. Safe to repeat."""
        domain = fence.name.removeprefix(f"{self._project}/")
        with self._writing() as database:
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
            with self._writing() as database:
                self._touch(database, fence)
                generation = self._move_head(database, fence, domain, expected_generation)
                self._put_revision(database, domain, generation, operation=operation, revision=revision)
                self._put_records(database, changes)
                for change in changes:
                    self._move_pointer(database, domain, generation, change=change)
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

        return self._reading(generation, otherwise=None)

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

    def _move_pointer(
        self, database: sqlite3.Connection, domain: str, generation: int, *, change: PointerChange
    ) -> None:
        where = (self._project, domain)
        entity, previous = change.entity, change.previous
        if change.record is None:
            database.execute(sql.ARCHIVE, (generation, *where, entity.kind, entity.name))
        else:
            database.execute(sql.POINT, (*where, entity.kind, entity.name, change.record.digest, generation))
        if previous is not None and previous != entity:
            database.execute(sql.ARCHIVE, (generation, *where, previous.kind, previous.name))
        told = (_digest(change), change.action, str(previous) if previous else None)
        database.execute(sql.PUT_HISTORY, (*where, entity.kind, entity.name, generation, *told))

    def _put_seal(self, database: sqlite3.Connection, domain: str) -> None:
        lineage = str(dict(database.execute(sql.GET_META).fetchall())["lineage"])
        newest = self._revisions(database, domain, 1)[0]
        seal = self._seal(database, domain, lineage=lineage, revision=newest)
        database.execute(sql.PUT_SEAL, (seal, self._project, domain, newest.generation))

    # ------------------------------------------------------------------------------------------ the file

    def _make_room(self) -> None:
        kind = _network_file_system(self._path)
        if kind:
            raise on_network(self._path, kind)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as failed:
            raise failed_outside(self._path, failed) from failed

    def _migrate(self, database: sqlite3.Connection, version: int) -> None:
        """All steps from `version` on, in the caller's transaction, while nobody holds a lease."""
        now = self._clock.now_ms()
        if version:
            held = database.execute(sql.LIVE_LEASE, (now,)).fetchone()
            if held:
                raise lease_held(held[0], held[1], until=_moment(held[2]))
        for statements in sql.MIGRATIONS[version : sql.SCHEMA_VERSION]:
            for statement in statements:
                database.execute(statement)
        if not version:
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(sql.SET_META, ("lineage", self._ids.fresh()))
            database.execute(sql.SET_META, ("created_by", self._tool))
        database.execute(sql.SET_META, ("schema_version", str(sql.SCHEMA_VERSION)))

    def _version(self, database: sqlite3.Connection) -> int:
        """The file's schema version, 0 for an empty file; refuses what is newer or not ours."""
        application = database.execute("PRAGMA application_id").fetchone()[0]
        if application != APPLICATION_ID:
            if application or database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise not_a_registry(self._path, "it is an SQLite file of another program")
            return 0
        meta = dict(database.execute(sql.GET_META).fetchall())
        written = meta.get("schema_version", "")
        if not written.isdecimal() or not meta.get("lineage"):
            raise not_a_registry(self._path, "its schema version or its lineage is missing")
        if int(written) > sql.SCHEMA_VERSION:
            raise newer_registry(self._path, written=int(written), known=sql.SCHEMA_VERSION)
        return int(written)

    def _reading(self, read: Callable[[sqlite3.Connection], Answer], *, otherwise: Answer) -> Answer:
        """What `read` finds in one read transaction; `otherwise` when there is no registry yet."""
        try:
            return self._read_once("ro", read, otherwise=otherwise)
        except OutsideFailed as failed:
            # A writer was killed: SQLite must first undo its half transaction, which needs the right to write.
            cause = failed.__cause__
            if not isinstance(cause, sqlite3.Error) or cause.sqlite_errorname not in _NEEDS_ROLLBACK:
                raise
            return self._read_once("rw", read, otherwise=otherwise)

    def _read_once(self, mode: str, read: Callable[[sqlite3.Connection], Answer], *, otherwise: Answer) -> Answer:
        try:
            if not self._path.exists():
                return otherwise
        except OSError as failed:
            raise failed_outside(self._path, failed) from failed
        with self._opened(mode) as database:
            database.execute("BEGIN")
            return read(database) if self._version(database) else otherwise

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._opened("rw") as database, _transaction(database):
            if self._version(database) != sql.SCHEMA_VERSION:
                raise not_a_registry(self._path, "it was not prepared by this version")
            yield database

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        try:
            with closing(self._connect(uri, self._busy_timeout_s)) as database:
                database.execute("PRAGMA foreign_keys = ON")
                if mode != "ro":
                    database.execute("PRAGMA synchronous = FULL")
                    _leave_wal(database)
                yield database
        except sqlite3.ProgrammingError:
            raise  # a bug of ours, never the outside
        except sqlite3.Error as failed:
            raise failed_outside(self._path, failed) from failed


def _leave_wal(database: sqlite3.Connection) -> None:
    """Somebody may have switched our file to WAL by hand."""
    ours = database.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if ours and database.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        database.execute("PRAGMA journal_mode = DELETE")


# A journal of a killed writer is met by a reader without the right to write.
_NEEDS_ROLLBACK = frozenset({"SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY", "SQLITE_READONLY"})


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE … COMMIT; anything raised inside undoes it all."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _digest(change: PointerChange) -> str | None:
    return change.record.digest if change.record else None


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def refuse_embedded_in_ci(lineage: str, *, environ: Mapping[str, str]) -> None:
    """Refuses to begin an embedded registry in a CI job, where the file would vanish with the machine."""
    if lineage or environ.get("CI", "").lower() in ("", "0", "false"):
        return
    raise Refused(
        "FO716",
        f"there is no registry yet, and a CI job (CI={environ['CI']}) is no place to begin an embedded one: "
        "the file would vanish with the job, and the next one would plan everything as new",
        protects="the record of what was applied",
        way_out="use a shared registry in flyteops.yaml (registry: ${FLYTEOPS_REGISTRY}), or restore the file first; "
        "to try it out all the same, unset CI",
    )


_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.s3fs")


def network_file_system(path: str, mounts: str) -> str:
    """The kind of network file system that holds `path` by the text of /proc/mounts, or nothing."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        folder = fields[1].replace("\\040", " ")
        inside = path == folder or path.startswith(folder.rstrip("/") + "/")
        if inside and len(folder) >= len(best):
            best, kind = folder, fields[2]
    return kind if kind in _NETWORK else ""


def _network_file_system(path: Path) -> str:
    try:
        mounts = Path("/proc/mounts").read_text("utf-8", "replace")
    except OSError:  # not Linux: not known, not refused
        return ""
    return network_file_system(str(path.absolute()), mounts)
