"""What a project says of its surroundings: development machines, who may do what, how much may be used."""

from __future__ import annotations

from flyteops.source.fields.profiles import IMAGE, LIKE, RESOURCES
from flyteops.source.fields.surroundings import SECRETS
from flyteops.source.shapes import Duration, Either, Field, ListOf, Number, Quantity, Table, Text, Words

ACTIONS = (
    "view_inventory",
    "view_executions",
    "create_executions",
    "register_inventory",
    "administer_project",
    "manage_permissions",
)
BUILT_IN = ("admin", "contributor", "viewer")
"""Roles that need no declaration: everything; to register, run and look; to look."""

WORKSPACE = Table(
    what="workspace",
    fields={
        "image": Field(
            shape=Either(scalar=Text(rule="image"), mapping=IMAGE), description="Image of the machine.", example="train"
        ),
        "resources": Field(
            shape=Either(scalar=Text(), mapping=RESOURCES), description="What the machine asks for.", example="small"
        ),
        "secrets": Field(
            shape=SECRETS,
            description="Secrets by the variable or file that shows them.",
            example="{HF_TOKEN: hf-token}",
        ),
        "disk": Field(shape=Quantity(), description="What is kept when the machine stops.", example="50Gi"),
        "idle": Field(shape=Duration(), description="So long unused, it stops; 20m when absent.", example="20m"),
        "max": Field(shape=Duration(), description="So long at most it runs; 1d when absent.", example="8h"),
        "on_startup": Field(shape=Text(), description="A command of bash, at every start.", example="uv sync"),
        "service_account": Field(
            shape=Text(rule="service_account"), description="Service account of the machine.", example="workspaces"
        ),
        "description": Field(shape=Text(), description="What it is for."),
        "like": LIKE,
    },
    foreign={
        "container_image": "image", "ttl_seconds": "idle", "ttl": "idle", "on-startup": "on_startup",
        "cpu": "resources: {cpu: …}", "memory": "resources: {memory: …}", "gpu": "resources: {gpu: …}",
        "storage": "disk", "working_dir": "nothing: what is kept lies at /workspace", "domain": "domain: at the top "
        "of an overlay", "project": "project: in flyteops.yaml",
    },
)  # fmt: skip

ROLE = Table(
    what="role",
    fields={
        "actions": Field(
            shape=ListOf(item=Words(words=ACTIONS), least=1),
            description="What whoever has the role may do.",
            example="[view_inventory, view_executions, create_executions]",
        ),
        "description": Field(shape=Text(), description="Who it is for."),
        "like": LIKE,
    },
    required=("actions",),
    layered=True,
    foreign={"permissions": "actions", "verbs": "actions", "rules": "actions"},
)

_NAMES = ListOf(item=Text(), least=1)
POLICY = Table(
    what="policy",
    fields={
        "role": Field(shape=Text(rule="entity"), description="The role that is given.", example="contributor"),
        "users": Field(shape=_NAMES, description="Who gets it, as the cluster's login names them.", example="[anna]"),
        "groups": Field(shape=_NAMES, description="Groups that get it.", example="[ml-team]"),
        "service_accounts": Field(
            shape=ListOf(item=Text(rule="service_account"), least=1),
            description="Service accounts of the namespace that get it.",
            example="[launcher]",
        ),
        "github": Field(
            shape=ListOf(item=Text(rule="github_environment"), least=1),
            description="Jobs of a repository's environment that get it, without any stored credential.",
            example='["acme/pipelines@environment:production"]',
        ),
        "description": Field(shape=Text(), description="Why."),
        "like": LIKE,
    },
    required=("role",),
    layered=True,
    foreign={
        "user": "users", "group": "groups", "members": "users or groups", "subjects": "users, groups, service_accounts "
        "or github", "domain": "domain: at the top of an overlay", "domains": "domain: at the top of an overlay",
    },
)  # fmt: skip

QUOTA = Table(
    what="quota",
    fields={
        "cpu": Field(shape=Quantity(of_bytes=False), description="Cores that all pods ask for.", example="400"),
        "memory": Field(shape=Quantity(), description="Memory of all pods.", example="2Ti"),
        "ephemeral_storage": Field(shape=Quantity(), description="Local disk of all pods.", example="1Ti"),
        "gpu": Field(shape=Number(), description="Accelerators of all pods.", example="16"),
        "pods": Field(shape=Number(), description="Pods at once.", example="500"),
        "runs": Field(shape=Number(), description="Runs that are kept at once.", example="50"),
        "description": Field(shape=Text(), description="Why."),
        "like": LIKE,
    },
    foreign={
        "cpus": "cpu", "mem": "memory", "gpus": "gpu", "requests.cpu": "cpu", "limits.memory": "memory",
        "requests.nvidia.com/gpu": "gpu", "workflows": "runs", "executions": "runs", "limit": "cpu, memory, gpu, …",
        "domain": "domain: at the top of an overlay",
    },
)  # fmt: skip
PLATFORM: dict[str, tuple[Field, str]] = {
    "workspaces": (Field(shape=WORKSPACE, description="Development machines by name."), "workspace"),
    "roles": (Field(shape=ROLE, description="Sets of actions by name."), "role"),
    "policies": (Field(shape=POLICY, description="Who has which role, by name."), "policy"),
    "quotas": (Field(shape=QUOTA, description="How much a domain may use at once, by name."), "quota"),
}
