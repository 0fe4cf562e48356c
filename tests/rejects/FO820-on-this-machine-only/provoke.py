from flyteops.argo import Target, emit
from flyteops.model.entities import Interface, LaunchPlan, Node, Variable, WaitForInput, Workflow
from flyteops.model.program import Program
from flyteops.model.types import FILE


def provoke() -> None:
    """A gate that waits for a file: what is typed into the engine is never a file."""
    node = Node(name="report", body=WaitForInput(type=FILE), outputs=(Variable(name="value", type=FILE),))
    workflow = Workflow(name="train", interface=Interface(), nodes=(node,), outputs=())
    program = Program(project="churn", domain="production", workflows={"train": workflow})
    target = Target(namespace="churn-production", store="s3://acme/churn", default_image="ghcr.io/acme/base:v7")
    emit(program, target=target, plans=(LaunchPlan(name="train", workflow="train"),))
