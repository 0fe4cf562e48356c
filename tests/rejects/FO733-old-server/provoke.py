from flyteops.adapters.registry_server_faults import told_old_server


def provoke() -> None:
    """A server that is too old; the password of its URL is not told."""
    raise told_old_server("postgresql://ann:s3cret@db.example/churn", "13.4")
