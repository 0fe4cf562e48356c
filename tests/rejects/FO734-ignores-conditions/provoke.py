from flyteops.adapters.registry_faults import store_unsafe


def provoke() -> None:
    """A store that writes whatever the condition says."""
    raise store_unsafe("s3://bucket/registry", "a second create of the same object was accepted")
