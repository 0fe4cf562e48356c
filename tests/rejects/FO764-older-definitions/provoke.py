from flyteops.ports.cluster import ClusterFailed
from tests.faults.deployed_project import Deployed


def provoke() -> None:
    """The server's definitions do not know a field that is emitted."""

    def dry_run(body: object) -> None:
        raise ClusterFailed("invalid", 'unknown field "spec.executor"')

    deployed = Deployed()
    deployed.cluster.dry_run = dry_run
    deployed.apply()
