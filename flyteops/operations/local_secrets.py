"""The secrets of a run on this machine: every one that its tasks declare, found in order, all missing ones at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flyteops.execution.steps import RunEach, RunGraph, RunLaunch, RunMap, RunTask
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.entities import Task
from flyteops.model.errors import InvalidProject
from flyteops.model.program import Program
from flyteops.model.surroundings import SecretUse
from flyteops.model.works import DynamicWork
from flyteops.ports.secrets import SecretPlace


def tasks_of(graph: RunGraph) -> Iterator[Task]:
    """Every task that a run of the graph may call, those of runs that it launches and of failure handlers too."""
    for step in (*graph.steps.values(), *(each.step for each in graph.handlers)):
        match step.work:
            case RunTask(task=task) | RunMap(task=task):
                yield task
            case RunLaunch(graph=inner) | RunEach(graph=inner):
                yield from tasks_of(inner)


def secrets_for(graph: RunGraph, program: Program, places: Sequence[SecretPlace]) -> dict[str, str]:
    """The values by name; InvalidProject naming for each missing one all ways to give it."""
    users: dict[str, tuple[Task, SecretUse]] = {}
    for task in tasks_of(graph):
        for use in task.secrets:
            users.setdefault(use.secret, (task, use))
    values: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for name in sorted(users):
        task, use = users[name]
        value = _value(use, places)
        if value is None:
            faults.append(_missing(name, task, use, program, places))
        else:
            values[name] = value
    if faults:
        raise InvalidProject(faults)
    if any(isinstance(task.work, DynamicWork) for task in tasks_of(graph)):
        # Which tasks its graph will call is not known yet: what lacks a value then fails by itself.
        others = {use.secret: use for task in program.tasks.values() for use in task.secrets}
        known = {name: _value(use, places) for name, use in others.items() if name not in values}
        values |= {name: value for name, value in known.items() if value is not None}
    return values


def _value(use: SecretUse, places: Sequence[SecretPlace]) -> str | None:
    found = (place.find(use.secret, use.source) for place in places)
    return next((each for each in found if each is not None), None)


def _missing(name: str, task: Task, use: SecretUse, program: Program, places: Sequence[SecretPlace]) -> Diagnostic:
    ways = [way for place in places if (way := place.way(name, use.source))]
    shown = {"variable": f"as {use.target}", "file": f"at {use.target}", "context": "by asking for it"}[use.kind]
    return Diagnostic(
        code="FO370",
        message=f'the secret "{name}" has no value on this machine',
        place=program.origins.get(f"secret/{name}"),
        label=f"task/{task.name} sees it {shown}",
        help=", or ".join(ways),
    )


def local_notes(graph: RunGraph) -> tuple[str, ...]:
    """What the tasks of a run say that has no effect on this machine, each once."""
    notes: dict[str, None] = {}
    for task in tasks_of(graph):
        if task.pod_template is not None:
            notes[f"the pod template {task.pod_template.name} of task/{task.name} has no effect on this machine"] = None
        for use in task.secrets:
            if use.kind == "file":
                text = f"task/{task.name}: {use.target} is not there on this machine; secrets.path({use.secret!r}) is"
                notes[text] = None
    return tuple(notes)
