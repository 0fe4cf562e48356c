"""A registry of any kind by its place, for programs of their own that share it."""

from __future__ import annotations

from pathlib import Path

from flyteops.adapters.clock import RandomIds, SystemClock
from flyteops.adapters.registry_postgres import PostgresRegistry
from flyteops.adapters.registry_sqlite import SqliteRegistry
from flyteops.adapters.registry_store import StoreRegistry
from flyteops.adapters.store_file import FileStore
from flyteops.ports.registry import KeptRegistry


class Late(SystemClock):
    """An hour ahead: a lease in a store that ended long ago by any clock is taken over without being watched."""

    def now_ms(self) -> int:
        return super().now_ms() + 3_600_000


def shared(place: str, *, clock: SystemClock | None = None) -> KeptRegistry:
    """`sqlite:PATH`, `store:FOLDER` or the URL of a database."""
    kind, _, rest = place.partition(":")
    if kind == "postgresql":
        return PostgresRegistry(place, project="churn", ids=RandomIds(), tool="t")
    if kind == "store":
        store, now = FileStore(Path(rest)), clock or SystemClock()
        return StoreRegistry(store, project="churn", clock=now, ids=RandomIds(), tool="t")
    return SqliteRegistry(Path(rest), project="churn", clock=clock or SystemClock(), ids=RandomIds(), tool="t")
