"""Leaf templates: one container under the restricted profile, with all scheduling spelt out on each."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from flyteops.argo.faults import Findings
from flyteops.argo.images import checked_reference, image_reference
from flyteops.argo.retry import retry_strategy
from flyteops.argo.target import CodeBundle, CodeInImage, Target
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import Amount, Resources, Retries, Task, TaskSettings, Toleration

RUNNER_FOLDER = "/flyteops/runner"
WORK_FOLDER = "/flyteops/work"
RESULT_FILE = "/flyteops/work/result"
INVOCATION = "{{inputs.parameters.invocation}}"
START_ALLOWANCE_S = 30
"""The runner enforces the task's own bound; the pod's deadline stands behind it and counts from the pod's start."""
CONTROL_DEADLINE_S = 600
CONTROL_RESOURCES: JsonObject = {
    "requests": {"cpu": "100m", "memory": "128Mi"},
    "limits": {"memory": "256Mi"},
}
OPEN_BRACE = "FLYTEOPS_OPEN_BRACE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The one small thing a pod tells the engine: an output parameter, and what stands when the pod wrote nothing."""

    parameter: str
    default: str


def task_pod(task: Task, settings: TaskSettings, *, verb: str, target: Target, found: Findings) -> JsonObject:
    """The template of a task's own pod, without a name; `verb` is `task` or `map-item`."""
    at = f"task/{task.name}"
    image = image_reference(settings.image, default=target.default_image, at=(at, "image"), found=found)
    item = verb == "map-item"
    flags = ("--item", "{{inputs.parameters.item}}") if item else ()
    body = _leaf(
        inputs=("invocation", "item") if item else ("invocation",),
        container=_container(image, verb, flags, env=_env(settings, at=at, found=found), target=target),
        target=target,
        found=found,
    )
    _set_limits(body, task, settings, target=target, found=found)
    _set_scheduling(body, task, settings, target=target, found=found)
    _set_labels(body, task, found=found)
    body["retryStrategy"] = retry_strategy(settings.retries)
    if task.service_account:
        body["serviceAccountName"] = found.plain(
            task.service_account, at=(at, "service_account"), what="the service account"
        )
    return body


def control_pod(
    verb: str, *, target: Target, found: Findings, result: Result | None = None, flags: Iterable[str] = ()
) -> JsonObject:
    """The template of a small pod that computes nothing of the user's: it reads and writes the store."""
    image = checked_reference(target.default_image, name=target.default_image, at=("", ""), found=found)
    told = ("--result", RESULT_FILE) if result else ()
    body = _leaf(
        inputs=("invocation",),
        container={
            **_container(image, verb, (*flags, *told), env=[], target=target),
            "resources": CONTROL_RESOURCES,
        },
        target=target,
        found=found,
    )
    body["activeDeadlineSeconds"] = CONTROL_DEADLINE_S
    body["retryStrategy"] = retry_strategy(Retries())
    if result:
        value_from: JsonObject = {"path": RESULT_FILE, "default": result.default}
        body["outputs"] = {"parameters": [{"name": result.parameter, "valueFrom": value_from}]}
    return body


# ------------------------------------------------------------------------------------------------ the pod


