import copy

from flyteops.operations.pruning import look_for_leftovers
from tests.faults.deployed_project import Deployed


def provoke() -> None:
    """Most objects of this registry are in no record, as after an old backup was restored."""
    deployed = Deployed()
    deployed.apply()
    side = deployed.side()
    live = deployed.cluster.get(side.wanted[0].ref)
    for number in range(9):
        body = copy.deepcopy(live.body)
        body["metadata"] = {**body["metadata"], "name": f"hello-{number}"}
        del body["metadata"]["uid"], body["metadata"]["resourceVersion"]
        deployed.cluster.apply_as("flyteops", body)
    look_for_leftovers(deployed.planned(), side, registry=deployed.registry, limit=0.2)
