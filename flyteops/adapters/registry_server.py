"""A PostgreSQL server that holds a registry: one connection, short transactions, bounded retries. The door of psycopg.

Everything a transaction relies on is said inside it (`SET LOCAL`), nothing is prepared and no session lock is taken,
so that a pooler between us and the server changes nothing.
"""

from __future__ import annotations

import os
import random
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_faults import not_a_registry
from flyteops.adapters.registry_migrating import migrate, written_version
from flyteops.adapters.registry_server_faults import (
    told_by_server,
    told_driver_missing,
    told_not_reached,
    told_old_server,
    told_url,
)
from flyteops.adapters.registry_tables import Answer, Database, Rows
from flyteops.ports.clock import Ids

if TYPE_CHECKING:
    import psycopg

OLDEST_SERVER = 150000  # 15.0: the oldest that still gets fixes
CONNECT_TIMEOUT_S = 10
TRIES = 5
FIRST_PAUSE_S = 0.05
# 40001 and 40P01: the server undid the whole transaction, and asks for another try. 53300 and 57P03: it is full, or
# starting. The others: two first applies made the same tables at once.
_AGAIN = frozenset({"40001", "40P01", "53300", "57P03", "23505", "42P06", "42P07"})
_LIMITS = (
    b"; SET LOCAL search_path TO flyteops; SET LOCAL statement_timeout TO '10s'; SET LOCAL lock_timeout TO '5s';"
    b" SET LOCAL idle_in_transaction_session_timeout TO '30s'"
)
_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" + _LIMITS
_WRITE = b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" + _LIMITS
_IS_THERE = b"SELECT to_regclass('flyteops.meta') IS NOT NULL"
_SCHEMA = b"SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'flyteops'"
_NOW = b"SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


