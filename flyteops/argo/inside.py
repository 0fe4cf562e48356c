"""Templates as they are inside a launched run: each is told, beside all else, which of the runs inside it works for.

A run that a step launches is part of the same object of the engine. In the store it is a run of its own, whose name
follows from the outer run and the path it is launched at: `nightly`, `each.3`, `each.3/inner`. That path is the one
parameter `within`; it holds names of nodes and numbers of items only, never a value.
"""

from __future__ import annotations

from flyteops.argo.pod import INVOCATION
from flyteops.argo.shelf import Shelf
from flyteops.model.digest import Json, JsonObject

WITHIN = "{{inputs.parameters.within}}"
_INPUT: JsonObject = {"name": "within"}
_GIVEN: JsonObject = {"name": "within", "value": WITHIN}


def inside(shelf: Shelf, name: str) -> str:
    """The name of the variant of a template that takes `within` and hands it on to all that it calls."""
    body = shelf.templates[name]
    if "suspend" in body or _takes_within(body):
        return name
    kind = name.rpartition("-")[0]
    rest = {key: each for key, each in body.items() if key != "name"}
    if "dag" in body:
        return shelf.put(kind, {**with_input(rest), "dag": _handing_on(shelf, rest["dag"])})
    return shelf.put(kind, _told(with_input(rest)))


def with_input(body: JsonObject) -> JsonObject:
    """The template with the input `within` beside those that it has."""
    inputs = body.get("inputs")
    have = inputs["parameters"] if isinstance(inputs, dict) else []
    return {**body, "inputs": {"parameters": [*(have if isinstance(have, list) else []), _INPUT]}}


def _takes_within(body: JsonObject) -> bool:
    inputs = body.get("inputs")
    parameters = inputs["parameters"] if isinstance(inputs, dict) else []
    return isinstance(parameters, list) and _INPUT in parameters


def _told(body: JsonObject) -> JsonObject:
    told = {**body, "container": _with_flag(body["container"])}
    inits = body.get("initContainers")
    if isinstance(inits, list):
        told["initContainers"] = [_with_flag(each) for each in inits]
    return told


def _with_flag(container: Json) -> Json:
    """A container of ours with the flag before the invocation; others are given no invocation."""
    args = container.get("args") if isinstance(container, dict) else None
    if not isinstance(container, dict) or not isinstance(args, list) or args[-1:] != [INVOCATION]:
        return container
    return {**container, "args": [*args[:-1], "--within", WITHIN, INVOCATION]}


def _handing_on(shelf: Shelf, dag: Json) -> Json:
    if not isinstance(dag, dict) or not isinstance(dag["tasks"], list):
        raise TypeError("a DAG has tasks")
    tasks: list[Json] = []
    for task in dag["tasks"]:
        if not isinstance(task, dict):
            raise TypeError("a task is a map")
        tasks.append(handed_on(shelf, task))
    return {**dag, "tasks": tasks}


def handed_on(shelf: Shelf, task: JsonObject) -> JsonObject:
    """The call of a template as the call of its variant inside, with the same `within`."""
    template = str(task["template"])
    variant = inside(shelf, template)
    if not _takes_within(shelf.templates[variant]):
        return task
    arguments = task.get("arguments")
    given = arguments["parameters"] if isinstance(arguments, dict) else []
    have = given if isinstance(given, list) else []
    if any(isinstance(each, dict) and each["name"] == "within" for each in have):
        return {**task, "template": variant}
    return {**task, "template": variant, "arguments": {"parameters": [*have, _GIVEN]}}
