"""The registry in a PostgreSQL database, for teams; what it promises is written in `ports/registry.py`."""

from __future__ import annotations

from flyteops.adapters.registry_engine import SqlRegistry
from flyteops.adapters.registry_server import PostgresServer
from flyteops.ports.clock import Ids


class PostgresRegistry(SqlRegistry):
    """A registry for `project` in the database at `url`; leases are measured by the server's clock."""

    def __init__(self, url: str, *, project: str, ids: Ids, tool: str) -> None:
        super().__init__(PostgresServer(url, ids=ids, tool=tool), project=project)
