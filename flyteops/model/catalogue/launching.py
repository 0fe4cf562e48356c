"""Codes of launch plans' options, and of the sections beside tasks and workflows."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

_PLANS = (
    Entry(
        "FO283",
        "Starts are spread too far",
        "jitter: is less than the time between two starts of the schedule.",
        "Spread them less, or start less often.",
    ),
    Entry(
        "FO285",
        "A channel does not exist",
        "A notification goes to a channel that is declared under channels:.",
        "Correct the name, or declare the channel.",
    ),
    Entry(
        "FO286",
        "overlap and concurrency say different things",
        "With a limit of one run, both speak of the same start by the clock.",
        "Keep concurrency, which counts every run of the plan.",
    ),
)
_TEXTS = (
    Entry(
        "FO380",
        "raw_data is no path inside the store",
        "The files of a run are kept in the domain's store, below a path that flyteops does not use itself.",
        "Write a path such as teams/churn.",
    ),
    Entry(
        "FO381",
        "An address of a channel cannot be one",
        "An e-mail address, HOST:PORT of a mail server, https://HOST/PATH, or OWNER/NAME of a repository.",
        "Correct it; what must not be seen goes into a secret.",
    ),
)
_EMITTING = (
    Entry(
        "FO840",
        "More than one run at once cannot be counted by the engine",
        "Argo's clock and its mutexes count to one.",
        "Take a limit of 1, or max_parallelism for the nodes of one run.",
    ),
)
ENTRIES: tuple[Entry, ...] = (*_PLANS, *_TEXTS, *_EMITTING)
