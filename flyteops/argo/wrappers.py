"""Templates around pods: the cached task (lookup, then compute unless hit) and the map (size, items, gather)."""

from __future__ import annotations

from flyteops.argo.faults import Findings
from flyteops.argo.kinds import emittable, work_pod
from flyteops.argo.pod import INVOCATION, ITEM, Result, control_pod, launch_flags
from flyteops.argo.shelf import Shelf
from flyteops.argo.target import Target
from flyteops.execution.steps import RunMap, RunTask
from flyteops.model.digest import Json, JsonObject

HIT_OR_MISS = Result(parameter="state", default="miss")
BRANCH = Result(parameter="branch", default="-1")
ITEMS = Result(parameter="items", default="[]")


def task_template(work: RunTask, *, shelf: Shelf, target: Target, found: Findings) -> str:
    """The template that runs the task once: its pod, or the wrapper with a lookup before it when it is cached."""
    if not emittable(work.task, found=found):
        return ""
    pod = shelf.put("task", work_pod(work.task, work.settings, verb="task", target=target, found=found))
    if work.settings.cache is None:
        return pod
    flags = ("--scope", target.cache_scope, *launch_flags(target))
    lookup = control_pod("lookup", target=target, found=found, result=HIT_OR_MISS, flags=flags)
    return _cached("cached", shelf.put("lookup", lookup), pod, shelf=shelf)


def map_template(work: RunMap, *, shelf: Shelf, target: Target, found: Findings) -> str:
    """The template of a map: its size, one pod for each item (in the wrapper when cached), the verdict over all."""
    if not emittable(work.task, found=found):
        return ""
    partial = work.min_successes is not None or work.min_success_ratio is not None
    item = _item_template(work, shelf=shelf, target=target, found=found)
    batch = ("--batch", str(work.task.batch)) if work.task.batch else ()
    size = shelf.put("size", control_pod("map-size", target=target, found=found, result=ITEMS, flags=batch))
    gather = shelf.put("gather", control_pod("map-gather", target=target, found=found))
    if work.task.batch:
        found.note(f"a pod of the map over task/{work.task.name} takes {work.task.batch} items, one after the other")
    else:
        found.note(f"each item of the map over task/{work.task.name} is a pod of its own (one item a batch)")
    body = _dag(
        [
            _call("size", size),
            {
                **_call("items", item, item="{{item}}"),
                "depends": "size.Succeeded",
                "withParam": "{{tasks.size.outputs.parameters.items}}",
            },
            {**_call("gather", gather), "depends": after_items(partial=partial)},
        ]
    )
    bounds = [each for each in (work.concurrency, work.task.actor and work.task.actor.replicas) if each]
    if bounds:
        body["parallelism"] = min(bounds)
    return shelf.put("map", body)


def _item_template(work: RunMap, *, shelf: Shelf, target: Target, found: Findings) -> str:
    pod = shelf.put("item", work_pod(work.task, work.settings, verb="map-item", target=target, found=found))
    if work.settings.cache is None or work.task.batch:
        # A pod that takes a batch looks each item up itself.
        return pod
    flags = ("--item", ITEM, "--scope", target.cache_scope, *launch_flags(target))
    lookup = control_pod("lookup", target=target, found=found, result=HIT_OR_MISS, flags=flags)
    return _cached("cached-item", shelf.put("lookup-item", lookup), pod, shelf=shelf, item=ITEM)


def _cached(kind: str, lookup: str, pod: str, *, shelf: Shelf, item: str | None = None) -> str:
    # On a hit the lookup has committed the node's outputs itself: nobody reads anything from this template.
    compute: JsonObject = {
        **_call("compute", pod, item=item),
        "depends": "lookup.Succeeded",
        "when": "{{= tasks.lookup.outputs.parameters.state != 'hit' }}",
    }
    inputs = ("invocation", "item") if item else ("invocation",)
    return shelf.put(kind, _dag([_call("lookup", lookup, item=item), compute], inputs=inputs))


def after_items(*, partial: bool) -> str:
    """When the verdict over the items of a map is due; with `partial` failed ones are for it to judge."""
    done = "items.Succeeded || items.Skipped"
    return f"size.Succeeded && ({done} || items.Failed || items.Errored)" if partial else f"size.Succeeded && ({done})"


def _dag(tasks: list[Json], *, inputs: tuple[str, ...] = ("invocation",)) -> JsonObject:
    # Fail-fast on a template counts every failed attempt, so that a retry would never come.
    return {
        "inputs": {"parameters": [{"name": name} for name in inputs]},
        "dag": {"tasks": tasks, "failFast": False},
    }


def _call(name: str, template: str, *, item: str | None = None) -> JsonObject:
    parameters: list[Json] = [{"name": "invocation", "value": INVOCATION}]
    if item is not None:
        parameters.append({"name": "item", "value": item})
    return {"name": name, "template": template, "arguments": {"parameters": parameters}}
