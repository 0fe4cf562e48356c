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
_CONFIG_KEY = text(r"[-._a-zA-Z0-9]+", longest=253)
_FROM_SECRET = closed(
    {
        "name": _ENV_NAME,
        "valueFrom": closed({"secretKeyRef": closed({"name": _ACCOUNT, "key": _CONFIG_KEY, "optional": only(False)})}),
    }
)
_USER_SOURCE = one_of_by(
    lambda source: {
        "fieldRef": closed({"fieldRef": closed({"fieldPath": text(r"[a-zA-Z0-9.\[\]'/_-]+")})}),
        "configMapKeyRef": closed(
            {"configMapKeyRef": closed({"name": _ACCOUNT, "key": _CONFIG_KEY}, {"optional": truth})}
        ),
    }.get(next(iter(source), "")),
    otherwise="is not a source of a variable",
)


def _variable(env: Mapping[str, Value]) -> Check:
    source = env.get("valueFrom")
    if source is None:
        return _VALUED
    if env.get("name") == "FLYTEOPS_ATTEMPT":
        return _FROM_POD
    if isinstance(source, dict) and "secretKeyRef" in source:
        return _FROM_SECRET
    return closed({"name": _ENV_NAME, "valueFrom": _USER_SOURCE})


_ENV = one_of_by(_variable, otherwise="is not a variable")
_ENV_FROM = closed({"configMapRef": closed({"name": _ACCOUNT})}, {"prefix": _ENV_NAME})
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
_FOLDERS_OF_OTHERS = r"(?!/(?:flyteops|proc|sys|dev|run/secrets|var/run|argo)(?:/|$))"
_OWN_PLACE = text(rf"{_FOLDERS_OF_OTHERS}(?!.*/\.{{1,2}}(?:/|$))/[^\x00-\x1f:]*[^\x00-\x1f:/]", longest=1024)
_SECRET_MOUNT = one_of_by(
    lambda mount: closed(
        {
            "name": only("flyteops-secrets"),
            "mountPath": only("/run/secrets/flyteops") if mount.get("subPath") == "context" else _OWN_PLACE,
            "subPath": text(r"context|files/[0-9]{1,4}"),
            "readOnly": only(True),
        }
    ),
    otherwise="is not a mount of a secret",
)
_USER_VOLUME = text(rf"(?!flyteops-){_DNS}", longest=63)
_USER_MOUNT = closed(
    {"name": _USER_VOLUME, "mountPath": _OWN_PLACE},
    {"subPath": text(r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\x00-\x1f]+"), "readOnly": truth},
)


def _mounts_of(ours: Mapping[object, Check]) -> Check:
    """Mounts of ours by the name of their volume, those of secrets, and any place of the user's own volumes."""

    def choose(mount: Mapping[str, Value]) -> Check:
        name = mount.get("name")
        return _SECRET_MOUNT if name == "flyteops-secrets" else ours.get(name, _USER_MOUNT)

    return one_of_by(choose, otherwise="is not a mount of ours")


_STEP_MOUNT, _PROGRAM_MOUNT = _mounts_of(_STEP_MOUNTS), _mounts_of(_PROGRAM_MOUNTS)
_EMPTY = closed({})
_VOLUMES: Mapping[object, Check] = {
    "flyteops-work": closed({"name": only("flyteops-work"), "emptyDir": _EMPTY}),
    **{name: closed({"name": only(name), "emptyDir": _EMPTY}) for name in (*_BROUGHT, *_STEPS)},
    "flyteops-shm": closed(
        {"name": only("flyteops-shm"), "emptyDir": closed({"medium": only("Memory"), "sizeLimit": _QUANTITY})}
    ),
}
_SECRET_ITEM = closed(
    {
        "secret": closed(
            {
                "name": _ACCOUNT,
                "items": exactly(
                    closed({"key": _CONFIG_KEY, "path": text(r"context/[a-z][a-z0-9_-]*|files/[0-9]{1,4}")})
                ),
                "optional": only(False),
            }
        )
    }
)
_SECRETS = closed(
    {
        "name": only("flyteops-secrets"),
        "projected": closed({"defaultMode": only(0o400), "sources": listed(_SECRET_ITEM, least=1)}),
    }
)
_USER_VOLUMES: Mapping[object, Check] = {
    "emptyDir": closed({}, {"medium": only("Memory"), "sizeLimit": _QUANTITY}),
    "configMap": closed({"name": _ACCOUNT}, {"optional": truth}),
    "persistentVolumeClaim": closed({"claimName": _ACCOUNT}, {"readOnly": truth}),
}


def _volume_of(volume: Mapping[str, Value]) -> Check | None:
    name = volume.get("name")
    if name == "flyteops-secrets":
        return _SECRETS
    if name in _VOLUMES:
        return _VOLUMES[name]
    kind = next((each for each in volume if each != "name"), None)
    return closed({"name": _USER_VOLUME, str(kind): _USER_VOLUMES[kind]}) if kind in _USER_VOLUMES else None


_VOLUME = one_of_by(_volume_of, otherwise="is not a volume of ours")
_OWN = r"inputs\.parameters\.(invocation|item|within|answer)"
_TAG = rf"\{{\{{(workflow\.uid|workflow\.parameters\.(kickoff|inputs)|{_OWN})\}}\}}"
_ARGUMENT = tagged(rf"{_TAG}|(?!.*\{{\{{)[^\x00-\x1f]+")
_CONTAINER = closed(
    {
        "image": _IMAGE,
        "command": listed(text(r"[^\x00-\x1f]+"), least=1, most=8),
        "args": listed(_ARGUMENT, least=8, most=60),
        "workingDir": only(_WORK),
        "env": listed(_ENV, least=1, most=700),
        "securityContext": _LOCKED,
        "volumeMounts": listed(_STEP_MOUNT, least=1),
    },
    {"resources": _RESOURCES, "envFrom": listed(_ENV_FROM)},
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
        "env": listed(_ENV, most=700),
        "securityContext": _LOCKED,
        "volumeMounts": listed(_PROGRAM_MOUNT, least=3),
    },
    {"command": listed(text(), least=1, most=200), "resources": _RESOURCES, "envFrom": listed(_ENV_FROM)},
)
_ANY_ENV_NAME = text(r"[A-Za-z_][A-Za-z0-9_]*")


