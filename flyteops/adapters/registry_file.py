"""The SQLite file of an embedded registry: opened per call, checked, migrated, read and written in transactions.

Rollback journal, never WAL: a reader may then have no right to write and leaves no file behind (and SQLite before
3.51.3 can damage a WAL). `synchronous=EXTRA`: an answered commit survives power loss; FULL does
not flush the folder once the journal is gone, so that the journal may come back and undo it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_faults import failed_outside, not_a_registry, on_network
from flyteops.adapters.registry_migrating import migrate, written_version
from flyteops.adapters.registry_rules import network_file_system_of
from flyteops.adapters.registry_tables import Answer, Database
from flyteops.model.errors import OutsideFailed
from flyteops.ports.clock import Clock, Ids

APPLICATION_ID = 0x464F5053  # "FOPS" in the file's header: tells our files from other SQLite files
BUSY_TIMEOUT_S = 10.0
Connect = Callable[[str, float], sqlite3.Connection]


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

    @property
    def where(self) -> str:
        """The file's path."""
        return str(self._path)

    def described(self) -> str:
        """SQLite's version and the file."""
        return f"SQLite {sqlite3.sqlite_version}, {self._path}"

    def now_ms(self, database: Database) -> int:  # noqa: ARG002 - one machine, so its own clock serves all writers
        """The machine's clock."""
        return self._clock.now_ms()

    def keep_writers_out(self, database: Database) -> None:
        """BEGIN IMMEDIATE has done so."""

    def prepare(self) -> str:
        """Creates the registry when there is none, migrates an older one; returns its lineage."""
        self._make_room()
        with self._opened("rwc") as database, _transaction(database):
            version = self._version(database)
            if version < sql.SCHEMA_VERSION:
                now_ms, lineage = self._clock.now_ms(), self._ids.fresh
                migrate(database, version, now_ms=now_ms, lineage=lineage, tool=self._tool)
                database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            return str(dict(database.execute(sql.GET_META).fetchall())["lineage"])

    def _make_room(self) -> None:
        kind = network_file_system_of(self._path)
        if kind:
            raise on_network(self._path, kind)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as failed:
            raise failed_outside(self._path, failed) from failed

    def _version(self, database: sqlite3.Connection) -> int:
        """The file's schema version, 0 for an empty file; refuses what is newer or not ours."""
        application = database.execute("PRAGMA application_id").fetchone()[0]
        if application != APPLICATION_ID:
            if application or database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise not_a_registry(self._path, "it is an SQLite file of another program")
            return 0
        return written_version(database, self._path)

    def reading(self, read: Callable[[Database], Answer], *, otherwise: Answer) -> Answer:
        """What `read` finds in one read transaction; `otherwise` when there is no registry yet."""
        try:
            return self._read_once("ro", read, otherwise=otherwise)
        except OutsideFailed as failed:
            # A writer was killed: SQLite must first undo its half transaction, which needs the right to write.
            if getattr(failed.__cause__, "sqlite_errorname", "") not in _NEEDS_ROLLBACK:
                raise
            return self._read_once("rw", read, otherwise=otherwise)

    def _read_once(self, mode: str, read: Callable[[Database], Answer], *, otherwise: Answer) -> Answer:
        try:
            if not self._path.exists():
                return otherwise
        except OSError as failed:
            raise failed_outside(self._path, failed) from failed
        with self._opened(mode) as database:
            database.execute("BEGIN")
            return read(database) if self._version(database) else otherwise

    def writing(self, write: Callable[[Database], Answer]) -> Answer:
        """What `write` answers in one write transaction, in a registry of this version."""
        with self._opened("rw") as database, _transaction(database):
            if self._version(database) != sql.SCHEMA_VERSION:
                raise not_a_registry(self._path, "it was not prepared by this version")
            return write(database)

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        try:
            with closing(self._connect(uri, self._busy_timeout_s)) as database:
                database.execute("PRAGMA foreign_keys = ON")
                if mode != "ro":
                    database.execute("PRAGMA synchronous = EXTRA")
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
