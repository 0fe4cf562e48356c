"""Every section and key of the language, declared once: the checks and the published schema are made from these."""

from __future__ import annotations

from flyteops.source.fields.artifacts import ARTIFACT
from flyteops.source.fields.channels import CHANNEL
from flyteops.source.fields.launch_plans import LAUNCH_PLAN
from flyteops.source.fields.node_pools import NODE_POOL
from flyteops.source.fields.platform import PLATFORM
from flyteops.source.fields.profiles import IMAGE, RESOURCES
from flyteops.source.fields.surroundings import SURROUNDING_SECTIONS
from flyteops.source.fields.tasks import TASK, TASK_DEFAULTS
from flyteops.source.fields.workflows import WORKFLOW
from flyteops.source.shapes import Either, Field, ListOf, Table, Text

ENTITIES: dict[str, tuple[Field, str]] = {
    "resources": (Field(shape=RESOURCES, description="Profiles of what a pod asks for, by name."), "profile"),
    "images": (
        Field(
            shape=Either(scalar=Text(rule="image"), mapping=IMAGE, single="reference"),
            description="Images by name: a reference, or what one is built from.",
        ),
        "image",
    ),
    "node_pools": (Field(shape=NODE_POOL, description="The shapes of hosts that a domain has, by name."), "node pool"),
    "tasks": (Field(shape=TASK, description="Tasks by name: one step of work each."), "task"),
    "workflows": (Field(shape=WORKFLOW, description="Workflows by name: graphs of nodes."), "workflow"),
    "launch_plans": (
        Field(shape=LAUNCH_PLAN, description="Launch plans by name: a workflow with inputs and a schedule."),
        "launch plan",
    ),
    "artifacts": (
        Field(shape=ARTIFACT, description="Outputs of workflows that are kept by name, over runs."),
        "artifact",
    ),
    **PLATFORM,
    "channels": (Field(shape=CHANNEL, description="Where notifications go, by name."), "channel"),
    **SURROUNDING_SECTIONS,
}
"""Sections of named entries, with the form of one entry and the word for it."""

DEFAULTS = Table(
    what="defaults",
    fields={
        "task": Field(shape=TASK_DEFAULTS, description="Options for every task of this file.", example="{retries: 1}"),
        "pickle": Field(
            shape=ListOf(item=Text(rule="classes")),
            description="Classes that may travel as pickles, by full name; * stands for any text.",
            example="[sklearn.*]",
        ),
    },
    foreign={"tasks": "task"},
)

MOVED = ListOf(
    item=Table(
        what="move",
        fields={
            "from": Field(shape=Text(), description="The old address.", example="task/old"),
            "to": Field(shape=Text(), description="The new address.", example="task/new"),
        },
        required=("from", "to"),
    )
)

API_VERSION = "flyteops/v1"
SECTIONS: tuple[str, ...] = (*ENTITIES, "defaults", "moved")
TOP_FOREIGN = {
    "api_version": "apiVersion: flyteops/v1",
    "apiversion": "apiVersion: flyteops/v1",
    "kind": "nothing: sections such as tasks: say what they hold",
    "metadata": "nothing: the name of an entry is its key",
    "spec": "sections such as tasks: and workflows:",
    "project": "project: in flyteops.yaml, at the root of the repository",
    "profiles": "resources",
    "schedules": "launch_plans, with schedule: inside",
    "dags": "workflows",
    "templates": "tasks",
    "functions": "tasks, with function: inside",
    "include": "nothing: every *.yaml of the declaration folders is read",
    "imports": "nothing: every *.yaml of the declaration folders is read",
}

__all__ = ["API_VERSION", "DEFAULTS", "ENTITIES", "MOVED", "SECTIONS", "TOP_FOREIGN"]
