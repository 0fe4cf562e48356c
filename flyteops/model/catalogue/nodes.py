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
    Entry(
        "FO248",
        "A run would have too many steps",
        "Every call of a workflow or launch plan brings all of its steps; workflows that call others twice each double "
        "the run. A run with all that it launches has at most 50,000 steps; a map has any number of items.",
        "Walk a list with map: instead of calling one workflow many times, or take a level of calls out.",
    ),
    Entry(
        "FO618",
        "An answer is for no gate",
        "--approve, --refuse and --answer name gates of the run: `publish`, `sub.publish` inside a workflow, "
        "`nightly/publish` inside a run that it launches, `each/publish` for all items of a map and `each.3/publish` "
        "for one.",
        "Take one of the gates that the message lists.",
    ),
    Entry(
        "FO619",
        "A gate is answered in another way",
        "An approve gate is opened by --approve or --refuse, a wait_for_input gate by --answer NODE=VALUE.",
        "Use the option that the message names.",
    ),
    Entry(
        "FO620",
        "An answer has no value",
        "An answer is NODE=VALUE; the value is read by the type that the gate waits for.",
        "Write it as --answer rows_wanted=100.",
    ),
    Entry(
        "FO621",
        "A gate is answered twice",
        "Each gate takes one answer.",
        "Keep one of them.",
    ),
    Entry(
        "FO622",
        "Nobody can be asked",
        "A gate asks on the terminal; without one, as in CI or with --no-input, its answer comes with the command. A "
        "run that is sure to come to such a gate is refused before anything runs.",
        "Add the option that the message names, or run on a terminal.",
    ),
)
