"""What a worker or a pod is told: one JSON document per step, free of user values beyond the literals in git.

    {"v": 1, "do": "task" | "map" | "launch" | "each" | "hold" | "decide" | "join" | "outputs", "step": PATH, …}

task, map   task "PROJECT/NAME" (for measures), WORK, inputs [INPUT…], over [INPUT…] (map only, of list types),
            outputs [[name, T]…] (of one call), cache {…} | null, never [exception…], run_s seconds | null; where the
            task has them: secrets [{"secret", "kind", "target"}…] (never a value), warm ["module:name"…], checkpoint
            true, deck true
WORK        function "module:name", returns "none|value|tuple" | dynamic "module:name", returns, code |
            script TEXT, paths {output: path} | container {image, command [ARGUMENT…], input_dir, output_dir}
launch      inputs [INPUT…], outputs_type [[name, T]…]: a run of its own
each        the same once per item of over [INPUT…], with min_success_ratio and min_successes as a map has
hold        gate "sleep" | "approve" | "wait_for_input", seconds (how long it sleeps, or waits at most) | null, prompt,
            inputs [INPUT] (what approve hands on), outputs_type
decide      conditions [CONDITION…]
join        decide PATH, choices [{"outputs": [INPUT…]} | {"fail": text}]
outputs     outputs [INPUT…]: what the whole run returns; publishes [PUBLICATION…] when it publishes artifacts
PUBLICATION artifact, shelf, output, partitions {key: {"value"} | {"input"}}, time {granularity, input} | null

INPUT       {"name", "type": T, "binding": B}
CONDITION   model.expressions.condition_wire with operands {"type", "value"} | {…B of a reference…, "type": T}
B           {"value": V, "type": T} | {"input": name, "path": […]} | {"step": PATH, "output": name, "path": […]}
            | {"error": true, "path": […]} | {"list": [B…]} | {"map": {name: B}}
"""

from __future__ import annotations

from typing import assert_never

from flyteops.execution.steps import Decide, Hold, Join, RunEach, RunGraph, RunLaunch, RunMap, RunTask, Step
from flyteops.model.digest import Json, JsonObject, digest_of
from flyteops.model.entities import Approve, Fail, Included, Sleep, Task, TaskSettings, Variable, WaitForInput
from flyteops.model.expressions import Constant, Operand, condition_wire
from flyteops.model.references import (
    Binding,
    Bound,
    ErrorRef,
    InputRef,
    ListBinding,
    MapBinding,
    NodeRef,
    Reference,
    Referred,
    Static,
)
from flyteops.model.types import type_wire
from flyteops.model.wire import interface_key
from flyteops.model.works import ContainerWork, DynamicWork, FunctionWork, ScriptWork, argument_wire

INVOCATION_VERSION = 1


def step_invocation(project: str, step: Step) -> JsonObject:
    """The document for one step."""
    work = step.work
    match work:
        case RunTask():
            return {**_call(project, step.path, work.task, work.settings), "do": "task", "inputs": _inputs(work.inputs)}
        case RunMap():
            return {
                **_call(project, step.path, work.task, work.settings),
                "do": "map",
                "inputs": _inputs(work.inputs),
                "over": _inputs(work.over),
                "outputs_type": _outputs(work.outputs),
                "min_success_ratio": work.min_success_ratio,
                "min_successes": work.min_successes,
            }
        case RunLaunch():
            return {**_child("launch", step.path, work), "launch_plan": work.launch_plan}
        case RunEach():
            return {
                **_child("each", step.path, work),
                "over": _inputs(work.over),
                "min_success_ratio": work.min_success_ratio,
                "min_successes": work.min_successes,
            }
        case Hold():
            return _hold(step.path, work)
        case Decide():
            conditions: list[Json] = [condition_wire(each, run_operand) for each in work.conditions]
            return {"v": INVOCATION_VERSION, "do": "decide", "step": step.path, "conditions": conditions}
        case Join():
            choices: list[Json] = [
                {"fail": each.message} if isinstance(each, Fail) else {"outputs": _inputs(each)}
                for each in work.choices
            ]
            return {
                "v": INVOCATION_VERSION,
                "do": "join",
                "step": step.path,
                "decide": work.decide,
                "choices": choices,
            }
        case _:
            assert_never(work)


def outputs_invocation(graph: RunGraph) -> JsonObject:
    """The document that gathers what the run returns."""
    publishes: JsonObject = {"publishes": list(graph.publishes)} if graph.publishes else {}
    return {"v": INVOCATION_VERSION, "do": "outputs", "step": "", "outputs": _inputs(graph.outputs), **publishes}


def _child(do: str, path: str, work: RunLaunch | RunEach) -> JsonObject:
    return {
        "v": INVOCATION_VERSION,
        "do": do,
        "step": path,
        "inputs": _inputs(work.inputs),
        "outputs_type": _outputs(work.outputs),
    }


