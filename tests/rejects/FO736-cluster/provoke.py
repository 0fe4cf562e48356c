from dataclasses import replace

from flyteops.operations.rolling_back import commit_of, look_back
from tests.contract.memory_registry import MemoryRegistry
from tests.contract.records import LEASE_MS, SetClock, create, revision


def provoke() -> None:
    """A rollback, in a domain whose objects are in a cluster, to what was applied from uncommitted files."""
    registry = MemoryRegistry(project="churn", clock=SetClock())
    registry.prepare()
    fence = registry.take_lease("production", holder="ann", ttl_ms=LEASE_MS)
    of = replace(revision("4f2c9ab" + "0" * 33), dirty=True)
    registry.publish(fence, "one", "production", expected_generation=0, revision=of, changes=(create("fit"),))
    commit_of(look_back("production", 1, registry=registry))
