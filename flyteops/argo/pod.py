"""Leaf templates: one container under the restricted profile, with all scheduling spelt out on each."""

from __future__ import annotations

import math

from flyteops.argo.faults import Findings
from flyteops.argo.images import checked_reference, image_reference
from flyteops.argo.places import set_labels, set_scheduling
from flyteops.argo.retry import retry_strategy
from flyteops.argo.surroundings import set_surroundings
from flyteops.argo.target import CodeBundle, CodeInImage, Target
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import Amount, Resources, Retries, Task, TaskSettings
from flyteops.model.frozen import frozen

RUNNER_FOLDER = "/flyteops/runner"
CODE_FOLDER = "/flyteops/code"
WORK_FOLDER = "/flyteops/work"
RESULT_FILE = "/flyteops/work/result"
INVOCATION = "{{inputs.parameters.invocation}}"
ITEM = "{{inputs.parameters.item}}"
START_ALLOWANCE_S = 600
"""The runner enforces the task's own bound, from the moment when the work begins. The pod's deadline stands behind it
and counts from the pod's start: a slow pull of an image must not end what had no chance to begin."""
CONTROL_DEADLINE_S = 600
CONTROL_RESOURCES: JsonObject = {
    "requests": {"cpu": "100m", "memory": "128Mi"},
    "limits": {"memory": "256Mi"},
}
OPEN_BRACE = "FLYTEOPS_OPEN_BRACE"


@frozen
class Result:
    """The one small thing a pod tells the engine: an output parameter, and what stands when the pod wrote nothing."""

    parameter: str
    default: str


@frozen
class Brought:
    """Files that an init container puts into an empty folder, given to it as last argument."""

    name: str
    image: str
    command: tuple[str, ...]
    folder: str


def task_pod(task: Task, settings: TaskSettings, *, verb: str, target: Target, found: Findings) -> JsonObject:
    """The template of a task's own pod, without a name; `verb` is `task` or `map-item`."""
    at = f"task/{task.name}"
    image = image_reference(settings.image, default=target.default_image, at=(at, "image"), found=found)
    item = ("--item", ITEM) if verb == "map-item" else ()
    flags = (*item, "--scope", _kube(target.cache_scope), *launch_flags(target), *_code_flags(target))
    brought = _brought(target, with_code=True)
    env = _env(settings, at=at, found=found)
    body = _leaf(
        inputs=("invocation", "item") if item else ("invocation",),
        container=_container(image, verb, flags, env=env, brought=brought, target=target),
        brought=brought,
        target=target,
        found=found,
    )
    calls = (task.batch or 1) if verb == "map-item" else 1
    _set_limits(body, task, settings, calls=calls, target=target, found=found)
    set_scheduling(body, task, settings, target=target, found=found)
    set_labels(body, task, settings, found=found)
    set_surroundings(body, task, secured=_locked(), found=found)
    body["retryStrategy"] = retry_strategy(settings.retries)
    if task.service_account:
        account = found.object_name(task.service_account, at=(at, "service_account"), what="service account")
        body["serviceAccountName"] = account
    return body


