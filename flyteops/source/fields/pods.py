"""Pod templates: the part of a pod's spec that a user may say, written out field by field.

What is not here cannot be asked for; what would let a pod out of its profile is refused by name.
"""

from __future__ import annotations

from flyteops.source.fields.profiles import LIKE, TOLERATION
from flyteops.source.shapes import Field, Flag, ListOf, MapOf, Number, Quantity, Table, Text, Words

_OBJECT = Text(rule="service_account")
_LABELS = MapOf(value=Text(rule="label_value"), key="selector_key", what="label")


def _refused(why: str) -> Field:
    return Field(shape=Text(), description="Never in a template.", refused=why)


_ESCAPES = "it would let the pod out of the restricted profile"
_OURS = "the runner says it for every container"

_FIELD_REF = Table(
    what="fieldRef",
    fields={"fieldPath": Field(shape=Text(), description="A field of the pod.", example="metadata.name")},
    required=("fieldPath",),
)
_ENV = Table(
    what="variable of a container",
    fields={
        "name": Field(shape=Text(), description="Its name.", example="LEVEL"),
        "value": Field(shape=Text(), description="Its value.", example='"1"'),
        "valueFrom": Field(
            shape=Table(
                what="valueFrom",
                fields={
                    "fieldRef": Field(shape=_FIELD_REF, description="A field of the pod."),
                    "configMapKeyRef": Field(
                        shape=Table(
                            what="configMapKeyRef",
                            fields={
                                "name": Field(shape=_OBJECT, description="The ConfigMap."),
                                "key": Field(shape=Text(rule="secret_key"), description="The key in it."),
                                "optional": Field(shape=Flag(), description="Whether it may be missing."),
                            },
                            required=("name", "key"),
                        ),
                        description="A key of a ConfigMap.",
                    ),
                    "secretKeyRef": _refused("secrets are declared in secrets: and given with secrets: of the task"),
                },
                kinds=("fieldRef", "configMapKeyRef"),
            ),
            description="Where its value comes from.",
        ),
    },
    required=("name",),
    apart=(("value", "valueFrom"),),
)
_MOUNT = Table(
    what="mount",
    fields={
        "name": Field(shape=Text(rule="service_account"), description="The volume."),
        "mountPath": Field(shape=Text(), description="Where it is seen.", example="/cache"),
        "subPath": Field(shape=Text(rule="path"), description="The part of the volume that is seen."),
        "readOnly": Field(shape=Flag(), description="Whether nothing is written."),
        "mountPropagation": _refused(_ESCAPES),
    },
    required=("name", "mountPath"),
)
_AMOUNTS = MapOf(value=Quantity(), key="selector_key", what="resource")
_CONTAINER = Table(
    what="container of a pod",
    fields={
        "name": Field(shape=Text(rule="service_account"), description="Its name.", example="proxy"),
        "image": Field(shape=Text(rule="image_reference"), description="Its image.", example="ghcr.io/acme/proxy:v2"),
        "command": Field(shape=ListOf(item=Text()), description="Its program."),
        "args": Field(shape=ListOf(item=Text()), description="The arguments."),
        "workingDir": Field(shape=Text(), description="Where it starts."),
        "env": Field(shape=ListOf(item=_ENV), description="Variables."),
        "envFrom": Field(
            shape=ListOf(
                item=Table(
                    what="envFrom",
                    fields={
                        "configMapRef": Field(
                            shape=Table(
                                what="configMapRef",
                                fields={"name": Field(shape=_OBJECT, description="The ConfigMap.")},
                                required=("name",),
                            ),
                            description="All keys of a ConfigMap.",
                        ),
                        "prefix": Field(shape=Text(rule="env_name"), description="Put before each name."),
                        "secretRef": _refused("secrets are declared in secrets: and given with secrets: of the task"),
                    },
                    kinds=("configMapRef",),
                )
            ),
            description="Variables of whole ConfigMaps.",
        ),
        "ports": Field(
            shape=ListOf(
                item=Table(
                    what="port",
                    fields={
                        "containerPort": Field(shape=Number(least=1, most=65535), description="The port."),
                        "name": Field(shape=Text(rule="label_value"), description="Its name."),
                        "protocol": Field(shape=Words(words=("TCP", "UDP", "SCTP")), description="Its protocol."),
                        "hostPort": _refused(_ESCAPES),
                        "hostIP": _refused(_ESCAPES),
                    },
                    required=("containerPort",),
                )
            ),
            description="Ports it listens at.",
        ),
        "resources": Field(
            shape=Table(
                what="resources of a container",
                fields={
                    "requests": Field(shape=_AMOUNTS, description="What is set aside."),
                    "limits": Field(shape=_AMOUNTS, description="What may not be passed."),
                },
            ),
            description="What it asks for.",
        ),
        "volumeMounts": Field(shape=ListOf(item=_MOUNT), description="Volumes it sees."),
        "securityContext": _refused(_OURS),
        "volumeDevices": _refused(_ESCAPES),
        "lifecycle": _refused("what is to happen before and after belongs into the container's own program"),
    },
    required=("name",),
)
_VOLUME = Table(
    what="volume",
    fields={
        "name": Field(shape=Text(rule="service_account"), description="Its name.", example="cache"),
        "emptyDir": Field(
            shape=Table(
                what="emptyDir",
                fields={
                    "medium": Field(shape=Words(words=("Memory",)), description="In memory instead of on disk."),
                    "sizeLimit": Field(shape=Quantity(), description="How large it may grow."),
                },
            ),
            description="An empty folder for the time of the pod.",
            example="{}",
        ),
        "configMap": Field(
            shape=Table(
                what="configMap",
                fields={
                    "name": Field(shape=_OBJECT, description="The ConfigMap."),
                    "optional": Field(shape=Flag(), description="Whether it may be missing."),
                },
                required=("name",),
            ),
            description="The keys of a ConfigMap as files.",
        ),
        "persistentVolumeClaim": Field(
            shape=Table(
                what="persistentVolumeClaim",
                fields={
                    "claimName": Field(shape=_OBJECT, description="The claim."),
                    "readOnly": Field(shape=Flag(), description="Whether nothing is written."),
                },
                required=("claimName",),
            ),
            description="A volume that lasts.",
        ),
        "hostPath": _refused(_ESCAPES),
        "secret": _refused("secrets are declared in secrets: and given with secrets: of the task"),
        "projected": _refused("it could carry a token of the cluster or a secret"),
        "csi": _refused("a driver may mount what the restricted profile forbids"),
        "nfs": _refused(_ESCAPES),
    },
    kinds=("emptyDir", "configMap", "persistentVolumeClaim"),
    required=("name",),
)


