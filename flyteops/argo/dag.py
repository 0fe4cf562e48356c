"""The run graph as DAG templates: what waits for what, which branch runs, split where the engine's limits ask."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Literal as OneOf
from typing import assert_never

from flyteops.argo.faults import Findings
from flyteops.argo.gates import gate_template
from flyteops.argo.handlers import handler_tasks
from flyteops.argo.inside import WITHIN, handed_on, with_input
from flyteops.argo.launches import each_template, launch_template
from flyteops.argo.names import task_names
from flyteops.argo.order import direct_needs, ends_of, pieces_of
from flyteops.argo.pod import control_pod
from flyteops.argo.shelf import Shelf
from flyteops.argo.target import Target
from flyteops.argo.wrappers import BRANCH, map_template, task_template
from flyteops.execution.invocation import outputs_invocation, step_invocation
from flyteops.execution.steps import (
    Decide,
    FailureHandler,
    Hold,
    Join,
    RunEach,
    RunGraph,
    RunLaunch,
    RunMap,
    RunTask,
    Step,
    Terms,
)
from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.model.entities import Sleep
from flyteops.model.frozen import frozen

MAX_TASKS = 200
MAX_INVOCATION = 100 * 1024
"""Characters of one argument: Linux takes 128 KiB, and the engine replaces a longer one by a file."""
BEGIN, OUTPUTS, MAIN, EXIT = "begin", "outputs", "main", "on-exit"
_ONLY_WITHIN: JsonObject = {"arguments": {"parameters": [{"name": "within", "value": WITHIN}]}}
RESERVED = frozenset({BEGIN, OUTPUTS})


@frozen
class Canvas:
    """What every part of one run is drawn with. `label` is empty for the run itself, `nightly/` inside what its step
    `nightly` launches."""

    project: str
    graph: RunGraph
    begin: JsonObject | None
    fail_fast: bool
    shelf: Shelf
    target: Target
    found: Findings
    label: str = ""


def draw(canvas: Canvas) -> str:
    """Puts all templates of the run on the shelf; the name of the entrypoint."""
    tasks, ends = _body(canvas, frame=bool(canvas.begin) + bool(canvas.graph.outputs))
    return _main(canvas, tasks, ends)


def draw_exit(canvas: Canvas) -> str | None:
    """The name of the template that is called when the run is over, for its failure handlers; None without any."""
    if not canvas.graph.handlers:
        return None
    tasks, _ = handler_tasks(
        canvas.graph.handlers,
        after="",
        call_handler=lambda handler, name: _call_handler(canvas, handler, name),
        shelf=canvas.shelf,
        target=canvas.target,
        found=canvas.found,
        when="{{= workflow.status != 'Succeeded' }}",
    )
    canvas.found.note(
        "on_failure: to abort a run without calling it, terminate it (argo terminate); a stopped run is a failed one"
    )
    return canvas.shelf.put_named(EXIT, _dag(tasks, fail_fast=False))


def _call_handler(canvas: Canvas, handler: FailureHandler, name: str) -> JsonObject:
    invocation = {**step_invocation(canvas.project, handler.step), "handler": True}
    return _task(canvas, name, handler.step, invocation)


def _body(canvas: Canvas, *, frame: int) -> tuple[list[JsonObject], list[str]]:
    """The tasks of all steps, in pieces when they are too many, and the names of those that nothing waits for."""
    steps = canvas.graph.steps
    needs = direct_needs(steps)
    names = task_names(steps, reserved=RESERVED | {f"part-{index}" for index in range(MAX_TASKS)})
    if len(steps) + frame <= MAX_TASKS:
        return _tasks(canvas, list(steps), needs=needs, names=names), [names[end] for end in ends_of(steps, needs)]
    return _split(canvas, needs, names, frame=frame)


def _split(
    canvas: Canvas, needs: dict[str, tuple[str, ...]], names: dict[str, str], *, frame: int
) -> tuple[list[JsonObject], list[str]]:
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
        name = f"part-{index}"
        if canvas.label:
            task: JsonObject = {"name": name, "template": canvas.shelf.put("part", with_input(inner)), **_ONLY_WITHIN}
        else:
            task = {"name": name, "template": canvas.shelf.put_named(name, inner)}
        tasks.append(_waiting(task, [f"{each}.Succeeded" for each in waits[name]]))
    return tasks, ends_of(waits, waits)


def _main(canvas: Canvas, tasks: list[JsonObject], ends: list[str]) -> str:
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
        before = ends or ([BEGIN] if canvas.begin else [])
        tasks.append(_waiting(_outputs(canvas), [f"{name}.Succeeded" for name in before]))
    return canvas.shelf.put_named(MAIN, _dag(tasks, fail_fast=canvas.fail_fast))


def _looks(begin: JsonObject) -> bool:
    """Whether an input is looked for among the artifacts of a scope."""
    inputs = begin["inputs"]
    return any("query" in each for each in inputs if isinstance(each, dict)) if isinstance(inputs, list) else False


def _outputs(canvas: Canvas) -> JsonObject:
    scope = ("--scope", canvas.target.cache_scope) if canvas.graph.publishes else ()
    pod = control_pod(OUTPUTS, target=canvas.target, found=canvas.found, flags=scope)
    template = canvas.shelf.put(OUTPUTS, pod)
    return _call(canvas, OUTPUTS, template, outputs_invocation(canvas.graph), at="")


def _inner(canvas: Canvas, step: Step, work: RunLaunch | RunEach) -> str:
    """The template that launches the step's run, or one item of it."""
    inner = replace(
        canvas,
        graph=work.graph,
        begin=None,
        fail_fast=work.graph.failure_policy == "immediately",
        label=f"{canvas.label}{step.path}/",
        target=replace(canvas.target, cache=_cache(canvas, work.terms), raw_data=work.terms.raw_data),
    )
    tasks, ends = _body(inner, frame=1)
    # Always: the step that launched it takes its outputs, though there may be none of them.
    tasks.append(_waiting(_outputs(inner), [f"{name}.Succeeded" for name in ends]))
    body = with_input(_dag(tasks, fail_fast=inner.fail_fast))
    if work.terms.max_parallelism is not None:
        body["parallelism"] = work.terms.max_parallelism
    canvas.found.note(
        f"node {canvas.label}{step.path} launches runs of their own in the store, but parts of this object for the "
        "engine: labels, service account, concurrency and notifications are those of the run that launches them"
    )
    return launch_template(
        work,
        canvas.shelf.put("run", body),
        call_handler=lambda handler, name: _call_handler(inner, handler, name),
        shelf=canvas.shelf,
        target=canvas.target,
        found=canvas.found,
    )


