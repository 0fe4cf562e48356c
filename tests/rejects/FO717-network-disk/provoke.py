from pathlib import Path

from flyteops.adapters.registry_faults import on_network


def provoke() -> None:
    """A home folder on a file server."""
    raise on_network(Path.cwd() / "registry.db", "nfs")
