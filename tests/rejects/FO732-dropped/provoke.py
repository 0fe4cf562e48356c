from flyteops.adapters.registry_faults import no_longer_whole


def provoke() -> None:
    """A generation whose records `registry gc` has dropped."""
    raise no_longer_whole("production", 3, "task/fit")