def _expressions(words: tuple[str, ...]) -> ListOf:
    return ListOf(
        item=Table(
            what="match expression",
            fields={
                "key": Field(shape=Text(rule="selector_key"), description="The label."),
                "operator": Field(shape=Words(words=words), description="How it is compared."),
                "values": Field(shape=ListOf(item=Text(rule="label_value")), description="With what."),
            },
            required=("key", "operator"),
        )
    )


_NODE_TERM = Table(
    what="node selector term",
    fields={
        "matchExpressions": Field(
            shape=_expressions(("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")), description="All must hold."
        )
    },
    required=("matchExpressions",),
)
_POD_TERM = Table(
    what="pod affinity term",
    fields={
        "topologyKey": Field(shape=Text(rule="selector_key"), description="The label that says what near is."),
        "labelSelector": Field(
            shape=Table(
                what="label selector",
                fields={
                    "matchLabels": Field(shape=_LABELS, description="Labels that must be there."),
                    "matchExpressions": Field(
                        shape=_expressions(("In", "NotIn", "Exists", "DoesNotExist")), description="All must hold."
                    ),
                },
            ),
            description="Which pods.",
        ),
    },
    required=("topologyKey", "labelSelector"),
)
_WEIGHT = Field(shape=Number(least=1, most=100), description="How much it counts.")
_REQUIRED, _PREFERRED = (f"{word}DuringSchedulingIgnoredDuringExecution" for word in ("required", "preferred"))