def restricted(target: Target) -> JsonObject:
    """The security context of a pod under the restricted profile."""
    return {
        "runAsNonRoot": True,
        "runAsUser": target.user,
        "runAsGroup": target.user,
        "fsGroup": target.user,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _locked() -> JsonObject:
    return {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _leaf(*, inputs: tuple[str, ...], container: JsonObject, target: Target, found: Findings) -> JsonObject:
    volumes: list[Json] = [{"name": "flyteops-work", "emptyDir": {}}]
    body: JsonObject = {
        "inputs": {"parameters": [{"name": name} for name in inputs]},
        "container": container,
        "automountServiceAccountToken": False,
        "securityContext": restricted(target),
    }
    if target.runner is not None:
        image = checked_reference(target.runner.image, name=target.runner.image, at=("", ""), found=found)
        volumes.append({"name": "flyteops-runner", "emptyDir": {}})
        body["initContainers"] = [
            {
                "name": "flyteops-runner",
                "image": image,
                "command": [_kube(part) for part in (*target.runner.command, RUNNER_FOLDER)],
                "resources": CONTROL_RESOURCES,
                "securityContext": _locked(),
                "volumeMounts": [{"name": "flyteops-runner", "mountPath": RUNNER_FOLDER}],
            }
        ]
    body["volumes"] = volumes
    return body


def _container(image: str, verb: str, flags: tuple[str, ...], *, env: list[Json], target: Target) -> JsonObject:
    mounts: list[Json] = [{"name": "flyteops-work", "mountPath": WORK_FOLDER}]
    program: tuple[str, ...] = ("-m", "flyteops.runtime")
    if target.runner is not None:
        mounts.append({"name": "flyteops-runner", "mountPath": RUNNER_FOLDER, "readOnly": True})
        program = (f"{RUNNER_FOLDER}/runner.zip",)
    given = ("--store", _kube(target.store), "--run", "{{workflow.uid}}", "--attempt", "$(FLYTEOPS_ATTEMPT)")
    return {
        "image": image,
        "command": ["python", "-P", *program],
        "args": [verb, *given, *flags, INVOCATION],
        "workingDir": WORK_FOLDER,
        "env": [*_own_env(target), *env],
        "securityContext": _locked(),
        "volumeMounts": mounts,
    }


def _own_env(target: Target) -> list[Json]:
    attempt: JsonObject = {"name": "FLYTEOPS_ATTEMPT", "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}}
    match target.code:
        case CodeBundle(uri=uri):
            code: JsonObject = {"name": "FLYTEOPS_CODE_BUNDLE", "value": _kube(uri)}
        case CodeInImage(roots=roots):
            code = {"name": "FLYTEOPS_CODE_ROOTS", "value": _kube(":".join(roots))}
    return [attempt, code, {"name": "HOME", "value": WORK_FOLDER}]


def _env(settings: TaskSettings, *, at: str, found: Findings) -> list[Json]:
    """The user's variables. Two braces are taken apart for the engine and put together again by the kubelet."""
    if any("{{" in value for _, value in settings.env):
        brace: list[Json] = [{"name": OPEN_BRACE, "value": "{"}]
    else:
        brace = []
    for name, value in settings.env:
        found.plain(name, at=(at, f"env.{name}"), what="the name of a variable")
        found.carried(value, at=(at, f"env.{name}"), what=f'the variable "{name}"')
    return [*brace, *({"name": name, "value": env_text(value)} for name, value in settings.env)]


def env_text(value: str) -> str:
    """The value so that after the kubelet's `$(…)` it is what was written, and the engine finds no `{{` in it."""
    kept = _kube(value)
    return "".join(
        f"$({OPEN_BRACE})" if character == "{" and kept[index + 1 : index + 2] == "{" else character
        for index, character in enumerate(kept)
    )


def _kube(text: str) -> str:
    return text.replace("$", "$$")


# -------------------------------------------------------------------------------------- limits and places


def _set_limits(body: JsonObject, task: Task, settings: TaskSettings, *, target: Target, found: Findings) -> None:
    container = _dict(body["container"])
    at = f"task/{task.name}"
    amounts = resource_amounts(settings.resources, target=target)
    for side in amounts.values():
        for quantity in side.values():
            found.plain(quantity, at=(at, "resources"), what="a quantity")
    if amounts:
        container["resources"] = {side: dict(of) for side, of in amounts.items()}
    if settings.resources.shared_memory:
        size = found.plain(
            settings.resources.shared_memory, at=(at, "resources.shared_memory"), what="the size of shared memory"
        )
        memory: JsonObject = {"medium": "Memory", "sizeLimit": size}
        body["volumes"] = [*_list(body["volumes"]), {"name": "flyteops-shm", "emptyDir": memory}]
        container["volumeMounts"] = [
            *_list(container["volumeMounts"]),
            {"name": "flyteops-shm", "mountPath": "/dev/shm"},  # noqa: S108 the mount point of shared memory
        ]
    _set_bounds(body, task, settings, target=target, found=found)


def _set_bounds(body: JsonObject, task: Task, settings: TaskSettings, *, target: Target, found: Findings) -> None:
    timeout = settings.timeout
    if timeout.run_s is not None:
        body["activeDeadlineSeconds"] = math.ceil(timeout.run_s) + START_ALLOWANCE_S
    if timeout.queued_s is not None:
        if target.argo == "4.1":
            body["pendingTimeout"] = f"{math.ceil(timeout.queued_s)}s"
        else:
            found.note(f"timeout.queued of task/{task.name} needs Argo 4.1: not enforced on {target.argo}")
    if timeout.total_s is not None:
        found.note(f"timeout.total of task/{task.name} is not enforced by Argo; run and queued are")


def resource_amounts(resources: Resources, *, target: Target) -> dict[str, dict[str, str]]:
    """`requests` and `limits` as a container says them; GPUs stand in limits alone."""
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for name, amount in _amounts(resources):
        if amount.request is not None:
            requests[name] = amount.request
        if amount.limit is not None:
            limits[name] = amount.limit
    if resources.gpu:
        limits[target.gpu_resource] = str(resources.gpu)
    return {side: of for side, of in (("requests", requests), ("limits", limits)) if of}


def _amounts(resources: Resources) -> list[tuple[str, Amount]]:
    given = (
        ("cpu", resources.cpu),
        ("memory", resources.memory),
        ("ephemeral-storage", resources.ephemeral_storage),
    )
    return [(name, amount) for name, amount in given if amount is not None]


def _set_scheduling(body: JsonObject, task: Task, settings: TaskSettings, *, target: Target, found: Findings) -> None:
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
        body["priorityClassName"] = found.plain(resources.priority, at=at, what="the priority")


def _toleration(toleration: Toleration, *, at: tuple[str, str], found: Findings) -> JsonObject:
    given = {
        "key": toleration.key,
        "operator": toleration.operator,
        "value": toleration.value,
        "effect": toleration.effect,
    }
    return {name: found.plain(text, at=at, what="a toleration") for name, text in given.items() if text}


def _set_labels(body: JsonObject, task: Task, *, found: Findings) -> None:
    metadata: JsonObject = {}
    at = f"task/{task.name}"
    for field, pairs in (("labels", task.labels), ("annotations", task.annotations)):
        if pairs:
            metadata[field] = {
                found.plain(key, at=(at, field), what=f"a key of {field}"): found.plain(
                    text, at=(at, f"{field}.{key}"), what=f'"{key}" in {field}'
                )
                for key, text in pairs
            }
    if metadata:
        body["metadata"] = metadata


def _dict(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError(f"a map of the template is {type(value).__name__}")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"a list of the template is {type(value).__name__}")
    return value
