"""What a worker or a pod is told: one JSON document per step, free of user values beyond the literals in git.

    {"v": 1, "do": "task" | "map" | "decide" | "join" | "outputs", "step": PATH, …}

task, map   function "module:name", returns "none|value|tuple", inputs [INPUT…], over [INPUT…] (map only, of list
            types), outputs [[name, T]…] (of one call), cache {…} | null, never [exception…], run_s seconds | null
decide      conditions [CONDITION…]
join        decide PATH, choices [{"outputs": [INPUT…]} | {"fail": text}]
outputs     outputs [INPUT…]: what the whole run returns

INPUT       {"name", "type": T, "binding": B}
CONDITION   model.expressions.condition_wire with operands {"type", "value"} | {…B of a reference…, "type": T}
B           {"value": V, "type": T} | {"input": name, "path": […]} | {"step": PATH, "output": name, "path": […]}
            | {"list": [B…]} | {"map": {name: B}}
"""

from __future__ import annotations

from typing import assert_never

from flyteops.execution.graph import Decide, Join, RunGraph, RunMap, RunTask, Step
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import Fail, Task, TaskSettings, Variable
from flyteops.model.expressions import Constant, Operand, condition_wire
from flyteops.model.references import Binding, Bound, InputRef, ListBinding, MapBinding, Reference, Referred, Static
from flyteops.model.types import type_wire
from flyteops.model.wire import interface_key

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
    return {"v": INVOCATION_VERSION, "do": "outputs", "step": "", "outputs": _inputs(graph.outputs)}


def _call(project: str, path: str, task: Task, settings: TaskSettings) -> JsonObject:
    return {
        "v": INVOCATION_VERSION,
        "step": path,
        "function": str(task.function),
        "returns": task.returns,
        "outputs": _outputs(task.interface.outputs),
        "cache": cache_ingredients(project, task, settings),
        "never": list(settings.retries.never),
        "run_s": settings.timeout.run_s,
    }


def cache_ingredients(project: str, task: Task, settings: TaskSettings) -> JsonObject | None:
    """What of a task enters the cache key, inputs apart (platform-data.md 6.1); None when it is not cached."""
    policy = settings.cache
    if policy is None:
        return None
    return {
        "task": f"{project}/{task.key_name}",
        "version": policy.version if policy.version is not None else f"code:{task.code}",
        "interface": interface_key(task.interface),
        "ignore": sorted(policy.ignore),
        "max_age_s": policy.max_age_s,
    }


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
    if isinstance(to, InputRef):
        return {"input": to.name, "path": list(to.path)}
    return {"step": to.node, "output": to.output, "path": list(to.path)}


def run_operand(operand: Operand) -> Json:
    """An operand of a condition: always with its type, since a pod evaluates from this form alone."""
    if isinstance(operand, Constant):
        return {"type": type_wire(operand.literal.type), "value": operand.literal.value}
    return {**run_reference(operand.to), "type": type_wire(operand.type)}
