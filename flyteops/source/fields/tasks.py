"""Tasks, and the options that a node may override."""

from __future__ import annotations

from flyteops.source.fields.kinds import CLUSTER, CONTAINER, REF
from flyteops.source.fields.profiles import IMAGE, LIKE, RESOURCES
from flyteops.source.fields.surroundings import SURROUNDINGS
from flyteops.source.shapes import AnyValue, Duration, Either, Field, Flag, ListOf, MapOf, Number, Table, Text, Words

RETRIES = Table(
    what="retries",
    fields={
        "limit": Field(shape=Number(most=100), description="Further attempts after the first.", example="3"),
        "backoff": Field(
            shape=Table(
                what="backoff",
                fields={
                    "initial": Field(shape=Duration(), description="Before the second attempt.", example="10s"),
                    "factor": Field(
                        shape=Number(whole=False, least=1, most=100), description="How it grows.", example="2"
                    ),
                    "max": Field(shape=Duration(), description="It grows no further.", example="5m"),
                },
                short="initial",
            ),
            description="The wait between attempts.",
            example="{initial: 10s, factor: 2, max: 5m}",
        ),
        "never": Field(
            shape=ListOf(item=Text()), description="Exceptions that end the node at once.", example="[ValueError]"
        ),
    },
    short="limit",
    foreign={"count": "limit", "max_attempts": "limit", "attempts": "limit", "delay": "backoff: {initial: …}"},
)

TIMEOUT = Table(
    what="timeout",
    fields={
        "run": Field(shape=Duration(), description="Of one attempt.", example="2h"),
        "queued": Field(shape=Duration(), description="Of waiting for a host.", example="6h"),
        "total": Field(shape=Duration(), description="Of the node with all attempts.", example="12h"),
    },
    short="run",
)

CACHE = Table(
    what="cache",
    fields={
        "version": Field(
            shape=Text(rule="filled"),
            description="Replaces the digest of the code in the cache key.",
            example='"3"',
        ),
        "ignore": Field(
            shape=ListOf(item=Text(rule="identifier")),
            description="Inputs that do not count.",
            example="[verbose]",
        ),
        "max_age": Field(shape=Duration(), description="Older results are not taken.", example="30d"),
        "serialize": Field(
            shape=Flag(),
            description="Of runs that want one result at once one computes; others wait, within timeout.run.",
            example="true",
        ),
        "include": Field(
            shape=ListOf(
                item=Either(
                    scalar=Words(words=("image", "lock")),
                    mapping=Table(
                        what="included files",
                        fields={
                            "files": Field(
                                shape=Either(scalar=Text(rule="path"), sequence=ListOf(item=Text(rule="path"))),
                                description="Files of the repository, by content: paths, folders, * and **.",
                                example="[sql/**/*.sql]",
                            )
                        },
                        required=("files",),
                    ),
                )
            ),
            description="What else counts: the image, the locked packages, files.",
            example="[image, lock, {files: sql}]",
        ),
        "scope": Field(
            shape=Text(rule="entity"),
            description="A domain that is trusted more, whose results are taken too.",
            example="production",
        ),
    },
    switch=True,
    foreign={
        "ttl": "max_age", "cache_version": "version", "ignored_inputs": "ignore", "ignore_input_vars": "ignore",
        "enabled": "cache: true or cache: false", "cache_serialize": "serialize",
    },
)  # fmt: skip

ENV = MapOf(value=Text(), key="env_name", what="variable")
LABELS = MapOf(value=Text(rule="label_value"), key="label_key", what="label")
ANNOTATIONS = MapOf(value=Text(rule="annotation_value"), key="annotation_key", what="annotation")

OVERRIDABLE: dict[str, Field] = {
    "image": Field(
        shape=Either(scalar=Text(rule="image"), mapping=IMAGE),
        description="Name of a declared image, or any reference.",
        example="train",
    ),
    "resources": Field(
        shape=Either(scalar=Text(), mapping=RESOURCES),
        description="Name of a profile, or fields laid over the profile that holds.",
        example="small",
    ),
    "retries": Field(shape=RETRIES, description="Attempts after an ordinary exception.", example="3"),
    "timeout": Field(shape=TIMEOUT, description="Limits of time.", example="10m"),
    "interruptible": Field(shape=Flag(), description="May run on a spot host.", example="true"),
    "cache": Field(shape=CACHE, description="Whether results are kept and taken again.", example="true"),
    "env": Field(shape=ENV, description="Environment variables.", example="{OMP_NUM_THREADS: 4}"),
}

OPTIONS: dict[str, Field] = {
    **OVERRIDABLE,
    "labels": Field(shape=LABELS, description="Labels of the pods.", example="{team: churn}"),
    "annotations": Field(shape=ANNOTATIONS, description="Annotations of the pods.", example="{note: nightly}"),
    "service_account": Field(
        shape=Text(rule="service_account"), description="Service account of the pods.", example="churn"
    ),
    **SURROUNDINGS,
    "deck": Field(shape=Flag(), description="Whether it writes a page that is kept.", example="true"),
    "checkpoint": Field(shape=Flag(), description="Whether it keeps state between attempts.", example="true"),
    "batch": Field(shape=Number(least=1, most=100_000), description="Items of a map that one pod takes.", example="50"),
}

