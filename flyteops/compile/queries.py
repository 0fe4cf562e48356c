"""Queries for artifacts in place of values: told from maps, held against the artifacts, and where they may stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flyteops.compile.faults import suggestion
from flyteops.compile.known import Known
from flyteops.execution.artifacts import queries_of
from flyteops.model.artifacts import ArtifactQuery
from flyteops.model.diagnostics import Place
from flyteops.model.entities import Call, LaunchPlan, MapCall, Variable, Workflow, called, calls_of
from flyteops.model.types import assignable, spelling
from flyteops.source.tree import Mapping, Scalar, TreeNode

_KEYS = frozenset({"artifact", "partitions"})


def as_query(node: TreeNode | None) -> ArtifactQuery | None:
    """The query that a value is: a map of `artifact`, and `partitions` if any, and of nothing else."""
    if not isinstance(node, Mapping) or not {entry.key.text for entry in node.entries} <= _KEYS:
        return None
    artifact, partitions = node.get("artifact"), node.get("partitions")
    if not isinstance(artifact, Scalar):
        return None
    if partitions is None:
        return ArtifactQuery(artifact=artifact.text)
    if not isinstance(partitions, Mapping):
        return None
    held = [(entry.key.text, entry.value.text) for entry in partitions.entries if isinstance(entry.value, Scalar)]
    return ArtifactQuery(artifact=artifact.text, partitions=tuple(sorted(held)))


def _check(known: Known, query: ArtifactQuery, node: Mapping, wanted: Iterable[Variable]) -> None:
    """Tells where there is no such artifact with these partitions, or its versions do not fit a variable."""
    named = node.get("artifact")
    at = named.place if named is not None else node.place
    if query.artifact not in known.artifacts:
        known.faults.add(
            "FO287",
            f'there is no artifact "{query.artifact}"',
            at=at,
            help=suggestion(query.artifact, known.artifacts, kinds="artifacts")
            if known.artifacts
            else "declare it under artifacts:",
        )
    found = known.artifacts.get(query.artifact)
    if found is None:
        return
    artifact, of = found
    keys = [each.key for each in artifact.partitions]
    partitions = node.get("partitions")
    for entry in partitions.entries if isinstance(partitions, Mapping) else ():
        _check_partition(known, entry.key, entry.value, keys, query.artifact)
    for variable in wanted:
        if not assignable(of, variable.type):
            known.faults.add(
                "FO288",
                f"{variable.name} takes {spelling(variable.type)}, and the artifact {query.artifact} is {spelling(of)}",
                at=at,
                label=f"this is {spelling(of)}",
                help="name an artifact of that type, or change the input",
            )


def _check_partition(known: Known, key: Scalar, value: TreeNode, keys: list[str], artifact: str) -> None:
    if key.text not in keys:
        known.faults.add(
            "FO287",
            f'the artifact {artifact} has no partition "{key.text}"',
            at=key.place,
            help=suggestion(key.text, keys, kinds="partitions"),
        )
    elif isinstance(value, Scalar) and value.text.startswith("$"):
        known.faults.add(
            "FO288",
            f"a query holds constants, not {value.text}",
            at=value.place,
            help="write the text that the partition has; a query of its own for each value",
        )


def check_queries(known: Known) -> None:
    """Holds every query of workflows' inputs and of launch plans against the artifacts."""
    for query, node, wanted in known.asked:
        _check(known, query, node, wanted)
    for name, declared in known.declared("workflows").items():
        workflow = known.workflows.get(name)
        inputs = declared.body.get("inputs")
        if workflow is None or not isinstance(inputs, Mapping):
            continue
        for variable in workflow.interface.inputs:
            written = inputs.get(variable.name)
            default = written.get("default") if isinstance(written, Mapping) else None
            if variable.query is not None and isinstance(default, Mapping):
                _check(known, variable.query, default, (variable,))


def check_calls(known: Known, plans: dict[str, LaunchPlan]) -> None:
    """Inside a run nothing is looked for: a node gives every input that its callee would look for at a launch."""
    for name, workflow in known.workflows.items():
        if workflow is None:
            continue
        for path, call in _calls(workflow):
            left = _left_open(known, plans, call)
            if left:
                what = f"the node {path}" if path else "on_failure"
                known.faults.add(
                    "FO289",
                    f"{what} leaves {', '.join(left)} to a query for an artifact",
                    at=_place(known, name, path),
                    label="artifacts are looked for when a run is launched",
                    help=f"give it here: make it an input of {name} with the same default",
                )


def _calls(workflow: Workflow) -> Iterator[tuple[str, Call]]:
    for node in workflow.nodes:
        for call in calls_of(node.body):
            yield node.name, call
    if workflow.on_failure is not None:
        yield "", workflow.on_failure


def _left_open(known: Known, plans: dict[str, LaunchPlan], call: Call) -> list[str]:
    kind, name = called(call)
    plan = plans.get(name) if kind == "launch_plan" else None
    workflow = known.workflows.get(plan.workflow if plan else name) if kind != "task" else None
    if workflow is None:
        return []
    given = {each.name for each in call.inputs}
    if isinstance(call, MapCall):
        given |= {each.name for each in call.over}
    wanted = dict(queries_of(plan or LaunchPlan(name=name, workflow=workflow.name), workflow))
    return sorted(wanted.keys() - given)


def _place(known: Known, workflow: str, node: str) -> Place | None:
    place, body = known.bodies[f"workflow/{workflow}"]
    nodes = body.get("nodes")
    key = nodes.key(node) if isinstance(nodes, Mapping) and node else body.key("on_failure")
    return key.place if key is not None else place
