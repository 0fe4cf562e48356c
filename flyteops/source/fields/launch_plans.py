"""Launch plans and their schedules."""

from __future__ import annotations

from flyteops.source.fields.artifacts import TRIGGER
from flyteops.source.fields.channels import CONCURRENCY, NOTIFICATIONS
from flyteops.source.fields.profiles import LIKE
from flyteops.source.fields.tasks import ANNOTATIONS, LABELS
from flyteops.source.shapes import AnyValue, Duration, Field, Flag, MapOf, Number, Table, Text, Words

SCHEDULE = Table(
    what="schedule",
    fields={
        "cron": Field(shape=Text(), description="Five fields, or an alias such as @daily.", example='"0 2 * * *"'),
        "every": Field(shape=Duration(), description="A steady pace.", example="6h"),
        "timezone": Field(shape=Text(), description="Area/City or UTC.", example="Europe/Berlin"),
        "catchup": Field(
            shape=Words(words=("none", "last", "all")), description="Which missed starts are made up.", example="last"
        ),
        "overlap": Field(
            shape=Words(words=("allow", "forbid", "replace")),
            description="What happens when the run before still goes on.",
            example="forbid",
        ),
        "start": Field(shape=Text(), description="First moment, RFC 3339.", example='"2026-01-01T00:00:00Z"'),
        "end": Field(shape=Text(), description="Last moment, RFC 3339.", example='"2027-01-01T00:00:00Z"'),
        "kickoff_time_input": Field(
            shape=Text(rule="identifier"), description="The datetime input that gets the slot.", example="started"
        ),
        "jitter": Field(
            shape=Duration(), description="Starts are spread over so much time after the slot.", example="5m"
        ),
        "dst": Field(
            shape=Words(words=("once", "engine")),
            description="A slot in the hour that the clock changes: exactly one run, or as the engine has it.",
            example="once",
        ),
    },
    kinds=("cron", "every"),
    foreign={
        "cron_expression": "cron", "schedule": "cron", "rate": "every", "interval": "every", "duration": "every",
        "tz": "timezone", "time_zone": "timezone", "concurrencyPolicy": "overlap", "kickoff_time_input_arg":
        "kickoff_time_input", "catch_up": "catchup", "backfill": "catchup",
    },
)  # fmt: skip

LAUNCH_PLAN = Table(
    what="launch plan",
    fields={
        "workflow": Field(shape=Text(rule="entity"), description="The workflow it launches.", example="train"),
        "description": Field(shape=Text(), description="What it is for."),
        "default_inputs": Field(
            shape=MapOf(value=AnyValue(), key="identifier", what="input"),
            description="Inputs that the caller may change.",
            example="{rows: 200000}",
        ),
        "fixed_inputs": Field(
            shape=MapOf(value=AnyValue(), key="identifier", what="input"),
            description="Inputs that the caller may not change.",
            example="{region: eu}",
        ),
        "schedule": Field(shape=SCHEDULE, description="When it starts by itself.", example='{cron: "0 2 * * *"}'),
        "max_parallelism": Field(shape=Number(least=1), description="Nodes at once.", example="25"),
        "labels": Field(shape=LABELS, description="Labels of the runs.", example="{team: churn}"),
        "annotations": Field(shape=ANNOTATIONS, description="Annotations of the runs.", example="{note: nightly}"),
        "service_account": Field(
            shape=Text(rule="service_account"), description="Service account of the runs.", example="churn"
        ),
        "active": Field(shape=Flag(), description="Whether the schedule is on.", example="true"),
        "like": LIKE,
        "trigger": Field(
            shape=TRIGGER,
            description="It starts on every new version of an artifact.",
            example="{artifact: model, bind: {model: $artifact}}",
        ),
        "notifications": Field(
            shape=NOTIFICATIONS, description="Who is told of the end.", example="[{phases: [failed], channel: oncall}]"
        ),
        "concurrency": Field(
            shape=CONCURRENCY, description="Runs of this plan at once.", example="{limit: 1, when_full: queue}"
        ),
        "overwrite_cache": Field(
            shape=Flag(), description="Computes everything anew, and keeps what comes out.", example="true"
        ),
        "raw_data": Field(
            shape=Text(rule="prefix"), description="Where in the store the files of its runs go.", example="teams/churn"
        ),
    },
    kinds=("workflow",),
    foreign={
        "inputs": "default_inputs, or fixed_inputs when the caller may not change them", "cron": "schedule: {cron: …}",
        "every": "schedule: {every: …}", "timezone": "schedule: {timezone: …}", "enabled": "active",
        "auto_activate": "active", "defaults": "default_inputs", "parallelism": "max_parallelism",
        "suspend": "active: false",
    },
)  # fmt: skip
