"""The SQLite file of an embedded registry: opened per call, checked, migrated, read and written in transactions.

Rollback journal, never WAL: a reader may then have no right to write and leaves no file behind (and SQLite before
3.51.3 can damage a WAL). `synchronous=FULL`: an answered commit survives power loss.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_faults import failed_outside, lease_held, newer_registry, not_a_registry, on_network
from flyteops.adapters.registry_rules import network_file_system_of
from flyteops.model.errors import OutsideFailed
from flyteops.ports.clock import Clock, Ids

APPLICATION_ID = 0x464F5053  # "FOPS" in the file's header: tells our files from other SQLite files
BUSY_TIMEOUT_S = 10.0
Connect = Callable[[str, float], sqlite3.Connection]
Answer = TypeVar("Answer")


def connect(uri: str, busy_timeout_s: float) -> sqlite3.Connection:
    """A connection without implicit transactions."""
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=busy_timeout_s)


# A journal of a killed writer is met by a reader without the right to write.
_NEEDS_ROLLBACK = frozenset({"SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY", "SQLITE_READONLY"})


class RegistryFile:
    """One file that may not exist yet. Every failure of SQLite leaves as `Refused` or `OutsideFailed`."""

    def __init__(
        self, path: Path, *, clock: Clock, ids: Ids, tool: str, connect: Connect, busy_timeout_s: float
    ) -> None:
        self._path = path
        self._clock = clock
        self._ids = ids
        self._tool = tool
        self._connect = connect
        self._busy_timeout_s = busy_timeout_s

    def prepare(self) -> str:
        """Creates the registry when there is none, migrates an older one; returns its lineage."""
        self._make_room()
        with self._opened("rwc") as database, _transaction(database):
            version = self._version(database)
            if version < sql.SCHEMA_VERSION:
                self._migrate(database, version)
            return str(dict(database.execute(sql.GET_META).fetchall())["lineage"])

    def _make_room(self) -> None:
        kind = network_file_system_of(self._path)
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
                raise lease_held(held[0], held[1], until=moment(held[2]))
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

    def reading(self, read: Callable[[sqlite3.Connection], Answer], *, otherwise: Answer) -> Answer:
        """What `read` finds in one read transaction; `otherwise` when there is no registry yet."""
        try:
            return self._read_once("ro", read, otherwise=otherwise)
        except OutsideFailed as failed:
            # A writer was killed: SQLite must first undo its half transaction, which needs the right to write.
            if getattr(failed.__cause__, "sqlite_errorname", "") not in _NEEDS_ROLLBACK:
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
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction in a registry of this version."""
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


def moment(ms: int) -> str:
    """A time as people read it."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
