from pathlib import Path

from flyteops.adapters.registry_sqlite import SqliteRegistry


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
    """Adam writes after Bea has taken the lease over."""
    registry = SqliteRegistry(
        Path.cwd() / "registry.db", project="churn", clock=Clock(), ids=Ids(), tool="flyteops 0.1.0"
    )
    registry.prepare()
    fence = registry.take_lease("production", holder="adam", ttl_ms=-1)
    registry.take_lease("production", holder="bea", ttl_ms=30_000)
    registry.intend(fence, "operation", ())