DATASET = Table(
    what="dataset",
    fields={
        "dataset": Field(
            shape=MapOf(value=Text(), key="any", what="column"),
            description="Columns of a dataset with their types; {} when nothing is said of them.",
            example="{id: int, name: str}",
        ),
        "format": Field(shape=Text(), description="Format of a dataset.", example="parquet"),
    },
    required=("dataset",),
)
PARAMETER = Either(
    scalar=Text(),
    mapping=Table(
        what="variable",
        fields={
            "type": Field(
                shape=Either(scalar=Text(), mapping=DATASET), description="The type.", example="list[date]"
            ),
            "default": Field(shape=AnyValue(), description="Taken when nothing is given."),
            "description": Field(shape=Text(), description="What it is for."),
            "required": Field(shape=Flag(), description="False when the code has a default."),
            "pickle": Field(shape=Flag(), description="May travel as a pickle.", example="true"),
            "path": Field(
                shape=Text(rule="path"), description="Where a script writes the output.", example="out/all.tgz"
            ),
            **DATASET.fields,
        },
        foreign={"artifact": "the default of a workflow's input: write default: {artifact: …}"},
        apart=(("type", "dataset"), ("type", "format")),
    ),
)  # fmt: skip
INPUTS = MapOf(value=PARAMETER, key="identifier", what="input")
OUTPUTS = Either(
    sequence=ListOf(item=Text(rule="identifier")),
    mapping=MapOf(value=PARAMETER, key="identifier", what="output"),
)

KINDS = ("function", "container", "script", "dynamic", "manifest", "ref")
_FLYTE = {
    "retry": "retries", "retires": "retries", "image_spec": "image", "container_image": "image", "timeouts": "timeout",
    "requests": "resources", "limits": "resources", "cpu": "resources: {cpu: …}", "memory": "resources: {memory: …}",
    "mem": "resources: {memory: …}", "gpu": "resources: {gpu: …}", "environment": "env",
    "cache_version": "cache: {version: …}", "cache_serialize": "cache: {serialize: true}",
    "cache_ignore_input_vars": "cache: {ignore: […]}", "secret_requests": "secrets", "enable_deck": "deck",
    "spot": "interruptible", "module": "function: module:function", "command": "container: {command: […]}",
    "args": "container: {command: […]}", "task_config": "cluster", "docs": "description",
    "serviceAccount": "service_account", "serviceAccountName": "service_account",
    "depends_on": "after, on a node of a workflow", "after": "after, on a node of a workflow",
}  # fmt: skip

TASK = Table(
    what="task",
    fields={
        "function": Field(
            shape=Text(rule="function"),
            description="module:function, read from source and never imported by the tool.",
            example="churn.model:fit",
        ),
        "description": Field(shape=Text(), description="What it does."),
        **OPTIONS,
        "local": Field(
            shape=Text(rule="function"),
            description="The function that runs in its place on a laptop.",
            example="churn.fakes:fit",
        ),
        "expect": Field(
            shape=Duration(),
            description="How long one call takes, for estimates of a plan where nobody measured it; no limit.",
            example="2h",
        ),
        "deprecated": Field(
            shape=Text(), description="Why it should no longer be used.", example="use fit2"
        ),
        "inputs": Field(
            shape=INPUTS, description="Types that the source does not tell, by input.", example="{rows: int = 10}"
        ),
        "outputs": Field(
            shape=OUTPUTS,
            description="Names, or names and types, of what the function returns.",
            example="[model, accuracy]",
        ),
        "like": LIKE,
        "fixed_inputs": Field(
            shape=MapOf(value=AnyValue(), key="identifier", what="input"),
            description="Inputs given here once, which callers do not see.",
            example="{verbose: true}",
        ),
        "container": Field(
            shape=CONTAINER,
            description="A raw container: image and program are not ours.",
            example="{image: ghcr.io/acme/area:v2, command: [./area.sh]}",
        ),
        "script": Field(
            shape=Text(),
            description="Bash under set -euo pipefail; inputs and outputs are variables.",
            example='tar czf "$archive" .',
        ),
        "dynamic": Field(
            shape=Text(rule="function"),
            description="A function that returns a graph, which then runs.",
            example="churn.graphs:plan",
        ),
        "manifest": Field(
            shape=Text(rule="path"),
            description="File of a Kubernetes object with typed holes ${inputs.day}.",
            example="k8s/spark.yaml",
        ),
        "done": Field(
            shape=Text(),
            description="When the object is done: a condition over status.",
            example="'status.state == \"COMPLETED\"'",
        ),
        "failed": Field(
            shape=Text(),
            description="When the object has failed: a condition over status.",
            example="'status.state == \"FAILED\"'",
        ),
        "cluster": Field(
            shape=CLUSTER,
            description="The same function on many hosts at once.",
            example="{torchrun: {hosts: 4, per_host: 8}}",
        ),
        "ref": Field(
            shape=REF,
            description="A task of another project; its interface is declared here.",
            example="{project: nlp, domain: production, task: embed}",
        ),
    },
    kinds=KINDS,
    only={
        "image": ("function", "script", "dynamic"),
        "resources": ("function", "script", "dynamic", "container"),
        "env": ("function", "script", "dynamic", "container"),
        "cluster": ("function",),
        "done": ("manifest",),
        "failed": ("manifest",),
        "outputs": ("function", "script", "dynamic", "container", "ref"),
        "actor": ("function",),
        "batch": ("function", "script"),
        "checkpoint": ("function", "dynamic"),
        "deck": ("function", "dynamic"),
        "pod_template": ("function", "script", "dynamic", "container"),
        "secrets": ("function", "script", "dynamic", "container"),
    },
    needs={"manifest": ("done",)},
    foreign=_FLYTE,
)  # fmt: skip

TASK_DEFAULTS = Table(what="task defaults", fields=OPTIONS, foreign=_FLYTE)
OVERRIDES = Table(
    what="overrides",
    fields={**OVERRIDABLE, "name": Field(shape=Text(), description="How the node is shown.", example="Train on all")},
    foreign=_FLYTE,
)
FAILURE_POLICY = Words(words=("immediately", "after_executable_nodes"))
