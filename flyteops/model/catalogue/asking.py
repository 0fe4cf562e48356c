"""Codes FO61x: what a command asks of a program, and the inputs of a launch. A code never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO610",
        "A slot for a plan that takes none",
        "`--slot` gives the scheduled time to the input that the plan's `schedule.kickoff_time_input` names.",
        "Leave `--slot` out, or name a datetime input of the workflow in `kickoff_time_input`.",
    ),
    Entry(
        "FO611",
        "A moment without a date, a time or a zone",
        "A moment of the command line is written by RFC 3339, with its zone: another reading could start another run.",
        "Write it as 2026-01-31T02:00:00Z or 2026-01-31T02:00:00+01:00.",
    ),
    Entry(
        "FO612",
        "The slot and an input give the same value",
        "`--slot` fills the input that `kickoff_time_input` names; an `--input` of that name would say it again.",
        "Keep one of the two.",
    ),
    Entry(
        "FO613",
        "The inputs of a launch cannot be read",
        "`--inputs` names a file with one map of inputs by name: JSON when its name ends in `.json`, else YAML.",
        "Write a map such as `{rows: 100, region: eu}`.",
    ),
    Entry(
        "FO614",
        "There is no such node",
        "A node is addressed by its workflow and its name, as in `workflow/train.fit`.",
        "Take one of the nodes that the message lists.",
    ),
    Entry(
        "FO615",
        "There is no such code",
        "Every message has a code of its own; `docs/errors/` lists them all.",
        "Take the code as the message shows it, without the brackets.",
    ),
    Entry(
        "FO616",
        "The command is for another kind of entity",
        "`next` tells when launch plans start; tasks and workflows have no schedule.",
        "Name a launch plan, or leave the address out to see them all.",
    ),
    Entry(
        "FO617",
        "There is no such schema",
        "A schema is that of a kind of file, or of the inputs of a launch plan, workflow or task.",
        "`flyteops schema` without a name lists them.",
    ),
)
