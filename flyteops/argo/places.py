"""Where a pod may run and what it is marked with: selectors, tolerations, priority, labels."""

from __future__ import annotations

from flyteops.argo.faults import Findings
from flyteops.argo.target import Target
from flyteops.model.digest import JsonObject
from flyteops.model.entities import Placement, Task, TaskSettings, Toleration

QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
LONGEST_LABEL = 63
WHOLE = "none"
"""`partition: none` asks for an accelerator that is not cut up."""


def set_scheduling(body: JsonObject, task: Task, settings: TaskSettings, *, target: Target, found: Findings) -> None:
    """Selectors, tolerations and priority, in full on the leaf itself."""
    # The engine takes these from the leaf alone when the leaf has any: so all of them stand here.
    at = (f"task/{task.name}", "resources")
    resources = settings.resources
    selector = dict(resources.node_selector)
    tolerations = list(resources.tolerations)
    if resources.gpu:
        tolerations.append(Toleration(key=target.gpu_resource, operator="Exists", effect="NoSchedule"))
    pool = settings.placement or Placement(pool="")
    selector.update(pool.selector)
    tolerations.extend(pool.tolerations)
    if resources.accelerator and not pool.selector:
        selector.setdefault(target.accelerator_label, resources.accelerator)
    if resources.partition is not None and (pool.mixed or not pool.selector):
        way_out = "declare one node pool for each partition" if pool.mixed else "name its labels in node_pools"
        found.note(
            f"partition of task/{task.name} is looked for by the label {target.partition_label}: {way_out} "
            "when hosts are labelled otherwise"
        )
        _set_partition(body, selector, resources.partition, label=target.partition_label)
    if settings.interruptible:
        _set_spot(selector, tolerations, task=task, placement=settings.placement, target=target, found=found)
    for text in (*selector, *selector.values()):
        found.plain(text, at=at, what="a node selector")
    if selector:
        body["nodeSelector"] = dict(sorted(selector.items()))
    if tolerations:
        body["tolerations"] = [_toleration(each, at=at, found=found) for each in dict.fromkeys(tolerations)]
    if resources.priority:
        body["priorityClassName"] = found.object_name(resources.priority, at=at, what="priority")


def _set_partition(body: JsonObject, selector: dict[str, str], partition: str, *, label: str) -> None:
    """A part of an accelerator by its label; a whole one is where that label is not."""
    if partition != WHOLE:
        selector.setdefault(label, partition)
        return
    absent: JsonObject = {"matchExpressions": [{"key": label, "operator": "DoesNotExist"}]}
    required: JsonObject = {"nodeSelectorTerms": [absent]}
    body["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def _set_spot(
    selector: dict[str, str],
    tolerations: list[Toleration],
    *,
    task: Task,
    placement: Placement | None,
    target: Target,
    found: Findings,
) -> None:
    """Hosts that may be taken away: the pool's, when pools are declared, else those that the cluster marks."""
    if placement is not None and not placement.spot:
        found.note(f"interruptible of task/{task.name} has no effect: no spot pool fits, it goes to {placement.pool}")
        return
    if placement is None:
        if not (target.interruptible.selector or target.interruptible.tolerations):
            found.note(f"interruptible of task/{task.name} has no effect: the cluster names no label of such hosts")
            return
        selector.update(target.interruptible.selector)
        tolerations.extend(target.interruptible.tolerations)
    found.note(f"every attempt of task/{task.name} may be taken away, the last one too: Argo places all of them alike")


def _toleration(toleration: Toleration, *, at: tuple[str, str], found: Findings) -> JsonObject:
    given = {
        "key": toleration.key,
        "operator": toleration.operator,
        "value": toleration.value,
        "effect": toleration.effect,
    }
    body: JsonObject = {name: found.plain(text, at=at, what="a toleration") for name, text in given.items() if text}
    if toleration.seconds is not None:
        body["tolerationSeconds"] = toleration.seconds
    return body


def set_labels(body: JsonObject, task: Task, settings: TaskSettings, *, found: Findings) -> None:
    """The user's labels and annotations of the pod, and the queue that admits it."""
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
    queue = settings.resources.queue
    if queue is not None:
        _set_queue(metadata, queue, task=task, found=found)
    if metadata:
        body["metadata"] = metadata


def _set_queue(metadata: JsonObject, queue: str, *, task: Task, found: Findings) -> None:
    """Kueue admits plain pods by their label."""
    at = (f"task/{task.name}", "resources.queue")
    found.note(f"queue of task/{task.name} needs Kueue and its integration of pods in the cluster")
    if len(queue) > LONGEST_LABEL:
        found.refuse(
            "FO830",
            f'the queue "{queue}" is longer than a label may be',
            at=at,
            label=f"{len(queue)} characters, at most {LONGEST_LABEL}",
            way_out="Give the queue a shorter name.",
        )
    labels = dict(task.labels)
    if labels.get(QUEUE_LABEL, queue) != queue:
        found.refuse(
            "FO830",
            f'the label {QUEUE_LABEL} says "{labels[QUEUE_LABEL]}", and the queue is "{queue}"',
            at=at,
            label="two queues for one pod",
            way_out="Take the label away: queue: sets it.",
        )
    labels[QUEUE_LABEL] = found.plain(queue, at=at, what="a queue")
    metadata["labels"] = dict(sorted(labels.items()))
