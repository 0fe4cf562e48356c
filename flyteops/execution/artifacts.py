"""What a run publishes and what a launch looks for, as every side of the product reads it. Touches no store."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.model.artifacts import Artifact, ArtifactQuery
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import LaunchPlan, Workflow
from flyteops.model.program import Program


def queries_of(plan: LaunchPlan, workflow: Workflow) -> Iterator[tuple[str, ArtifactQuery]]:
    """What a launch of the plan looks for, by the input that gets it when nobody gives that."""
    given = {name for name, _ in (*plan.default_inputs, *plan.fixed_inputs)}
    own = dict(plan.queries)
    for variable in workflow.interface.inputs:
        if plan.trigger is not None and variable.name in plan.trigger.binds:
            yield variable.name, plan.trigger.query
        elif variable.name in own:
            yield variable.name, own[variable.name]
        elif variable.query is not None and variable.name not in given:
            yield variable.name, variable.query


def shelf_of(program: Program, artifact: str) -> str:
    """Where the versions of an artifact are, below the scope of who published them."""
    return f"{program.project}/{program.domain}/{artifact}"


def query_invocation(program: Program, query: ArtifactQuery) -> JsonObject:
    """A query as a runner reads it."""
    return {
        "artifact": query.artifact,
        "shelf": shelf_of(program, query.artifact),
        "partitions": dict(query.partitions),
    }


def publications(program: Program, workflow: str) -> tuple[JsonObject, ...]:
    """What a run of the workflow by itself publishes, as a runner reads it."""
    found = (each for _, each in sorted(program.artifacts.items()) if each.workflow == workflow)
    return tuple(_publication(program, each) for each in found)


def _publication(program: Program, artifact: Artifact) -> JsonObject:
    partitions: JsonObject = {
        each.key: {"input": each.input} if each.input is not None else {"value": each.value}
        for each in artifact.partitions
    }
    time: Json = None
    if artifact.time is not None:
        time = {"granularity": artifact.time.granularity, "input": artifact.time.input}
    return {
        "artifact": artifact.name,
        "shelf": shelf_of(program, artifact.name),
        "output": artifact.output,
        "partitions": partitions,
        "time": time,
    }