def control_pod(
    verb: str, *, target: Target, found: Findings, result: Result | None = None, flags: tuple[str, ...] = ()
) -> JsonObject:
    """The template of a small pod that computes nothing of the user's: it reads and writes the store."""
    image = checked_reference(target.default_image, name=target.default_image, at=("", ""), found=found)
    told = ("--result", RESULT_FILE) if result else ()
    brought = _brought(target, with_code=False)
    container = _container(image, verb, (*flags, *told), env=[], brought=brought, target=target)
    body = _leaf(
        inputs=("invocation", "item") if ITEM in flags else ("invocation",),
        container={**container, "resources": CONTROL_RESOURCES},
        brought=brought,
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


def _leaf(
    *,
    inputs: tuple[str, ...],
    container: JsonObject,
    brought: tuple[Brought, ...],
    target: Target,
    found: Findings,
) -> JsonObject:
    volumes: list[Json] = [{"name": "flyteops-work", "emptyDir": {}}]
    body: JsonObject = {
        "inputs": {"parameters": [{"name": name} for name in inputs]},
        "container": container,
        "automountServiceAccountToken": False,
        "securityContext": restricted(target),
    }
    if brought:
        body["initContainers"] = [_init_container(each, found=found) for each in brought]
    body["volumes"] = [*volumes, *({"name": each.name, "emptyDir": {}} for each in brought)]
    return body


def _init_container(brought: Brought, *, found: Findings) -> JsonObject:
    return {
        "name": brought.name,
        "image": checked_reference(brought.image, name=brought.image, at=("", ""), found=found),
        "command": [_kube(part) for part in (*brought.command, brought.folder)],
        "resources": CONTROL_RESOURCES,
        "securityContext": _locked(),
        "volumeMounts": [{"name": brought.name, "mountPath": brought.folder}],
    }


def _brought(target: Target, *, with_code: bool) -> tuple[Brought, ...]:
    """What init containers put into the pod: the runner, and for user code its bundle."""
    parts: list[Brought] = []
    if target.runner is not None:
        runner = target.runner
        parts.append(Brought(name="flyteops-runner", image=runner.image, command=runner.command, folder=RUNNER_FOLDER))
    if with_code and isinstance(target.code, CodeBundle):
        code = target.code
        parts.append(
            Brought(name="flyteops-code", image=code.image, command=(*code.command, code.uri), folder=CODE_FOLDER)
        )
    return tuple(parts)


def _container(
    image: str, verb: str, flags: tuple[str, ...], *, env: list[Json], brought: tuple[Brought, ...], target: Target
) -> JsonObject:
    mounts: list[Json] = [{"name": "flyteops-work", "mountPath": WORK_FOLDER}]
    mounts.extend({"name": each.name, "mountPath": each.folder, "readOnly": True} for each in brought)
    program = ("-m", "flyteops.runtime") if target.runner is None else (f"{RUNNER_FOLDER}/runner.zip",)
    given = ("--store", _kube(target.store), "--run", "{{workflow.uid}}", "--attempt", "$(FLYTEOPS_ATTEMPT)")
    attempt: JsonObject = {"name": "FLYTEOPS_ATTEMPT", "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}}
    folders: list[Json] = [{"name": name, "value": WORK_FOLDER} for name in ("HOME", "TMPDIR")]
    return {
        "image": image,
        "command": ["python", "-P", *program],
        "args": [verb, *given, *flags, INVOCATION],
        "workingDir": WORK_FOLDER,
        "env": [attempt, *folders, *env],
        "securityContext": _locked(),
        "volumeMounts": mounts,
    }


def _code_flags(target: Target) -> tuple[str, ...]:
    match target.code:
        case CodeBundle(roots=roots):
            folders = tuple(f"{CODE_FOLDER}/{root}" for root in roots)
        case CodeInImage(roots=folders):
            pass
    return tuple(part for folder in folders for part in ("--code", _kube(folder)))


def launch_flags(target: Target) -> tuple[str, ...]:
    """What the launch plan says of the cache and of where files go."""
    cache = ("--cache", target.cache) if target.cache != "on" else ()
    return (*cache, *(("--raw-data", _kube(target.raw_data)) if target.raw_data else ()))


def _env(settings: TaskSettings, *, at: str, found: Findings) -> list[Json]:
    """The user's variables. Two braces are taken apart for the engine and put together again by the kubelet."""
    if any("{{" in value for _, value in settings.env):
        brace: list[Json] = [{"name": OPEN_BRACE, "value": "{"}]
    else:
        brace = []
    listed: list[Json] = []
    for name, value in settings.env:
        place = (at, f"env.{name}")
        found.plain(name, at=place, what="the name of a variable")
        carried = found.carried(value, at=place, what=f'the variable "{name}"')
        listed.append({"name": name, "value": env_text(carried)})
    return [*brace, *listed]


def env_text(value: str) -> str:
    """The value so that after the kubelet's `$(…)` it is what was written, and the engine finds no `{{` in it."""
    kept = _kube(value)
    return "".join(
        f"$({OPEN_BRACE})" if character == "{" and kept[index + 1 : index + 2] == "{" else character
        for index, character in enumerate(kept)
    )


def _kube(text: str) -> str:
    return text.replace("$", "$$")


# -------------------------------------------------------------------------------------- limits


def _set_limits(
    body: JsonObject, task: Task, settings: TaskSettings, *, calls: int, target: Target, found: Findings
) -> None:
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
    _set_bounds(body, task, settings, calls=calls, target=target, found=found)


def _set_bounds(
    body: JsonObject, task: Task, settings: TaskSettings, *, calls: int, target: Target, found: Findings
) -> None:
    timeout = settings.timeout
    if timeout.run_s is not None:
        # Of one call; a pod that takes a batch makes as many, one after the other.
        body["activeDeadlineSeconds"] = math.ceil(timeout.run_s * calls) + START_ALLOWANCE_S
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


def _dict(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError(f"a map of the template is {type(value).__name__}")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"a list of the template is {type(value).__name__}")
    return value
