"""Node pools: the shapes of hosts that a domain has."""

from __future__ import annotations

from flyteops.source.fields.profiles import LIKE, TOLERATION
from flyteops.source.shapes import Field, Flag, ListOf, MapOf, Number, Quantity, Table, Text

NODE_POOL = Table(
    what="node pool",
    fields={
        "description": Field(shape=Text(), description="What it is for."),
        "cpu": Field(shape=Quantity(of_bytes=False), description="Cores of one host that pods may have.", example="96"),
        "memory": Field(shape=Quantity(), description="Memory of one host that pods may have.", example="1800Gi"),
        "ephemeral_storage": Field(
            shape=Quantity(), description="Local disk of one host that pods may have.", example="900Gi"
        ),
        "gpu": Field(shape=Number(most=1024), description="Accelerators of one host; without it there are none."),
        "accelerator": Field(
            shape=Text(rule="label_value"), description="Kind of accelerator.", example="nvidia-h100"
        ),
        "partitions": Field(
            shape=ListOf(item=Text(rule="label_value")),
            description="Parts that its accelerators are cut into; gpu counts the parts then.",
            example="[1g.10gb]",
        ),
        "selector": Field(
            shape=MapOf(value=Text(rule="label_value"), key="selector_key", what="label"),
            description="Labels of its hosts.",
            example="{cloud.google.com/gke-accelerator: nvidia-h100-80gb}",
        ),
        "tolerations": Field(
            shape=ListOf(item=TOLERATION), description="Taints of its hosts.", example="[{key: gpu, operator: Exists}]"
        ),
        "spot": Field(
            shape=Flag(), description="Whether hosts may be taken away: for interruptible tasks only.", example="true"
        ),
        "price_per_hour": Field(
            shape=Number(whole=False), description="Price of one host for an hour, in the team's currency.",
            example="24.5",
        ),
        "hosts": Field(shape=Number(least=1), description="Hosts that there may be at most.", example="16"),
        "like": LIKE,
    },
    foreign={
        "mem": "memory", "cpus": "cpu", "gpus": "gpu", "storage": "ephemeral_storage", "disk": "ephemeral_storage",
        "node_selector": "selector", "nodeSelector": "selector", "labels": "selector", "select": "selector",
        "taints": "tolerations", "taint": "tolerations", "price": "price_per_hour", "cost": "price_per_hour",
        "interruptible": "spot", "preemptible": "spot", "count": "hosts", "max": "hosts", "nodes": "hosts",
        "partition": "partitions", "slice": "partitions",
    },
)  # fmt: skip
