"""Codes FO6xx: launching and running. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO601",
        "An input file is not there",
        "A file given by path is read when the run is launched, so that every step sees the same content.",
        "Correct the path; a relative one starts at the project's folder.",
    ),
    Entry(
        "FO602",
        "A continued execution has other inputs",
        "An execution keeps the inputs it was started with: its finished steps were computed from them.",
        "Continue it with the same inputs, or start a new execution.",
    ),
    Entry(
        "FO603",
        "A required input is missing",
        "An input without a default must be given at the launch.",
        "Give it with --input NAME=VALUE, or declare a default.",
    ),
    Entry(
        "FO604",
        "An unknown input was given",
        "Only the inputs of the workflow or task can be given.",
        "Correct the name; the message lists the inputs there are.",
    ),
    Entry(
        "FO605",
        "A malformed name of an execution",
        "The name of an execution is part of paths and of Kubernetes names.",
        "Use a lower-case letter, then at most 62 lower-case letters, digits and dashes.",
    ),
    Entry(
        "FO606",
        "A file at a remote address",
        "Files at s3://, gs:// and az:// are read when a run is launched and kept by content. This one could not be.",
        "Correct the address, or the credentials in the environment; or fetch the file first and give its path.",
    ),
    Entry(
        "FO607",
        "An input has another type",
        "The value of an input must be one of its declared type.",
        "Give a value of that type.",
    ),
    Entry(
        "FO608",
        "A finished step of a continued execution has changed",
        "An execution keeps the results of its finished steps: they must be what the tree says now, or old results "
        "would stand beside new ones.",
        "Leave `--execution` out to start a new run; cached steps that did not change are found again.",
    ),
    Entry(
        "FO690",
        "there is no such entity",
        "An address is `kind/name` (`task/fit`, `workflow/train`, `launch_plan/nightly`); a bare name serves when only "
        "one entity has it.",
        "Take one of the names that the message lists.",
    ),
    Entry(
        "FO691",
        "an input of the command line is not NAME=VALUE",
        "Each `--input` gives one input of the workflow, task or launch plan: its name, `=`, its value.",
        "Write `--input rows=100`; lists and maps as YAML, in quotes for the shell: `--input 'days=[1, 2]'`.",
    ),
)
