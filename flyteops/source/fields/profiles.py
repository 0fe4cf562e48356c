"""Resources and images: what a pod asks for, and what it is made from."""

from __future__ import annotations

from flyteops.source.shapes import Either, Field, ListOf, MapOf, Number, Quantity, Table, Text, Words

LIKE = Field(shape=Text(), description="The entry of this section that is taken over, with these keys laid over it.")


def _amount(*, of_bytes: bool) -> Either:
    quantity = Quantity(of_bytes=of_bytes)
    return Either(
        scalar=quantity,
        mapping=Table(
            what="amount",
            fields={
                "request": Field(shape=quantity, description="What the scheduler sets aside."),
                "limit": Field(shape=quantity, description="What may not be passed."),
            },
            foreign={"requests": "request", "limits": "limit", "min": "request", "max": "limit"},
        ),
    )


TOLERATION = Table(
    what="toleration",
    fields={
        "key": Field(shape=Text(rule="selector_key"), description="Key of the taint; none for every taint."),
        "operator": Field(shape=Words(words=("Equal", "Exists")), description="How the value is compared."),
        "value": Field(shape=Text(rule="label_value"), description="Value of the taint."),
        "effect": Field(
            shape=Words(words=("NoSchedule", "PreferNoSchedule", "NoExecute")), description="The effect that is borne."
        ),
        "tolerationSeconds": Field(
            shape=Number(), description="Seconds before a pod that runs there must go; of NoExecute.", example="300"
        ),
    },
    foreign={"toleration_seconds": "tolerationSeconds", "seconds": "tolerationSeconds"},
)

_DEVICES = Number(most=1024)
RESOURCES = Table(
    what="resources",
    fields={
        "cpu": Field(
            shape=_amount(of_bytes=False),
            description="Cores. Plain: a request without a limit.",
            example="500m",
        ),
        "memory": Field(
            shape=_amount(of_bytes=True), description="Memory. Plain: request and limit.", example="512Mi"
        ),
        "gpu": Field(
            shape=Either(
                scalar=_DEVICES,
                mapping=Table(
                    what="gpu amount",
                    fields={
                        "request": Field(shape=_DEVICES, description="As many as the limit."),
                        "limit": Field(shape=_DEVICES, description="Whole accelerators."),
                    },
                ),
            ),
            description="Whole accelerators. Plain: request and limit.",
            example="1",
        ),
        "accelerator": Field(
            shape=Text(rule="label_value"), description="Kind of accelerator.", example="nvidia-tesla-a100"
        ),
        "ephemeral_storage": Field(
            shape=_amount(of_bytes=True), description="Local disk. Plain: request and limit.", example="20Gi"
        ),
        "shared_memory": Field(shape=Quantity(), description="Size of /dev/shm.", example="8Gi"),
        "node_selector": Field(
            shape=MapOf(value=Text(rule="label_value"), key="selector_key", what="label"),
            description="Labels that a host must have.",
            example="{disk: ssd}",
        ),
        "tolerations": Field(
            shape=ListOf(item=TOLERATION), description="Taints that are borne.", example="[{key: gpu}]"
        ),
        "priority": Field(shape=Text(rule="service_account"), description="Priority class of the pod."),
        "partition": Field(
            shape=Text(rule="label_value"),
            description="Part of an accelerator; none for a whole one that is not cut up.",
            example="1g.10gb",
        ),
        "queue": Field(
            shape=Text(rule="service_account"), description="Queue of Kueue that admits the pod.", example="gpu-train"
        ),
        "like": LIKE,
    },
    foreign={
        "mem": "memory", "ram": "memory", "cpus": "cpu", "cores": "cpu", "gpus": "gpu", "gpu_type": "accelerator",
        "storage": "ephemeral_storage", "disk": "ephemeral_storage", "shm": "shared_memory",
        "requests": "cpu: {request: …, limit: …}", "limits": "cpu: {request: …, limit: …}",
        "request": "cpu: {request: …, limit: …}", "limit": "cpu: {request: …, limit: …}",
        "nvidia.com/gpu": "gpu", "nodeSelector": "node_selector", "priority_class": "priority",
        "priorityClassName": "priority", "queue_name": "queue", "local_queue": "queue", "mig": "partition",
    },
)  # fmt: skip

IMAGE = Table(
    what="image",
    fields={
        "reference": Field(
            shape=Text(rule="image_reference"), description="An image that exists.", example="ghcr.io/acme/base:v7"
        ),
        "python": Field(shape=Text(), description="Python's version.", example='"3.12"'),
        "requirements": Field(
            shape=Text(rule="path"), description="File of requirements, from the root.", example="requirements.txt"
        ),
        "packages": Field(shape=ListOf(item=Text()), description="Packages for pip.", example="[numpy==2.2.0]"),
        "apt": Field(shape=ListOf(item=Text()), description="Debian packages.", example="[libgomp1]"),
        "base": Field(
            shape=Text(rule="image_reference"),
            description="The image it is built on.",
            example="nvidia/cuda:12.8.1-runtime",
        ),
        "registry": Field(
            shape=Text(rule="image_repository"), description="Where the built image is pushed.", example="ghcr.io/acme"
        ),
        "like": LIKE,
    },
    foreign={
        "image": "reference", "tag": "reference", "python_version": "python", "pip": "packages",
        "apt_packages": "apt", "base_image": "base", "from": "base",
    },
    apart=tuple(("reference", built) for built in ("python", "requirements", "packages", "apt", "base", "registry")),
)  # fmt: skip
