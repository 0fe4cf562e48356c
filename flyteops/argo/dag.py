"""The run graph as DAG templates: what waits for what, which branch runs, split where the engine's limits ask."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import assert_never

from flyteops.argo.faults import Findings
from flyteops.argo.names import task_names
from flyteops.argo.order import direct_needs, ends_of, pieces_of
from flyteops.argo.pod import control_pod
from flyteops.argo.shelf import Shelf
from flyteops.argo.target import Target
from flyteops.argo.wrappers import BRANCH, map_template, task_template
from flyteops.execution.graph import Decide, Hold, Join, RunEach, RunGraph, RunLaunch, RunMap, RunTask, Step
from flyteops.execution.invocation import outputs_invocation, step_invocation
from flyteops.model.digest import Json, JsonObject, canonical

MAX_TASKS = 200
MAX_INVOCATION = 100 * 1024
"""Characters of one argument: Linux takes 128 KiB, and the engine replaces a longer one by a file."""
BEGIN, OUTPUTS, MAIN = "begin", "outputs", "main"
RESERVED = frozenset({BEGIN, OUTPUTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """What every part of one object is drawn with."""

    project: str
    graph: RunGraph
    begin: JsonObject | None
    fail_fast: bool
    shelf: Shelf
    target: Target
    found: Findings


def draw(canvas: Canvas) -> str:
    """Puts all templates of the run on the shelf; the name of the entrypoint."""
    steps = canvas.graph.steps
    needs = direct_needs(steps)
    names = task_names(steps, reserved=RESERVED | {f"part-{index}" for index in range(MAX_TASKS)})
    frame = bool(canvas.begin) + bool(canvas.graph.outputs)
    if len(steps) + frame <= MAX_TASKS:
        return _main(canvas, _tasks(canvas, list(steps), needs=needs, names=names), ends_of(steps, needs), names)
    return _split(canvas, needs, names, frame=frame)


def _split(canvas: Canvas, needs: dict[str, tuple[str, ...]], names: dict[str, str], *, frame: int) -> str:
    pieces = pieces_of(canvas.graph.steps, needs, largest=MAX_TASKS)
    home = {path: index for index, piece in enumerate(pieces) for path in piece}
    for piece in pieces:
        if len(piece) > MAX_TASKS:
            _refuse_switch(canvas, piece)
    if len(pieces) + frame > MAX_TASKS:
        _refuse_size(canvas, f"{len(canvas.graph.steps)} steps")
    waits = {
        f"part-{index}": tuple(
            f"part-{other}" for other in sorted({home[need] for path in piece for need in needs[path]} - {index})
        )
        for index, piece in enumerate(pieces)
    }
    tasks: list[JsonObject] = []
    for index, piece in enumerate(pieces):
        inner = _dag(_tasks(canvas, piece, needs=needs, names=names), fail_fast=canvas.fail_fast)
        template = canvas.shelf.put_named(f"part-{index}", inner)
        task: JsonObject = {"name": template, "template": template}
        tasks.append(_waiting(task, [f"{name}.Succeeded" for name in waits[template]]))
    return _main(canvas, tasks, ends_of(waits, waits), {name: name for name in waits})


def _main(canvas: Canvas, tasks: list[JsonObject], ends: list[str], names: dict[str, str]) -> str:
    if canvas.begin is not None:
        flags: tuple[str, ...] = (
            "--kickoff",
            "{{workflow.parameters.kickoff}}",
            "--inputs",
            "{{workflow.parameters.inputs}}",
        )
        if _looks(canvas.begin):
            flags = (*flags, "--scope", canvas.target.cache_scope)
        template = canvas.shelf.put(BEGIN, control_pod(BEGIN, target=canvas.target, found=canvas.found, flags=flags))
        tasks = [each if "depends" in each else {**each, "depends": f"{BEGIN}.Succeeded"} for each in tasks]
        tasks.insert(0, _call(canvas, BEGIN, template, canvas.begin, at=""))
    if canvas.graph.outputs:
        scope = ("--scope", canvas.target.cache_scope) if canvas.graph.publishes else ()
        template = canvas.shelf.put(
            OUTPUTS, control_pod(OUTPUTS, target=canvas.target, found=canvas.found, flags=scope)
        )
        call = _call(canvas, OUTPUTS, template, outputs_invocation(canvas.graph), at="")
        before = [f"{names[end]}.Succeeded" for end in ends] or ([f"{BEGIN}.Succeeded"] if canvas.begin else [])
        tasks.append(_waiting(call, before))
    return canvas.shelf.put_named(MAIN, _dag(tasks, fail_fast=canvas.fail_fast))


def _looks(begin: JsonObject) -> bool:
    """Whether an input is looked for among the artifacts of a scope."""
    inputs = begin["inputs"]
    return any("query" in each for each in inputs if isinstance(each, dict)) if isinstance(inputs, list) else False


def _dag(tasks: list[JsonObject], *, fail_fast: bool) -> JsonObject:
    listed: list[Json] = list(tasks)
    return {"dag": {"tasks": listed, "failFast": fail_fast}}


def _tasks(
    canvas: Canvas, paths: list[str], *, needs: dict[str, tuple[str, ...]], names: dict[str, str]
) -> list[JsonObject]:
    inside = set(paths)
    tasks: list[JsonObject] = []
    for path in sorted(paths):
        step = canvas.graph.steps[path]
        template = _template(canvas, step)
        task = _call(canvas, names[path], template, step_invocation(canvas.project, step), at=path)
        waits = [_term(step, need, names[need]) for need in needs[path] if need in inside]
        task = _waiting(task, waits)
        if step.guard is not None:
            task["when"] = (
                f"{{{{= tasks['{names[step.guard.decide]}'].outputs.parameters.{BRANCH.parameter} "
                f"== '{step.guard.branch}' }}}}"
            )
        tasks.append(task)
    return tasks


def _term(step: Step, need: str, name: str) -> str:
    """Explicit phases: a bare name would also accept a skipped step, whose outputs are absent."""
    if isinstance(step.work, Join) and need.startswith(f"{step.path}.case"):
        return f"({name}.Succeeded || {name}.Skipped || {name}.Omitted)"
    return f"{name}.Succeeded"


def _template(canvas: Canvas, step: Step) -> str:
    shelf, target, found = canvas.shelf, canvas.target, canvas.found
    match step.work:
        case RunTask():
            return task_template(step.work, shelf=shelf, target=target, found=found)
        case RunMap():
            return map_template(step.work, shelf=shelf, target=target, found=found)
        case RunLaunch() | RunEach() | Hold():
            what = {RunLaunch: "a run of its own", RunEach: "a map of runs", Hold: "a gate"}[type(step.work)]
            found.refuse(
                "FO820",
                f"node {step.path} is {what}, which cannot be emitted for a cluster yet",
                at=(found.address, f"nodes.{step.path}"),
                label="runs on this machine only",
                way_out="Run it with flyteops run, or take the node out for the domains that have a cluster.",
            )
            return ""
        case Decide():
            return shelf.put("decide", control_pod("decide", target=target, found=found, result=BRANCH))
        case Join():
            return shelf.put("join", control_pod("join", target=target, found=found))
        case _:
            assert_never(step.work)


def _waiting(task: JsonObject, terms: list[str]) -> JsonObject:
    return {**task, "depends": " && ".join(terms)} if terms else task


def _call(canvas: Canvas, name: str, template: str, invocation: JsonObject, *, at: str) -> JsonObject:
    text = base64.b64encode(canonical(invocation)).decode("ascii")
    if len(text) > MAX_INVOCATION:
        canvas.found.refuse(
            "FO807",
            f'what step "{at or name}" is told takes {len(text) // 1024} KiB, and a pod takes {MAX_INVOCATION // 1024}',
            at=(canvas.found.address, f"nodes.{at}"),
            label="too much is written here",
            way_out="Put the large literal into a file and hand over the file.",
        )
    parameters: list[Json] = [{"name": "invocation", "value": text}]
    return {"name": name, "template": template, "arguments": {"parameters": parameters}}


def _refuse_switch(canvas: Canvas, piece: list[str]) -> None:
    path = min(piece, key=len)
    canvas.found.refuse(
        "FO802",
        f'the switch "{path}" has {len(piece)} steps, and Argo takes {MAX_TASKS} in one piece',
        at=(canvas.found.address, f"nodes.{path}"),
        label=f"{len(piece)} steps",
        way_out="Move work out of the cases, or use a map.",
    )


def _refuse_size(canvas: Canvas, what: str) -> None:
    canvas.found.refuse(
        "FO801",
        f"{canvas.found.address} has {what}, more than one object of Argo can hold",
        at=(canvas.found.address, ""),
        label=what,
        way_out="Use a map instead of many nodes, or split the workflow.",
    )