def _hold(path: str, work: Hold) -> JsonObject:
    gate = work.gate
    match gate:
        case Sleep(duration_s=seconds):
            said: JsonObject = {"gate": "sleep", "seconds": seconds, "prompt": ""}
        case Approve(timeout_s=limit, prompt=prompt):
            said = {"gate": "approve", "seconds": limit, "prompt": prompt}
        case WaitForInput(timeout_s=limit, prompt=prompt):
            said = {"gate": "wait_for_input", "seconds": limit, "prompt": prompt}
        case _:
            assert_never(gate)
    given = _inputs((gate.bound,) if isinstance(gate, Approve) and gate.bound else ())
    outputs = _outputs(work.outputs)
    return {"v": INVOCATION_VERSION, "do": "hold", "step": path, **said, "inputs": given, "outputs_type": outputs}


def work_invocation(task: Task) -> JsonObject:
    """What a worker or pod does for the task; the kinds that no runner does itself have nothing to say here."""
    work = task.work
    match work:
        case FunctionWork():
            return {"function": str(work.function), "returns": work.returns}
        case DynamicWork():
            count = len(task.interface.outputs)
            return {
                "dynamic": str(work.function),
                "returns": "none" if not count else "value" if count == 1 else "tuple",
                "code": work.code,
            }
        case ScriptWork():
            return {"script": work.script, "paths": dict(work.paths)}
        case ContainerWork():
            command: list[Json] = [argument_wire(each) for each in work.command]
            folders: JsonObject = {"input_dir": work.input_dir, "output_dir": work.output_dir}
            return {"container": {"image": work.image, "command": command, **folders}}
        case _:
            return {}


def _call(project: str, path: str, task: Task, settings: TaskSettings) -> JsonObject:
    return {
        "v": INVOCATION_VERSION,
        "step": path,
        "task": f"{project}/{task.key_name}",
        **work_invocation(task),
        "outputs": _outputs(task.interface.outputs),
        "cache": cache_ingredients(project, task, settings),
        "never": list(settings.retries.never),
        "run_s": settings.timeout.run_s,
        **_surroundings(task),
    }


def _surroundings(task: Task) -> JsonObject:
    """What the task has around it, where it has any."""
    told: JsonObject = {}
    if task.secrets:
        told["secrets"] = [{"secret": each.secret, "kind": each.kind, "target": each.target} for each in task.secrets]
    if task.actor is not None and task.actor.warm:
        told["warm"] = [str(each.function) for each in task.actor.warm]
    if task.checkpoint:
        told["checkpoint"] = True
    if task.deck:
        told["deck"] = True
    return told


def cache_ingredients(project: str, task: Task, settings: TaskSettings) -> JsonObject | None:
    """What of a task enters the cache key, inputs apart; None when it is not cached."""
    policy = settings.cache
    if policy is None:
        return None
    ingredients: JsonObject = {
        "task": f"{project}/{task.key_name}",
        "version": policy.version if policy.version is not None else f"code:{task.code}",
        "interface": interface_key(task.interface),
        "ignore": sorted(policy.ignore),
        "max_age_s": policy.max_age_s,
    }
    if policy.include:
        ingredients["include"] = _included(policy.include)
    if policy.serialize:
        ingredients["serialize"] = True
    if policy.scope is not None:
        ingredients["scope"] = policy.scope
    return ingredients


def _included(included: tuple[Included, ...]) -> Json:
    """What else counts, in short: a pod needs no list of files. Where a lock file lies does not count."""
    files: list[Json] = [[each.name, each.digest] for each in included if each.what == "file"]
    found: list[Json] = [[each.what, each.digest] for each in included if each.what != "file"]
    return [*found, ["files", digest_of("flyteops.included.v1", files)]] if files else found


def _outputs(variables: tuple[Variable, ...]) -> Json:
    return [[variable.name, type_wire(variable.type)] for variable in variables]


def _inputs(bounds: tuple[Bound, ...]) -> Json:
    return [
        {"name": bound.name, "type": type_wire(bound.type), "binding": run_binding(bound.binding)} for bound in bounds
    ]


def run_binding(binding: Binding) -> JsonObject:
    """A flat binding as a worker reads it."""
    match binding:
        case Static(literal=literal):
            return {"value": literal.value, "type": type_wire(literal.type)}
        case Referred(to=to):
            return run_reference(to)
        case ListBinding(items=items):
            return {"list": [run_binding(item) for item in items]}
        case MapBinding(entries=entries):
            return {"map": {name: run_binding(entry) for name, entry in entries}}
        case _:
            assert_never(binding)


def run_reference(to: Reference) -> JsonObject:
    """A flat reference: the run's own input, or the output of a step."""
    match to:
        case InputRef(name=name, path=path):
            return {"input": name, "path": list(path)}
        case NodeRef(node=node, output=output, path=path):
            return {"step": node, "output": output, "path": list(path)}
        case ErrorRef(path=path):
            return {"error": True, "path": list(path)}
        case _:
            assert_never(to)


def run_operand(operand: Operand) -> Json:
    """An operand of a condition: always with its type, since a pod evaluates from this form alone."""
    if isinstance(operand, Constant):
        return {"type": type_wire(operand.literal.type), "value": operand.literal.value}
    return {**run_reference(operand.to), "type": type_wire(operand.type)}
