"""What the shared code of registries in SQL asks of an engine: rows, transactions, a place in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

Answer = TypeVar("Answer")


class Rows(Protocol):
    """What a statement answers."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """One connection inside one transaction."""

    def execute(self, statement: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Runs one statement of `registry_sql`, whose parameters are `?`."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Runs one statement for each row."""


class Engine(Protocol):
    """Where the tables are. Every failure leaves as `Refused` or `OutsideFailed`."""

    @property
    def where(self) -> str:
        """The place in words, without a password."""

    def described(self) -> str:
        """The engine, its version and the place."""

    def prepare(self) -> str:
        """Creates the registry when there is none, migrates an older one; returns its lineage."""

    def reading(self, read: Callable[[Database], Answer], *, otherwise: Answer) -> Answer:
        """What `read` finds in one read transaction; `otherwise` when there is no registry yet."""

    def writing(self, write: Callable[[Database], Answer]) -> Answer:
        """What `write` answers in one write transaction, which is committed; it may be called again when the engine
        undid it."""

    def now_ms(self, database: Database) -> int:
        """The time that leases are measured by: one clock for all who write here."""

    def keep_writers_out(self, database: Database) -> None:
        """Until the end of the transaction nobody else adds records."""
