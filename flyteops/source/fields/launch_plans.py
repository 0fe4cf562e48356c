"""Launch plans and their schedules."""

from __future__ import annotations

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
        "jitter": Field(shape=Duration(), description="Spreads the starts.", later="schedule.jitter"),
        "dst": Field(
            shape=Words(words=("once", "engine")), description="The hour that changes.", later="schedule.dst"
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
        "trigger": Field(shape=AnyValue(), description="Starts on an artifact.", later="triggers"),
        "notifications": Field(shape=AnyValue(), description="Who is told.", later="notifications"),
        "concurrency": Field(shape=AnyValue(), description="Runs at once.", later="concurrency of launch plans"),
        "overwrite_cache": Field(shape=Flag(), description="Computes everything anew.", later="overwrite_cache"),
        "raw_data": Field(shape=Text(), description="Where files go.", later="raw_data"),
    },
    kinds=("workflow",),
    foreign={
        "inputs": "default_inputs, or fixed_inputs when the caller may not change them", "cron": "schedule: {cron: …}",
        "every": "schedule: {every: …}", "timezone": "schedule: {timezone: …}", "enabled": "active",
        "auto_activate": "active", "defaults": "default_inputs", "parallelism": "max_parallelism",
        "suspend": "active: false",
    },
)  # fmt: skip
