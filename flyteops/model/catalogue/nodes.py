"""Codes of nodes: launch plan calls, gates, failure handlers. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO230",
        "A launch plan does not exist",
        "launch_plan: names a launch plan of the project; each workflow has one of its own name.",
        "Correct the name, or declare the plan.",
    ),
    Entry(
        "FO231",
        "An input that the launch plan fixes is given",
        "Fixed inputs belong to the plan: nobody who launches it can give them, a node neither.",
        "Leave the input out, or call another launch plan of the workflow.",
    ),
    Entry(
        "FO235",
        "Overrides stand where no task is called",
        "overrides: are options of one task; a mapped workflow or launch plan has many.",
        "Write them at the nodes inside the workflow, or at its tasks.",
    ),
    Entry(
        "FO239",
        "A failure handler refers to a node",
        "on_failure runs after a failure, when any node may never have run: it has $inputs and $error only.",
        "Refer to $inputs or $error; $error.node names the node that failed.",
    ),
    Entry(
        "FO246",
        "The whole of $error does not fit",
        "$error as a whole fits Json, a record of a failure such as FlyteError, and str | None.",
        "Take a part of it: $error.message, $error.node, $error.kind or $error.attempts.",
    ),
    Entry(
        "FO247",
        "A node bears the name of the failure handler",
        "Where a workflow has an on_failure, its steps, commits and logs are called so.",
        "Rename the node.",
    ),
)