class PostgresServer:
    """The database at `url` (`postgresql://…`); the tables live in the schema `flyteops`."""

    def __init__(
        self,
        url: str,
        *,
        ids: Ids,
        tool: str,
        wait: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._url = url
        self._ids = ids
        self._tool = tool
        self._wait = wait
        self._chance = chance
        self._held: list[_Held] = []
        weakref.finalize(self, _close, self._held)

    @property
    def where(self) -> str:
        """Host, port and database; never a user or a password."""
        return told_url(self._url)

    def described(self) -> str:
        """The server's version and where it is."""
        version = self._retried(lambda: _dotted(self._connected().info.server_version))
        return f"PostgreSQL {version}, {self.where}"

    # ------------------------------------------------------------------------------------ transactions

    def prepare(self) -> str:
        """Creates the registry when there is none, migrates an older one; returns its lineage."""

        def make(database: Database) -> str:
            version = self._version(database)
            if version < sql.SCHEMA_VERSION:
                self._migrate(database, version)
            return str(dict(database.execute(sql.GET_META).fetchall())["lineage"])

        def lineage(database: Database) -> str:
            if self._version(database) < sql.SCHEMA_VERSION:
                return ""
            return str(dict(database.execute(sql.GET_META).fetchall())["lineage"])

        return self._transaction(_READ, lineage) or self._transaction(_WRITE, make)

    def _migrate(self, database: Database, version: int) -> None:
        if version:
            database.execute("LOCK TABLE meta IN EXCLUSIVE MODE")
            version = self._version(database)  # somebody else may have migrated while we waited
        elif database.execute(_SCHEMA.decode()).fetchone() is None:
            # Asked for first: CREATE … IF NOT EXISTS wants the right to create even where there is nothing to do.
            database.execute("CREATE SCHEMA flyteops")
        now_ms = self.now_ms(database)
        if version < sql.SCHEMA_VERSION:
            migrate(database, version, now_ms=now_ms, lineage=self._ids.fresh, tool=self._tool)

    def _version(self, database: Database) -> int:
        if not database.execute(_IS_THERE.decode()).fetchone()[0]:
            return 0
        return written_version(database, self.where)

    def reading(self, read: Callable[[Database], Answer], *, otherwise: Answer) -> Answer:
        """What `read` finds in one consistent snapshot; `otherwise` when there is no registry yet."""
        return self._transaction(_READ, lambda database: read(database) if self._version(database) else otherwise)

    def writing(self, write: Callable[[Database], Answer]) -> Answer:
        """What `write` answers in one write transaction, in a registry of this version."""

        def checked(database: Database) -> Answer:
            if self._version(database) != sql.SCHEMA_VERSION:
                raise not_a_registry(self.where, "it was not prepared by this version")
            return write(database)

        return self._transaction(_WRITE, checked)

    def now_ms(self, database: Database) -> int:
        """The server's clock: the clocks of those who apply may differ."""
        return int(database.execute(_NOW.decode()).fetchone()[0])

    def keep_writers_out(self, database: Database) -> None:
        """Whoever publishes adds records first, and waits here."""
        database.execute("LOCK TABLE entity IN SHARE ROW EXCLUSIVE MODE")

    def _transaction(self, begin: bytes, act: Callable[[Database], Answer]) -> Answer:
        return self._retried(lambda: self._once(begin, act))

    def _once(self, begin: bytes, act: Callable[[Database], Answer]) -> Answer:
        connection = self._begun(begin)
        try:
            answer = act(_Transaction(connection))
            connection.execute(b"COMMIT")
        except BaseException:
            # What cannot be rolled back any more was rolled back by the server, or is told by the first error.
            with suppress(Exception):
                connection.execute(b"ROLLBACK")
            raise
        return answer

    def _begun(self, begin: bytes) -> psycopg.Connection[Any]:
        """A connection in a new transaction; one that died while it was idle is made anew, since nothing was said."""
        import psycopg

        reused = bool(self._held)
        connection = self._connected()
        try:
            connection.execute(begin)
        except psycopg.OperationalError:
            if not reused or not connection.closed:
                raise
            connection = self._connected()
            connection.execute(begin)
        return connection

    def _retried(self, act: Callable[[], Answer]) -> Answer:
        """Tries again what the server undid or did not begin; never what it may have done."""
        try:
            import psycopg
        except ImportError as missing:
            raise told_driver_missing() from missing
        for attempt in range(TRIES):
            try:
                return act()
            except psycopg.Error as failed:
                if failed.sqlstate not in _AGAIN or attempt == TRIES - 1:
                    raise told_by_server(self._url, failed.sqlstate, str(failed)) from failed
                self._wait(FIRST_PAUSE_S * 2**attempt * (0.5 + self._chance()))
        raise AssertionError  # the last try returned or raised

    # -------------------------------------------------------------------------------------- connection

    def _connected(self) -> psycopg.Connection[Any]:
        """The connection of this process; a forked child never speaks through its parent's."""
        for held in self._held:
            if held.pid == os.getpid() and not held.connection.closed:
                return held.connection
        connection = _connect(self._url)
        if connection.info.server_version < OLDEST_SERVER:
            version = _dotted(connection.info.server_version)
            connection.close()
            raise told_old_server(self._url, version)
        self._held[:] = [_Held(connection)]
        return connection


def _dotted(number: int) -> str:
    return f"{number // 10000}.{number % 10000}"


class _Held:
    """A connection, and the process that opened it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.pid = os.getpid()


def _close(held: list[_Held]) -> None:
    for each in held:
        if each.pid == os.getpid():
            each.connection.close()


def _connect(url: str) -> psycopg.Connection[Any]:
    import psycopg

    try:
        return psycopg.connect(
            url,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="flyteops",
        )
    except psycopg.OperationalError as failed:
        if failed.sqlstate in _AGAIN or "too many clients" in str(failed) or "starting up" in str(failed):
            raise
        raise told_not_reached(url, str(failed)) from failed
    except psycopg.ProgrammingError as wrong:  # the URL itself
        raise told_not_reached(url, str(wrong)) from wrong


class _Transaction:
    """Our statements in PostgreSQL's words."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, statement: str, parameters: Sequence[Any] = (), /) -> Rows:
        """One statement; parameters travel apart from its text."""
        return self._connection.execute(_translated(statement), parameters or None)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object:
        """One statement for many rows, in one trip."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_translated(statement), rows)
        return None


@lru_cache(maxsize=256)
def _translated(statement: str) -> bytes:
    return statement.replace("?", "%s").replace(" STRICT", "").replace(" INTEGER", " BIGINT").encode()
