from tests.faults.deployed_project import Deployed


def provoke() -> None:
    """Somebody made an object of that name with kubectl."""
    deployed = Deployed()
    wanted = deployed.side().wanted[0]
    deployed.cluster.apply_as("kubectl", wanted.body)
    deployed.apply()
