from flyteops.argo import Target, emit
from flyteops.model.entities import Interface, LaunchPlan, Node, Sleep, Workflow
from flyteops.model.program import Program


def provoke() -> None:
    """A node that no emitter draws, so far."""
    node = Node(name="pause", body=Sleep(duration_s=60.0), outputs=())
    workflow = Workflow(name="train", interface=Interface(), nodes=(node,), outputs=())
    program = Program(project="churn", domain="production", workflows={"train": workflow})
    target = Target(namespace="churn-production", store="s3://acme/churn", default_image="ghcr.io/acme/base:v7")
    emit(program, target=target, plans=(LaunchPlan(name="train", workflow="train"),))
