"""Where a pod may run and what it is marked with: selectors, tolerations, priority, labels."""

from __future__ import annotations

from flyteops.argo.faults import Findings
from flyteops.argo.target import Target
from flyteops.model.digest import JsonObject
from flyteops.model.entities import Task, TaskSettings, Toleration


def set_scheduling(body: JsonObject, task: Task, settings: TaskSettings, *, target: Target, found: Findings) -> None:
    """Selectors, tolerations and priority, in full on the leaf itself."""
    # The engine takes these from the leaf alone when the leaf has any: so all of them stand here.
    at = (f"task/{task.name}", "resources")
    resources = settings.resources
    selector = dict(resources.node_selector)
    tolerations = list(resources.tolerations)
    if resources.gpu:
        tolerations.append(Toleration(key=target.gpu_resource, operator="Exists", effect="NoSchedule"))
    if resources.accelerator:
        selector.setdefault(target.accelerator_label, resources.accelerator)
    if settings.interruptible:
        if not (target.interruptible.selector or target.interruptible.tolerations):
            found.note(f"interruptible of task/{task.name} has no effect: the cluster names no label of such hosts")
        selector.update(target.interruptible.selector)
        tolerations.extend(target.interruptible.tolerations)
    for text in (*selector, *selector.values()):
        found.plain(text, at=at, what="a node selector")
    if selector:
        body["nodeSelector"] = dict(sorted(selector.items()))
    if tolerations:
        body["tolerations"] = [_toleration(each, at=at, found=found) for each in dict.fromkeys(tolerations)]
    if resources.priority:
        body["priorityClassName"] = found.object_name(resources.priority, at=at, what="priority")


def _toleration(toleration: Toleration, *, at: tuple[str, str], found: Findings) -> JsonObject:
    given = {
        "key": toleration.key,
        "operator": toleration.operator,
        "value": toleration.value,
        "effect": toleration.effect,
    }
    return {name: found.plain(text, at=at, what="a toleration") for name, text in given.items() if text}


def set_labels(body: JsonObject, task: Task, *, found: Findings) -> None:
    """The user's labels and annotations of the pod."""
    metadata: JsonObject = {}
    at = f"task/{task.name}"
    for field, pairs in (("labels", task.labels), ("annotations", task.annotations)):
        if pairs:
            metadata[field] = {
                found.key(key, at=(at, field), what=field): found.plain(
                    text, at=(at, f"{field}.{key}"), what=f'"{key}" in {field}'
                )
                for key, text in pairs
            }
    if metadata:
        body["metadata"] = metadata
