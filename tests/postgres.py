"""A real PostgreSQL server for tests: one a process, in a folder of its own, reached by its socket only."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

MISSING = "no PostgreSQL server is installed here (Debian: apt-get install -y postgresql)"


@dataclass(frozen=True)
class Server:
    """A running server; `program` are the words that run it as somebody who is not root."""

    folder: Path
    binaries: Path

    @property
    def url(self) -> str:
        return f"postgresql://flyteops@/postgres?host={self.folder}"

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        command = [str(self.binaries / program), *arguments]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True, **who)

    def sql(self, *statements: str) -> list[tuple]:
        """Runs statements; the rows of the last one."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            rows: list[tuple] = []
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def emptied(self) -> Server:
        """The same without a registry in it."""
        self.sql("SET client_min_messages TO error", "DROP SCHEMA IF EXISTS flyteops CASCADE")
        return self


def binaries() -> Path | None:
    """The newest installed server's programs, 15 or newer."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    found = [path for path in found if path.parent.name.isdecimal() and int(path.parent.name) >= 15]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    beside = shutil.which("initdb")
    return Path(beside).parent if beside and shutil.which("pg_ctl") else None


@cache
def started() -> Server | None:
    """The server of this process, or None where none is installed; it ends with the process."""
    programs = binaries()
    if programs is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="fo-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Server(folder, programs)
    server.run("initdb", "-D", "data", "-U", "flyteops", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
    options = (
        f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off "
        "-c synchronous_commit=off -c max_connections=60 -c shared_buffers=16MB -c autovacuum=off"
    )
    server.run("pg_ctl", "-D", "data", "-l", "log", "-o", options, "-w", "-t", "30", "start")
    owner = os.getpid()
    atexit.register(_end, server, owner)
    return server


def _end(server: Server, owner: int) -> None:
    if os.getpid() == owner:
        server.run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")
        time.sleep(0.05)
        shutil.rmtree(server.folder, ignore_errors=True)


def required() -> Server:
    """The server with an empty database; skips the test where none is installed."""
    server = started()
    if server is None:
        pytest.skip(MISSING)
    return server.emptied()
