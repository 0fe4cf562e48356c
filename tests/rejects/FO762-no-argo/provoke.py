from tests.faults.deployed_project import Deployed


def provoke() -> None:
    """The cluster has neither the namespace nor Argo."""
    deployed = Deployed()
    deployed.cluster.lacks = lambda namespace, kinds: (
        f"namespace {namespace}",
        *(f"{kind} ({version})" for version, kind in kinds),
    )
    deployed.apply()
