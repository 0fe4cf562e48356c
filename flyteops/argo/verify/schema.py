"""The closed schema: every field that may be emitted, written out by hand. What is not here is a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flyteops.argo.verify.shapes import (
    Check,
    Finding,
    Value,
    closed,
    exactly,
    listed,
    literal_text,
    one_of_by,
    only,
    pairs,
    tagged,
    text,
    truth,
    whole,
)

# ---------------------------------------------------------------------------------------------- words

_DNS = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SHORT_NAME = text(r"[A-Za-z][A-Za-z0-9-]*", longest=128)
_OBJECT_63 = text(_DNS, longest=63)
_OBJECT_52 = text(_DNS, longest=52)
_ACCOUNT = text(rf"{_DNS}(\.{_DNS})*", longest=253)
_LABEL_KEY = text(
    r"(?!(?!app\.kubernetes)(?:[a-z0-9.-]*\.)?(?:argoproj\.io|kubernetes\.io|k8s\.io|istio\.io|linkerd\.io|hashicorp\.com)/)"
    r"(?:[a-z0-9.-]{1,253}/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
)
_SELECTOR_KEY = text(r"(?:[a-z0-9.-]{1,253}/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = text(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
_QUANTITY = text(r"[0-9]+(\.[0-9]+)?(n|u|m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?")
_DURATION = text(r"[1-9][0-9]*s")
_IMAGE = text(r"[a-z0-9][a-zA-Z0-9_.:/-]*(@sha256:[0-9a-f]{64})?", longest=600)
_ENV_NAME = text(r"(?!LD_|PYTHON|GIT_|BASH_ENV$|ENV$)[A-Za-z_][A-Za-z0-9_]*")
_WORK = "/flyteops/work"
_YEAR_S = 366 * 24 * 3600 + 60


def _labels(value: Value, path: str) -> Iterator[Finding]:
    managed = {"app.kubernetes.io/managed-by"}
    plain = {key: each for key, each in value.items() if key not in managed} if isinstance(value, dict) else value
    yield from pairs(_LABEL_KEY, _LABEL_VALUE)(plain, path)
    if isinstance(value, dict) and "app.kubernetes.io/managed-by" in value:
        yield from only("flyteops")(value["app.kubernetes.io/managed-by"], f"{path}.app.kubernetes.io/managed-by")


def _parameters(value: Check, *, most: int = 500, field: str = "value") -> Check:
    return closed({"parameters": listed(closed({"name": SHORT_NAME, field: value}), most=most)})


# ------------------------------------------------------------------------------------------------ pods

_LOCKED = closed(
    {
        "allowPrivilegeEscalation": only(False),
        "capabilities": closed({"drop": exactly(only("ALL"))}),
        "runAsNonRoot": only(True),
        "seccompProfile": closed({"type": only("RuntimeDefault")}),
    }
)
_POD_LOCKED = closed(
    {
        "runAsNonRoot": only(True),
        "runAsUser": whole(1, 2**31),
        "runAsGroup": whole(1, 2**31),
        "fsGroup": whole(1, 2**31),
        "seccompProfile": closed({"type": only("RuntimeDefault")}),
    }
)
_AMOUNTS = pairs(_SELECTOR_KEY, _QUANTITY)
_RESOURCES = closed({}, {"requests": _AMOUNTS, "limits": _AMOUNTS})
_VALUED = closed({"name": _ENV_NAME, "value": text(r"[^\x00]*")})
_FROM_POD = closed(
    {
        "name": only("FLYTEOPS_ATTEMPT"),
        "valueFrom": closed({"fieldRef": closed({"fieldPath": only("metadata.uid")})}),
    }
)
_ENV = one_of_by(lambda env: _FROM_POD if "valueFrom" in env else _VALUED, otherwise="is not a variable")
_WORK_MOUNT = closed({"name": only("flyteops-work"), "mountPath": only(_WORK)})
_BROUGHT = {"flyteops-runner": "/flyteops/runner", "flyteops-code": "/flyteops/code"}
_BROUGHT_MOUNTS: Mapping[object, Check] = {
    name: closed({"name": only(name), "mountPath": only(folder), "readOnly": only(True)})
    for name, folder in _BROUGHT.items()
}
_SHM_MOUNT = closed({"name": only("flyteops-shm"), "mountPath": only("/dev/shm")})  # noqa: S108
_MOUNTS: Mapping[object, Check] = {
    **_BROUGHT_MOUNTS,
    "flyteops-work": _WORK_MOUNT,
    "flyteops-shm": _SHM_MOUNT,
}
_FOLDER = text(r"/(?!flyteops(/|$)|etc(/|$)|proc(/|$)|sys(/|$)|dev(/|$))[^\x00-\x1f:]+")
_STEPS = {"flyteops-inputs": "/flyteops/inputs", "flyteops-outputs": "/flyteops/outputs"}
_STEP_MOUNTS: Mapping[object, Check] = {
    **_MOUNTS,
    **{name: closed({"name": only(name), "mountPath": only(folder)}) for name, folder in _STEPS.items()},
}
_PROGRAM_MOUNTS: Mapping[object, Check] = {
    "flyteops-work": _WORK_MOUNT,
    "flyteops-shm": _SHM_MOUNT,
    **{name: closed({"name": only(name), "mountPath": _FOLDER}) for name in _STEPS},
}
_STEP_MOUNT = one_of_by(lambda mount: _STEP_MOUNTS.get(mount.get("name")), otherwise="is not a mount of ours")
_PROGRAM_MOUNT = one_of_by(lambda mount: _PROGRAM_MOUNTS.get(mount.get("name")), otherwise="is not a mount of ours")
_MOUNT = one_of_by(lambda mount: _MOUNTS.get(mount.get("name")), otherwise="is not a mount of ours")
_EMPTY = closed({})
_VOLUMES: Mapping[object, Check] = {
    "flyteops-work": closed({"name": only("flyteops-work"), "emptyDir": _EMPTY}),
    **{name: closed({"name": only(name), "emptyDir": _EMPTY}) for name in (*_BROUGHT, *_STEPS)},
    "flyteops-shm": closed(
        {"name": only("flyteops-shm"), "emptyDir": closed({"medium": only("Memory"), "sizeLimit": _QUANTITY})}
    ),
}
_VOLUME = one_of_by(lambda volume: _VOLUMES.get(volume.get("name")), otherwise="is not a volume of ours")
_TAG = r"\{\{(workflow\.uid|workflow\.parameters\.(kickoff|inputs)|inputs\.parameters\.(invocation|item))\}\}"
_ARGUMENT = tagged(rf"{_TAG}|(?!.*\{{\{{)[^\x00-\x1f]+")
_CONTAINER = closed(
    {
        "image": _IMAGE,
        "command": listed(text(r"[^\x00-\x1f]+"), least=1, most=8),
        "args": listed(_ARGUMENT, least=8, most=60),
        "workingDir": only(_WORK),
        "env": listed(_ENV, least=1, most=500),
        "securityContext": _LOCKED,
        "volumeMounts": listed(_STEP_MOUNT, least=1, most=4),
    },
    {"resources": _RESOURCES},
)
_BEFORE = closed(
    {
        "name": only("flyteops-inputs"),
        "image": _IMAGE,
        "command": listed(text(r"[^\x00-\x1f]+"), least=1, most=8),
        "args": listed(_ARGUMENT, least=8, most=60),
        "workingDir": only(_WORK),
        "env": listed(_ENV, least=1, most=3),
        "securityContext": _LOCKED,
        "volumeMounts": listed(_STEP_MOUNT, least=2, most=3),
        "resources": _RESOURCES,
    }
)
_PROGRAM = closed(
    {
        "name": only("program"),
        "image": _IMAGE,
        "env": listed(_VALUED, most=500),
        "securityContext": _LOCKED,
        "volumeMounts": listed(_PROGRAM_MOUNT, least=3, most=4),
    },
    {"command": listed(text(), least=1, most=200), "resources": _RESOURCES},
)
_INITS: Mapping[object, Check] = {
    "flyteops-inputs": _BEFORE,
    "program": _PROGRAM,
    **{
        name: closed(
            {
                "name": only(name),
                "image": _IMAGE,
                "command": listed(text(r"[^\x00-\x1f]+"), least=2, most=20),
                "resources": _RESOURCES,
                "securityContext": _LOCKED,
                "volumeMounts": exactly(closed({"name": only(name), "mountPath": only(folder)})),
            }
        )
        for name, folder in _BROUGHT.items()
    },
}
_INIT = one_of_by(lambda init: _INITS.get(init.get("name")), otherwise="is not an init container of ours")
_TOLERATION = closed(
    {},
    {
        "key": _SELECTOR_KEY,
        "operator": only("Exists", "Equal"),
        "value": _LABEL_VALUE,
        "effect": only("NoSchedule", "PreferNoSchedule", "NoExecute"),
        "tolerationSeconds": whole(0, 2**31),
    },
)
_ABSENT = closed({"matchExpressions": exactly(closed({"key": _SELECTOR_KEY, "operator": only("DoesNotExist")}))})
_REQUIRED = closed({"nodeSelectorTerms": exactly(_ABSENT)})
_AFFINITY = closed({"nodeAffinity": closed({"requiredDuringSchedulingIgnoredDuringExecution": _REQUIRED})})

# ------------------------------------------------------------------------------------------- templates

_CODES = r"\['-?[0-9]+'(, '-?[0-9]+')*\]"
_LOST = rf"lastRetry\.status == 'Error' \|\| lastRetry\.exitCode in {_CODES}"
_RETRY = closed(
    {
        "limit": text(r"[0-9]{1,4}"),
        "retryPolicy": only("Always"),
        "expression": text(
            rf"{_LOST}( \|\| \(asInt\(retries\) < [0-9]{{1,4}} && lastRetry\.exitCode not in {_CODES}\))?"
        ),
    },
    {"backoff": closed({"duration": _DURATION, "factor": text(r"[1-9][0-9]{0,3}")}, {"cap": _DURATION})},
)
_OUTPUT = closed(
    {"name": only("state", "branch", "items"), "valueFrom": closed({"path": text(r"/flyteops/work/[a-z]+"),
                                                                    "default": text(r"miss|-1|\[\]")})}
)  # fmt: skip
INPUTS = closed({"parameters": listed(closed({"name": only("invocation", "item")}), least=1, most=2)})
_LEAF = {
    "name": SHORT_NAME,
    "inputs": INPUTS,
    "container": _CONTAINER,
    "automountServiceAccountToken": only(False),
    "securityContext": _POD_LOCKED,
    "volumes": listed(_VOLUME, least=1, most=6),
    "retryStrategy": _RETRY,
}
_LEAF_OPTIONAL = {
    "initContainers": listed(_INIT, least=1, most=3),
    "outputs": closed({"parameters": exactly(_OUTPUT)}),
    "metadata": closed({}, {"labels": _labels, "annotations": pairs(_LABEL_KEY, text(longest=262_144))}),
    "serviceAccountName": _ACCOUNT,
    "activeDeadlineSeconds": whole(1, _YEAR_S),
    "nodeSelector": pairs(_SELECTOR_KEY, _LABEL_VALUE),
    "tolerations": listed(_TOLERATION),
    "affinity": _AFFINITY,
    "priorityClassName": _ACCOUNT,
}
_WHEN = (
    r"\{\{= tasks\.lookup\.outputs\.parameters\.state != 'hit' \}\}"
    r"|\{\{= tasks\['[A-Za-z][A-Za-z0-9-]*'\]\.outputs\.parameters\.branch == '[0-9]{1,4}' \}\}"
)
_VALUE = tagged(r"[A-Za-z0-9+/]+={0,2}|\{\{inputs\.parameters\.(invocation|item)\}\}|\{\{item\}\}")
_TASK = closed(
    {"name": SHORT_NAME, "template": SHORT_NAME},
    {
        "arguments": _parameters(_VALUE),
        "depends": text(r"[A-Za-z0-9.()|& -]+"),
        "when": tagged(_WHEN),
        "withParam": tagged(r"\{\{tasks\.size\.outputs\.parameters\.items\}\}"),
    },
)
_DAG = closed(
    {"name": SHORT_NAME, "dag": closed({"tasks": listed(_TASK, least=1), "failFast": truth})},
    {"inputs": INPUTS, "parallelism": whole(1, 2**53)},
)


def _template(*, newest: bool) -> Check:
    leaf = closed(_LEAF, {**_LEAF_OPTIONAL, **({"pendingTimeout": _DURATION} if newest else {})})

    def choose(template: Mapping[str, Value]) -> Check | None:
        kinds = [kind for kind in ("container", "dag") if kind in template]
        return {"container": leaf, "dag": _DAG}[kinds[0]] if len(kinds) == 1 else None

    return one_of_by(choose, otherwise="has not exactly one of container and dag")


# --------------------------------------------------------------------------------------------- objects


def _metadata(name: Check) -> Check:
    return closed(
        {
            "name": name,
            "namespace": _OBJECT_63,
            "labels": _labels,
            "annotations": pairs(_LABEL_KEY, literal_text),
        }
    )


_LABELLED = closed({"labels": _labels})
_CRON = text(
    r"@(yearly|annually|monthly|weekly|daily|midnight|hourly)|([0-9*][A-Za-z0-9*,/-]*|[A-Za-z]{3}[A-Za-z0-9,/-]*)"
    r"( ([0-9*][A-Za-z0-9*,/-]*|[A-Za-z]{3}[A-Za-z0-9,/-]*)){4}"
)
_DATE = r"date\('[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z'\)"
_LAST = r"cronworkflow\.lastScheduledTime"
_ONCE = rf"\({_LAST} == nil \|\| \(now\(\) - {_LAST}\)\.Seconds\(\) > 9000\)"
_WHEN_TERM = rf"(now\(\) (>=|<) {_DATE}|{_ONCE})"
_CRON_WHEN = rf"\{{\{{= {_WHEN_TERM}( && {_WHEN_TERM}){{0,2}} \}}\}}"
_MUTEXES = closed({"mutexes": listed(closed({"name": _OBJECT_52}), least=1, most=1)})


def template_schema(*, newest: bool) -> Check:
    """The schema of a WorkflowTemplate; `newest` allows what came with 4.1."""
    spec = closed(
        {
            "entrypoint": SHORT_NAME,
            "templates": listed(_template(newest=newest), least=1),
            "serviceAccountName": _ACCOUNT,
            "automountServiceAccountToken": only(False),
            "executor": closed({"serviceAccountName": _ACCOUNT}),
            "podMetadata": _LABELLED,
            "workflowMetadata": _LABELLED,
        },
        {"arguments": _parameters(only("")), "parallelism": whole(1, 2**53), "synchronization": _MUTEXES},
    )
    return closed(
        {
            "apiVersion": only("argoproj.io/v1alpha1"),
            "kind": only("WorkflowTemplate"),
            "metadata": _metadata(_OBJECT_63),
            "spec": spec,
        }
    )


CRON_SCHEMA = closed(
    {
        "apiVersion": only("argoproj.io/v1alpha1"),
        "kind": only("CronWorkflow"),
        "metadata": _metadata(_OBJECT_52),
        "spec": closed(
            {
                "schedules": listed(_CRON, least=1, most=20),
                "timezone": text(r"UTC|[A-Za-z]+(/[A-Za-z0-9_+-]+){1,2}"),
                "concurrencyPolicy": only("Allow", "Forbid", "Replace"),
                "startingDeadlineSeconds": whole(0, _YEAR_S),
                "suspend": truth,
                "workflowMetadata": _LABELLED,
                "workflowSpec": closed(
                    {"workflowTemplateRef": closed({"name": _OBJECT_63})},
                    {"arguments": _parameters(tagged(r"\{\{workflow\.scheduledTime\}\}"), most=1)},
                ),
            },
            {"when": tagged(_CRON_WHEN)},
        ),
    }
)
