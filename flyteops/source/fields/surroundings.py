"""What tasks have around them: secrets, actors, and the small runs of `tests`."""

from __future__ import annotations

from flyteops.source.fields.pods import POD_TEMPLATE
from flyteops.source.fields.profiles import IMAGE, LIKE, RESOURCES
from flyteops.source.shapes import AnyValue, Duration, Either, Field, ListOf, MapOf, Number, Table, Text, Words

SECRET = Table(
    what="secret",
    fields={
        "kubernetes": Field(
            shape=Table(
                what="kubernetes secret",
                fields={
                    "name": Field(shape=Text(rule="service_account"), description="The Secret.", example="hf"),
                    "key": Field(shape=Text(rule="secret_key"), description="The key in it.", example="token"),
                },
                required=("name", "key"),
                layered=True,
            ),
            description="A Secret that is in the namespace of the domain already.",
            example="{name: hf, key: token}",
        ),
        "external": Field(
            shape=Table(
                what="external secret",
                fields={
                    "store": Field(
                        shape=Text(rule="service_account"),
                        description="The store of the External Secrets Operator.",
                        example="vault",
                    ),
                    "key": Field(shape=Text(), description="What it is called there.", example="ml/db"),
                    "property": Field(shape=Text(), description="The part of it.", example="password"),
                    "refresh": Field(shape=Duration(), description="How often it is read again.", example="1h"),
                },
                required=("store", "key"),
                layered=True,
            ),
            description="What the External Secrets Operator brings from a vault.",
            example="{store: vault, key: ml/db}",
        ),
        "sops": Field(
            shape=Table(
                what="sops secret",
                fields={
                    "file": Field(
                        shape=Text(rule="path"), description="The encrypted file, from the root.", example="db.enc.yaml"
                    ),
                    "key": Field(
                        shape=Text(), description="The key in the file, dotted when deeper.", example="db.password"
                    ),
                },
                required=("file", "key"),
                layered=True,
            ),
            description="A value of a file of the repository that sops has encrypted.",
            example="{file: secrets/db.enc.yaml, key: password}",
        ),
        "scope": Field(
            shape=Words(words=("project", "domain", "organization")),
            description="Who shares the store: this project in this domain, the whole domain, everybody.",
            example="domain",
        ),
        "description": Field(shape=Text(), description="What it is for."),
        "like": LIKE,
    },
    kinds=("kubernetes", "external", "sops"),
    only={"scope": ("external",)},
    foreign={
        "vault": "external: {store: …, key: …}", "from": "kubernetes, external or sops",
        "group": "kubernetes: {name: …}",
        "value": "nothing: a secret's value is never written here", "secretKeyRef": "kubernetes: {name: …, key: …}",
    },
)  # fmt: skip

SECRETS = Either(
    sequence=ListOf(item=Text(rule="entity")),
    mapping=MapOf(
        value=Either(
            scalar=Text(rule="entity"),
            mapping=Table(
                what="use of a secret",
                fields={
                    "secret": Field(shape=Text(rule="entity"), description="The secret.", example="hf-token"),
                    "as": Field(shape=Words(words=("variable", "file")), description="How the code sees it."),
                },
                required=("secret",),
            ),
        ),
        key="secret_target",
        what="variable or file",
    ),
)

ACTOR = Table(
    what="actor",
    fields={
        "image": Field(
            shape=Either(scalar=Text(rule="image"), mapping=IMAGE), description="Image of its workers.", example="train"
        ),
        "resources": Field(
            shape=Either(scalar=Text(), mapping=RESOURCES), description="What one worker asks for.", example="a100"
        ),
        "replicas": Field(shape=Number(least=1, most=1000), description="Workers at most.", example="2"),
        "idle": Field(shape=Duration(), description="So long a worker waits for the next task.", example="90s"),
        "warm": Field(
            shape=ListOf(item=Text(rule="function")),
            description="Functions that a worker calls once, and whose results it keeps.",
            example='["churn.model:load"]',
        ),
        "like": LIKE,
    },
    foreign={
        "replica_count": "replicas", "ttl_seconds": "idle", "ttl": "idle", "cpu": "resources: {cpu: …}",
        "memory": "resources: {memory: …}", "gpu": "resources: {gpu: …}", "container_image": "image",
        "environment": "env, at the task", "env": "env, at the task", "secrets": "secrets, at the task",
    },
)  # fmt: skip

TEST = Table(
    what="test",
    fields={
        "task": Field(shape=Text(rule="task"), description="The task that is run.", example="prep"),
        "workflow": Field(shape=Text(rule="entity"), description="The workflow that is run.", example="train"),
        "launch_plan": Field(shape=Text(rule="entity"), description="The launch plan that is run.", example="nightly"),
        "inputs": Field(
            shape=MapOf(value=AnyValue(), key="identifier", what="input"),
            description="What it is given.",
            example="{rows: 10}",
        ),
        "expect": Field(
            shape=MapOf(value=AnyValue(), key="identifier", what="output"),
            description="What must come out, by output; an output that is not named may be anything.",
            example="{o0: 55}",
        ),
        "description": Field(shape=Text(), description="What it shows."),
        "like": LIKE,
    },
    kinds=("task", "workflow", "launch_plan"),
    foreign={"outputs": "expect", "expected": "expect", "assert": "expect", "with": "inputs"},
)

SURROUNDING_SECTIONS: dict[str, tuple[Field, str]] = {
    "secrets": (Field(shape=SECRET, description="Where secrets come from, by name."), "secret"),
    "pod_templates": (Field(shape=POD_TEMPLATE, description="Pod specs that tasks are laid into."), "pod template"),
    "actors": (Field(shape=ACTOR, description="Warm workers that tasks share."), "actor"),
    "tests": (Field(shape=TEST, description="Small runs that say what should come out."), "test"),
}

SURROUNDINGS: dict[str, Field] = {
    "secrets": Field(
        shape=SECRETS,
        description="Secrets by the variable or file that shows them, or a list for code that asks for them.",
        example="{HF_TOKEN: hf-token}",
    ),
    "pod_template": Field(
        shape=Either(scalar=Text(rule="entity"), mapping=POD_TEMPLATE),
        description="Pod template it is laid into.",
        example="sidecar",
    ),
    "actor": Field(shape=Text(rule="entity"), description="The actor it runs on.", example="scorer"),
}
"""Options of a task that name one of them."""
