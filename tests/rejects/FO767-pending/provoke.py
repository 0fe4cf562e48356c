from flyteops.operations.pruning import look_for_leftovers
from tests.faults.deployed_project import Deployed


def provoke() -> None:
    """A prune before the first apply."""
    deployed = Deployed()
    look_for_leftovers(deployed.planned(), deployed.side(), registry=deployed.registry, limit=None)
