"""Artifacts, queries for them, and what starts on a new one."""

from __future__ import annotations

from flyteops.source.fields.profiles import LIKE
from flyteops.source.shapes import Either, Field, MapOf, Table, Text, Words

GRANULARITIES = Words(words=("minute", "hour", "day", "month"))

ARTIFACT = Table(
    what="artifact",
    fields={
        "from": Field(
            shape=Text(rule="reference_of_workflow"),
            description="The output of a workflow whose runs publish it.",
            example="workflow/train.model",
        ),
        "partitions": Field(
            shape=MapOf(value=Text(), key="identifier", what="partition"),
            description="What tells its versions apart: text, or inputs of the workflow that are text.",
            example="{region: $inputs.region}",
        ),
        "time_partition": Field(
            shape=Either(
                scalar=GRANULARITIES,
                mapping=Table(
                    what="time partition",
                    fields={
                        "granularity": Field(
                            shape=GRANULARITIES, description="What the time is cut to.", example="day"
                        ),
                        "of": Field(
                            shape=Text(rule="reference"),
                            description="The input that has the time; that of publishing when absent.",
                            example="$inputs.started",
                        ),
                    },
                    required=("granularity",),
                ),
                single="granularity",
            ),
            description="Its versions have a time.",
            example="day",
        ),
        "description": Field(shape=Text(), description="What it is."),
        "like": LIKE,
    },
    required=("from",),
    layered=True,
    foreign={
        "workflow": "from: workflow/NAME.OUTPUT", "task": "from: workflow/NAME.OUTPUT", "partition_keys": "partitions",
    },
)  # fmt: skip

PARTITIONS = Field(
    shape=MapOf(value=Text(), key="identifier", what="partition"),
    description="Versions that have these; partitions that are not named are free.",
    example="{region: eu}",
)

TRIGGER = Table(
    what="trigger",
    fields={
        "artifact": Field(shape=Text(rule="entity"), description="The artifact that is waited for.", example="model"),
        "partitions": PARTITIONS,
        "bind": Field(
            shape=MapOf(value=Words(words=("$artifact",)), key="identifier", what="input"),
            description="The inputs that get the new version.",
            example="{model: $artifact}",
        ),
    },
    required=("artifact",),
    layered=True,
    foreign={"on": "artifact", "inputs": "bind", "query": "partitions"},
)
