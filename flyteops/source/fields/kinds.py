"""What the kinds of tasks are made of: raw containers, many hosts at once, tasks of other projects."""

from __future__ import annotations

from flyteops.source.shapes import Field, ListOf, MapOf, Number, Table, Text

CONTAINER = Table(
    what="container",
    fields={
        "image": Field(
            shape=Text(rule="image_reference"),
            description="The image; nothing of ours is in it.",
            example="ghcr.io/acme/area:v2"
        ),
        "command": Field(
            shape=ListOf(item=Text()),
            description="Program and arguments; an item that is exactly one reference is one argument.",
            example="[./area.sh, $inputs.a, $output_dir]",
        ),
        "input_dir": Field(shape=Text(), description="Every input is a file in it.", example="/var/inputs"),
        "output_dir": Field(shape=Text(), description="Each output is a file in it.", example="/var/outputs"),
    },
    required=("image",),
    foreign={
        "args": "command", "entrypoint": "command", "arguments": "command", "input_data_dir": "input_dir",
        "output_data_dir": "output_dir", "env": "env, beside container:", "environment": "env, beside container:",
        "resources": "resources, beside container:", "inputs": "inputs, beside container:",
        "outputs": "outputs, beside container:", "metadata_format": "nothing: each output is a file of its own",
    },
)  # fmt: skip


_HOSTS_ELSEWHERE = {
    "nnodes": "hosts", "nodes": "hosts", "num_workers": "hosts", "workers": "hosts", "replicas": "hosts",
    "nproc_per_node": "per_host", "slots": "per_host", "max_restarts": "restarts", "min_nodes": "min_hosts",
    "min_replicas": "min_hosts", "max_replicas": "hosts", "spark_conf": "conf", "executors": "hosts",
}  # fmt: skip


def _framework(what: str, hosts: str, **more: Field) -> Field:
    count = Number(least=1, most=10_000)
    return Field(
        shape=Table(
            what=what,
            fields={"hosts": Field(shape=count, description=hosts, example="4"), **more},
            required=("hosts",),
            foreign=_HOSTS_ELSEWHERE,
        ),
        description=f"{what} over several hosts.",
        example="{hosts: 4}",
    )


_PER_HOST = Number(least=1, most=1024)
_LEAST = Field(shape=Number(least=1, most=10_000), description="It begins with so many already.", example="2")
_RESTARTS = Field(shape=Number(most=100), description="The gang begins anew so often.", example="3")
CLUSTER = Table(
    what="cluster",
    fields={
        "torchrun": _framework(
            "torchrun",
            "Hosts of the gang.",
            per_host=Field(shape=_PER_HOST, description="Processes on each host.", example="8"),
            min_hosts=_LEAST,
            restarts=_RESTARTS,
        ),
        "mpi": _framework(
            "mpi",
            "Hosts of the gang.",
            per_host=Field(shape=_PER_HOST, description="Slots on each host.", example="8"),
            restarts=_RESTARTS,
        ),
        "ray": _framework("ray", "Hosts that work, beside the head.", min_hosts=_LEAST),
        "spark": _framework(
            "spark",
            "Executors.",
            per_host=Field(shape=_PER_HOST, description="Tasks at once on each executor.", example="4"),
            min_hosts=_LEAST,
            conf=Field(
                shape=MapOf(value=Text(), what="setting"),
                description="Settings of Spark.",
                example='{spark.sql.shuffle.partitions: "64"}',
            ),
        ),
        "dask": _framework(
            "dask",
            "Hosts that work, beside the scheduler.",
            per_host=Field(shape=_PER_HOST, description="Threads on each host.", example="4"),
            min_hosts=_LEAST,
        ),
        "jobset": _framework(
            "jobset",
            "Pods of the set.",
            per_host=Field(shape=_PER_HOST, description="Processes in each pod.", example="1"),
            restarts=_RESTARTS,
        ),
    },
    kinds=("torchrun", "mpi", "ray", "spark", "dask", "jobset"),
    foreign={
        "pytorch": "torchrun: {hosts: …}", "torch": "torchrun: {hosts: …}", "elastic": "torchrun: {hosts: …}",
        "horovod": "mpi: {hosts: …}", "nodes": "torchrun: {hosts: …}", "hosts": "torchrun: {hosts: …}",
    },
)  # fmt: skip

REF = Table(
    what="reference",
    fields={
        "project": Field(shape=Text(rule="entity"), description="The other project.", example="nlp"),
        "domain": Field(shape=Text(rule="entity"), description="Its domain.", example="production"),
        "task": Field(shape=Text(rule="task"), description="The name of its task.", example="embed"),
        "version": Field(
            shape=Text(), description="active, or the digest of a version; active when left out.", example="active"
        ),
    },
    required=("project", "domain", "task"),
    foreign={"name": "task", "workflow": "task: the task itself", "digest": "version"},
)
