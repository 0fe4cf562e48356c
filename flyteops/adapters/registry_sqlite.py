"""The registry in one SQLite file, for one machine; what it promises is written in `ports/registry.py`."""

from __future__ import annotations

from pathlib import Path

from flyteops.adapters.registry_engine import SqlRegistry
from flyteops.adapters.registry_file import BUSY_TIMEOUT_S, Connect, RegistryFile, connect
from flyteops.adapters.registry_rules import refuse_embedded_in_ci
from flyteops.ports.clock import Clock, Ids

__all__ = ["SqliteRegistry", "refuse_embedded_in_ci"]


class SqliteRegistry(SqlRegistry):
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
        file = RegistryFile(path, clock=clock, ids=ids, tool=tool, connect=connect, busy_timeout_s=busy_timeout_s)
        super().__init__(file, project=project)
