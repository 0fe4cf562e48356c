from pathlib import Path

from flyteops.adapters.registry_sqlite import SqliteRegistry
from flyteops.model.state import Revision


class Clock:
    """A clock that stands."""

    def now_ms(self) -> int:
        """2026-01-31T08:00:00Z."""
        return 1769846400000

    def monotonic_s(self) -> float:
        """No time passes."""
        return 0.0


class Ids:
    """The same id, always."""

    def fresh(self) -> str:
        """One id."""
        return "a" * 20


def provoke() -> None:
    """A plan of generation 4 for a registry in which nothing was applied yet."""
    registry = SqliteRegistry(
        Path.cwd() / "registry.db", project="churn", clock=Clock(), ids=Ids(), tool="flyteops 0.1.0"
    )
    registry.prepare()
    fence = registry.take_lease("production", holder="adam", ttl_ms=30_000)
    revision = Revision(generation=5, commit="c" * 40, dirty=False, plan_digest="", actor="adam", tool="", created_ms=0)
    registry.intend(fence, "operation", ())
    registry.publish(fence, "operation", "production", expected_generation=4, revision=revision, changes=())