def _cache(canvas: Canvas, terms: Terms) -> OneOf["on", "overwrite"]:
    """A run that overwrites what is cached overwrites it in what it launches too."""
    return "overwrite" if terms.overwrite_cache else canvas.target.cache


def _dag(tasks: list[JsonObject], *, fail_fast: bool) -> JsonObject:
    listed: list[Json] = list(tasks)
    return {"dag": {"tasks": listed, "failFast": fail_fast}}


def _tasks(
    canvas: Canvas, paths: list[str], *, needs: dict[str, tuple[str, ...]], names: dict[str, str]
) -> list[JsonObject]:
    inside_piece = set(paths)
    tasks: list[JsonObject] = []
    for path in sorted(paths):
        step = canvas.graph.steps[path]
        task = _task(canvas, names[path], step, step_invocation(canvas.project, step))
        task = _waiting(task, [_term(step, need, names[need]) for need in needs[path] if need in inside_piece])
        if step.guard is not None:
            task["when"] = (
                f"{{{{= tasks['{names[step.guard.decide]}'].outputs.parameters.{BRANCH.parameter} "
                f"== '{step.guard.branch}' }}}}"
            )
        tasks.append(task)
    return tasks


def _task(canvas: Canvas, name: str, step: Step, invocation: JsonObject) -> JsonObject:
    """The call of a step's template; one that launches a run says where in the run that is."""
    template = _template(canvas, step, name)
    if isinstance(step.work, Hold) and isinstance(step.work.gate, Sleep):
        return {"name": name, "template": template}
    if isinstance(step.work, RunLaunch | RunEach):
        where = f"{WITHIN}/{step.path}" if canvas.label else step.path
        return _call(canvas, name, template, invocation, at=step.path, within=where)
    return _call(canvas, name, template, invocation, at=step.path)


def _term(step: Step, need: str, name: str) -> str:
    """Explicit phases: a bare name would also accept a skipped step, whose outputs are absent."""
    if isinstance(step.work, Join) and need.startswith(f"{step.path}.case"):
        return f"({name}.Succeeded || {name}.Skipped || {name}.Omitted)"
    return f"{name}.Succeeded"


def _template(canvas: Canvas, step: Step, name: str) -> str:
    shelf, target, found = canvas.shelf, canvas.target, canvas.found
    match step.work:
        case RunTask():
            return task_template(step.work, shelf=shelf, target=target, found=found)
        case RunMap():
            return map_template(step.work, shelf=shelf, target=target, found=found)
        case RunLaunch():
            return _inner(canvas, step, step.work)
        case RunEach():
            launch = _inner(canvas, step, step.work)
            return each_template(step.work, launch, shelf=shelf, target=target, found=found)
        case Hold():
            return gate_template(step.work, canvas.label + step.path, name, shelf=shelf, target=target, found=found)
        case Decide():
            return shelf.put("decide", control_pod("decide", target=target, found=found, result=BRANCH))
        case Join():
            return shelf.put("join", control_pod("join", target=target, found=found))
        case _:
            assert_never(step.work)


def _waiting(task: JsonObject, terms: list[str]) -> JsonObject:
    return {**task, "depends": " && ".join(terms)} if terms else task


def _call(canvas: Canvas, name: str, template: str, invocation: JsonObject, *, at: str, within: str = "") -> JsonObject:
    text = base64.b64encode(canonical(invocation)).decode("ascii")
    if len(text) > MAX_INVOCATION:
        kib = len(text) // 1024
        canvas.found.refuse(
            "FO807",
            f'what step "{canvas.label}{at or name}" is told takes {kib} KiB, and a pod takes {MAX_INVOCATION // 1024}',
            at=(canvas.found.address, f"nodes.{at}"),
            label="too much is written here",
            way_out="Put the large literal into a file and hand over the file.",
        )
    parameters: list[Json] = [{"name": "invocation", "value": text}]
    if within:
        parameters.append({"name": "within", "value": within})
    task: JsonObject = {"name": name, "template": template, "arguments": {"parameters": parameters}}
    # A template that was refused is none.
    return handed_on(canvas.shelf, task) if canvas.label and template in canvas.shelf.templates else task


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
