"""A graph made ready before its first step: every step's document, with the files that git names taken in."""

from __future__ import annotations

from collections.abc import Mapping

from flyteops.execution.invocation import outputs_invocation, step_invocation
from flyteops.execution.steps import RunEach, RunGraph, RunLaunch, Step
from flyteops.local.continuing import made_of
from flyteops.local.launching import Intake, with_files
from flyteops.model.digest import Json, JsonObject
from flyteops.model.frozen import frozen


@frozen
class Prepared:
    """A graph with the documents of its steps and failure handlers by path, and the graphs that steps launch."""

    graph: RunGraph
    invocations: Mapping[str, JsonObject]
    outputs: JsonObject
    inner: Mapping[str, Prepared]
    made: Mapping[str, str]
    """Digests of what decides each step's result, and of the outputs under an empty name."""


def prepare(graph: RunGraph, project: str, intake: Intake, *, label: str = "") -> Prepared:
    """The graph, and those inside of it, ready to run. Faults of files gather in the intake."""
    handlers = [handler.step for handler in graph.handlers]
    every = [*graph.steps.values(), *handlers]
    invocations = {step.path: _invocation(project, step, intake, label) for step in every}
    inner = {
        step.path: prepare(step.work.graph, project, intake, label=f"{label}{step.path}/")
        for step in every
        if isinstance(step.work, RunLaunch | RunEach)
    }
    outputs = _object(with_files(outputs_invocation(graph), intake, label=f"{label}outputs"))
    made = {path: made_of(step, invocations[path], inside=_made(inner.get(path))) for path, step in graph.steps.items()}
    return Prepared(
        graph=graph,
        invocations=invocations,
        outputs=outputs,
        inner=inner,
        made={"": made_of(None, outputs), **made},
    )


def _made(inner: Prepared | None) -> Mapping[str, str]:
    return inner.made if inner is not None else {}


def _invocation(project: str, step: Step, intake: Intake, label: str) -> JsonObject:
    return _object(with_files(step_invocation(project, step), intake, label=f"node {label}{step.path}"))


def _object(document: Json) -> JsonObject:
    if not isinstance(document, dict):
        raise TypeError("an invocation is an object")
    return document
