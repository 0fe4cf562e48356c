"""Runs of their own as templates: begin, the steps, failure handlers, and what is handed back to the launching step."""

from __future__ import annotations

from collections.abc import Callable

from flyteops.argo.faults import Findings
from flyteops.argo.handlers import handler_tasks
from flyteops.argo.inside import WITHIN, handed_on, with_input
from flyteops.argo.pod import INVOCATION, control_pod
from flyteops.argo.shelf import Shelf
from flyteops.argo.target import Target
from flyteops.argo.wrappers import ITEMS, after_items
from flyteops.execution.steps import FailureHandler, RunEach, RunLaunch
from flyteops.model.digest import Json, JsonObject

LAUNCHED = ("--launched", WITHIN)
"""The flag of a pod that works for the run which launches, at the path of the one that is launched."""

CallHandler = Callable[[FailureHandler, str], JsonObject]


def launch_template(
    work: RunLaunch | RunEach,
    body: str,
    *,
    call_handler: CallHandler,
    shelf: Shelf,
    target: Target,
    found: Findings,
) -> str:
    """The template that launches one run and waits for it; it takes the launching step's invocation and `within`."""

    def pod(verb: str) -> str:
        return shelf.put(verb, with_input(control_pod(verb, target=target, found=found, flags=LAUNCHED)))

    tasks: list[Json] = [
        _call("begin", pod("launch")),
        {"name": "body", "template": body, "depends": "begin.Succeeded", "arguments": {"parameters": [_WITHIN]}},
    ]
    ended = "body.Succeeded"
    if work.graph.handlers:
        handling, over = handler_tasks(
            work.graph.handlers,
            after="body.Failed || body.Errored",
            call_handler=call_handler,
            shelf=shelf,
            target=target,
            found=found,
        )
        tasks.extend(handed_on(shelf, each) for each in handling)
        ended = f"body.Succeeded || ({over})"
    tasks.append({**_call("land", pod("land")), "depends": ended})
    return shelf.put("launch", _dag(tasks))


def each_template(work: RunEach, launch: str, *, shelf: Shelf, target: Target, found: Findings) -> str:
    """The template of a map of runs: its size, one launched run for each item, the verdict over all."""
    partial = work.min_successes is not None or work.min_success_ratio is not None
    size = with_input(control_pod("map-size", target=target, found=found, result=ITEMS, flags=LAUNCHED))
    gather = with_input(control_pod("map-gather", target=target, found=found, flags=LAUNCHED))
    item: JsonObject = {"name": "within", "value": f"{WITHIN}.{{{{item}}}}"}
    body = _dag(
        [
            _call("size", shelf.put("size-of-runs", size)),
            {
                "name": "items",
                "template": launch,
                "arguments": {"parameters": [_INVOCATION, item]},
                "depends": "size.Succeeded",
                "withParam": "{{tasks.size.outputs.parameters.items}}",
            },
            {**_call("gather", shelf.put("gather-runs", gather)), "depends": after_items(partial=partial)},
        ]
    )
    if work.concurrency is not None:
        body["parallelism"] = work.concurrency
    return shelf.put("each", body)


_INVOCATION: JsonObject = {"name": "invocation", "value": INVOCATION}
_WITHIN: JsonObject = {"name": "within", "value": WITHIN}


def _call(name: str, template: str) -> JsonObject:
    return {"name": name, "template": template, "arguments": {"parameters": [_INVOCATION, _WITHIN]}}


def _dag(tasks: list[Json]) -> JsonObject:
    inputs: JsonObject = {"parameters": [{"name": "invocation"}, {"name": "within"}]}
    return {"inputs": inputs, "dag": {"tasks": tasks, "failFast": False}}
