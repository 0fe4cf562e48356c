from flyteops.operations.rolling_back import require_registry_only


def provoke() -> None:
    """A rollback in a domain whose objects are in a cluster."""
    require_registry_only("production", has_cluster=True, commit="4f2c9ab" + "0" * 33)