def _between_pods(what: str) -> Table:
    return Table(
        what=what,
        fields={
            _REQUIRED: Field(shape=ListOf(item=_POD_TERM), description="Must hold."),
            _PREFERRED: Field(
                shape=ListOf(
                    item=Table(
                        what="preferred pod affinity",
                        fields={"weight": _WEIGHT, "podAffinityTerm": Field(shape=_POD_TERM, description="Should.")},
                        required=("weight", "podAffinityTerm"),
                    )
                ),
                description="Should hold.",
            ),
        },
    )


_AFFINITY = Table(
    what="affinity",
    fields={
        "nodeAffinity": Field(
            shape=Table(
                what="nodeAffinity",
                fields={
                    _REQUIRED: Field(
                        shape=Table(
                            what="node selector",
                            fields={
                                "nodeSelectorTerms": Field(shape=ListOf(item=_NODE_TERM, least=1), description="Any.")
                            },
                            required=("nodeSelectorTerms",),
                        ),
                        description="Must hold.",
                    ),
                    _PREFERRED: Field(
                        shape=ListOf(
                            item=Table(
                                what="preferred node",
                                fields={"weight": _WEIGHT, "preference": Field(shape=_NODE_TERM, description="Which.")},
                                required=("weight", "preference"),
                            )
                        ),
                        description="Should hold.",
                    ),
                },
            ),
            description="Which hosts.",
        ),
        "podAffinity": Field(shape=_between_pods("podAffinity"), description="Near which pods."),
        "podAntiAffinity": Field(shape=_between_pods("podAntiAffinity"), description="Far from which pods."),
    },
)

POD_SPEC = Table(
    what="pod spec",
    fields={
        "containers": Field(
            shape=ListOf(item=_CONTAINER),
            description="Containers beside the task's; the one of the primary's name adds to the task's own.",
            example="[{name: proxy, image: ghcr.io/acme/proxy:v2}]",
        ),
        "initContainers": Field(shape=ListOf(item=_CONTAINER), description="Run before the task's."),
        "volumes": Field(shape=ListOf(item=_VOLUME), description="Volumes.", example="[{name: cache, emptyDir: {}}]"),
        "affinity": Field(shape=_AFFINITY, description="Where it may or should run."),
        "tolerations": Field(shape=ListOf(item=TOLERATION), description="Taints that are borne."),
        "nodeSelector": Field(shape=_LABELS, description="Labels that a host must have."),
        "schedulerName": Field(shape=_OBJECT, description="Who places the pod."),
        "hostAliases": Field(
            shape=ListOf(
                item=Table(
                    what="host alias",
                    fields={
                        "ip": Field(shape=Text(), description="The address.", example="10.0.0.7"),
                        "hostnames": Field(shape=ListOf(item=_OBJECT, least=1), description="Its names."),
                    },
                    required=("ip", "hostnames"),
                )
            ),
            description="Names beside those of DNS.",
        ),
        "serviceAccountName": _refused("write service_account: at the task"),
        "serviceAccount": _refused("write service_account: at the task"),
        "priorityClassName": _refused("write resources: {priority: …} at the task"),
        "automountServiceAccountToken": _refused("a pod of ours never holds a token of the cluster"),
        "podSpecPatch": _refused("it could change what this check has seen"),
        "ephemeralContainers": _refused("they are for debuggers"),
        "securityContext": _refused(_OURS),
        **{
            name: _refused(_ESCAPES)
            for name in ("hostNetwork", "hostPID", "hostIPC", "hostUsers", "nodeName", "runtimeClassName", "privileged")
        },
    },
)
"""What a template may say is what the engine can carry on the pod's own template."""

POD_TEMPLATE = Table(
    what="pod template",
    fields={
        "primary": Field(
            shape=Text(rule="service_account"),
            description="The name that the task's own container has in the spec.",
            example="main",
        ),
        "spec": Field(
            shape=POD_SPEC, description="What is laid around the task.", example="{nodeSelector: {disk: ssd}}"
        ),
        "like": LIKE,
    },
    foreign={"pod_spec": "spec", "primary_container_name": "primary", "labels": "labels, at the task",
             "annotations": "annotations, at the task", "metadata": "labels and annotations, at the task"},
)  # fmt: skip
