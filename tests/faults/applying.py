"""One apply as a program of its own, which may be told to kill itself at its n-th SQL statement or file write.

`python applying.py PATH OPERATION KILL_AT` prints the generation and, when it was not killed, how many points it has.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from flyteops.adapters.clock import SystemClock
from flyteops.adapters.registry_sqlite import SqliteRegistry
from flyteops.model.state import PointerChange
from tests.contract.records import LEASE_MS, CountedIds, create, retire, revision, update

PLANS: dict[str, tuple[PointerChange, ...]] = {
    "one": (create("a"), create("b"), create("c")),
    "two": (update("a", text="new" * 5000), retire("b"), create("d")),
}


class Killed:
    """Counts points, and ends the process without any clean-up at the n-th."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def main(path: Path, operation: str, kill_at: int) -> None:
    """Prepares, takes the lease, intends, publishes."""
    killed = Killed(kill_at)

    class Connection(sqlite3.Connection):
        """Every statement is a point before it runs, and every commit one after it."""

        def execute(self, statement, *parameters):
            killed.point()
            cursor = super().execute(statement, *parameters)
            if statement == "COMMIT":
                killed.point()
            return cursor

        def executemany(self, statement, rows):
            rows = list(rows)
            for row in rows:
                killed.point()
                super().execute(statement, row)
            return super().execute("SELECT 1")

    def connect(uri: str, busy_timeout_s: float) -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=busy_timeout_s, factory=Connection)

    registry = SqliteRegistry(
        path, project="churn", clock=SystemClock(), ids=CountedIds(), tool="flyteops 0.1.0", connect=connect
    )
    registry.prepare()
    fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
    registry.intend(fence, operation, PLANS[operation])
    expected = {"one": 0, "two": 1}[operation]
    generation = registry.publish(
        fence, operation, "dev", expected_generation=expected, revision=revision(), changes=PLANS[operation]
    )
    registry.release_lease(fence)
    print(generation, killed.passed)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