def _other_variable(env: Mapping[str, Value]) -> Check:
    source = {"valueFrom": _USER_SOURCE} if "valueFrom" in env else {"value": text(r"[^\x00]*")}
    return closed({"name": _ANY_ENV_NAME}, source)


_OTHER = closed(
    {
        "name": text(rf"(?!(?:main|wait|init)$|flyteops-){_DNS}", longest=63),
        "image": _IMAGE,
        "securityContext": _LOCKED,
    },
    {
        "command": listed(text(r"[^\x00]*")),
        "args": listed(text(r"[^\x00]*")),
        "workingDir": text(r"/[^\x00-\x1f]*"),
        "env": listed(one_of_by(_other_variable, otherwise="is not a variable")),
        "envFrom": listed(_ENV_FROM),
        "ports": listed(
            closed({"containerPort": whole(1, 65535)}, {"name": _LABEL_VALUE, "protocol": only("TCP", "UDP", "SCTP")})
        ),
        "resources": _RESOURCES,
        "volumeMounts": listed(_USER_MOUNT),
    },
)
"""A container of a pod template, beside ours or before it: under the same profile, seeing no secret."""
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
_INIT = one_of_by(lambda init: _INITS.get(init.get("name"), _OTHER), otherwise="is not an init container of ours")
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
_MATCH = closed(
    {"key": _SELECTOR_KEY, "operator": only("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")},
    {"values": listed(_LABEL_VALUE)},
)
_HOSTS = closed({"matchExpressions": listed(_MATCH, least=1)})
_PODS = closed(
    {
        "topologyKey": _SELECTOR_KEY,
        "labelSelector": closed(
            {}, {"matchLabels": pairs(_SELECTOR_KEY, _LABEL_VALUE), "matchExpressions": listed(_MATCH)}
        ),
    }
)
_REQUIRED, _PREFERRED = (f"{word}DuringSchedulingIgnoredDuringExecution" for word in ("required", "preferred"))
_BETWEEN_PODS = closed(
    {},
    {
        _REQUIRED: listed(_PODS),
        _PREFERRED: listed(closed({"weight": whole(1, 100), "podAffinityTerm": _PODS})),
    },
)
_AFFINITY = closed(
    {},
    {
        "nodeAffinity": closed(
            {},
            {
                _REQUIRED: closed({"nodeSelectorTerms": listed(_HOSTS, least=1)}),
                _PREFERRED: listed(closed({"weight": whole(1, 100), "preference": _HOSTS})),
            },
        ),
        "podAffinity": _BETWEEN_PODS,
        "podAntiAffinity": _BETWEEN_PODS,
    },
)
_ALIAS = closed({"ip": text(r"[0-9a-fA-F.:]+"), "hostnames": listed(_ACCOUNT, least=1)})

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
    {"name": only("state", "branch", "items", "called"), "valueFrom": closed({"path": text(r"/flyteops/work/[a-z]+"),
                                                                    "default": text(r"miss|-1|\[\]|-")})}
)  # fmt: skip
INPUTS = closed(
    {"parameters": listed(closed({"name": only("invocation", "item", "within", "answer")}), least=1, most=3)}
)
_LEAF = {
    "name": SHORT_NAME,
    "inputs": INPUTS,
    "container": _CONTAINER,
    "automountServiceAccountToken": only(False),
    "securityContext": _POD_LOCKED,
    "volumes": listed(_VOLUME, least=1),
    "retryStrategy": _RETRY,
}
_LEAF_OPTIONAL = {
    "initContainers": listed(_INIT, least=1),
    "sidecars": listed(_OTHER, least=1),
    "affinity": _AFFINITY,
    "hostAliases": listed(_ALIAS, least=1),
    "schedulerName": _ACCOUNT,
    "outputs": closed({"parameters": exactly(_OUTPUT)}),
    "metadata": closed({}, {"labels": _labels, "annotations": pairs(_LABEL_KEY, text(longest=262_144))}),
    "serviceAccountName": _ACCOUNT,
    "activeDeadlineSeconds": whole(1, _YEAR_S),
    "nodeSelector": pairs(_SELECTOR_KEY, _LABEL_VALUE),
    "tolerations": listed(_TOLERATION),
    "priorityClassName": _ACCOUNT,
}
_WHEN = (
    r"\{\{= tasks\.lookup\.outputs\.parameters\.state != 'hit' \}\}"
    r"|\{\{= tasks\['[A-Za-z][A-Za-z0-9-]*'\]\.outputs\.parameters\.branch == '[0-9]{1,4}' \}\}"
    r"|\{\{= tasks\['failure'\]\.outputs\.parameters\.called contains '-[0-9]{1,4}-' \}\}"
    r"|\{\{= workflow\.status != 'Succeeded' \}\}"
)
_WITHIN = r"\{\{inputs\.parameters\.within\}\}"
_PLACE = r"[A-Za-z0-9_.]+"
_ANSWER = r"\(tasks\.ask\.outputs\?\.parameters\?\.answer \?\? 'none'\)"
_VALUE = tagged(
    r"[A-Za-z0-9+/]+={0,2}|\{\{inputs\.parameters\.(invocation|item|within)\}\}|\{\{item\}\}"
    rf"|{_PLACE}|{_WITHIN}/{_PLACE}|{_WITHIN}\.\{{\{{item\}}\}}"
    rf"|\{{\{{= {_ANSWER} matches '\^\[A-Za-z0-9_-\]\+\$' && len\({_ANSWER}\) <= 65536 \? {_ANSWER} : 'none' \}}\}}"
)
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
_SUPPLIED = closed({"name": only("answer"), "valueFrom": closed({"supplied": _EMPTY, "default": only("none")})})
_SUSPEND = closed(
    {"name": SHORT_NAME, "suspend": closed({}, {"duration": _DURATION})},
    {"outputs": closed({"parameters": exactly(_SUPPLIED)})},
)


def _template(*, newest: bool) -> Check:
    leaf = closed(_LEAF, {**_LEAF_OPTIONAL, **({"pendingTimeout": _DURATION} if newest else {})})

    def choose(template: Mapping[str, Value]) -> Check | None:
        kinds = [kind for kind in ("container", "dag", "suspend") if kind in template]
        return {"container": leaf, "dag": _DAG, "suspend": _SUSPEND}[kinds[0]] if len(kinds) == 1 else None

    return one_of_by(choose, otherwise="has not exactly one of container, dag and suspend")


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
        {
            "arguments": _parameters(only("")),
            "onExit": SHORT_NAME,
            "parallelism": whole(1, 2**53),
            "synchronization": _MUTEXES,
        },
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
