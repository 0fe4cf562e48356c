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
_ARTIFACTS = (
    Entry(
        "FO287",
        "A query asks for what is not declared",
        "A query names an artifact, and partitions that the artifact has.",
        "Correct the name, or declare it under artifacts:.",
    ),
    Entry(
        "FO288",
        "A query does not fit",
        "A query holds constants, and versions of the artifact have the type of the input.",
        "Name another artifact, or change the input.",
    ),
    Entry(
        "FO289",
        "A node leaves an input to a query",
        "Artifacts are looked for when a run is launched, not while it runs.",
        "Make it an input of the calling workflow, with the query as its default, and hand it on.",
    ),
    Entry(
        "FO297",
        "An artifact comes from no output",
        "from: names an output of a workflow.",
        "Write workflow/NAME.OUTPUT.",
    ),
    Entry(
        "FO298",
        "A partition has no value",
        "At most ten partitions; each is text, or an input of the workflow that is text. A time comes from a time.",
        "Name an input of type str, date or an enum of text, or write a constant.",
    ),
    Entry(
        "FO299",
        "A trigger cannot start its launch plan",
        "It binds inputs that are free, and nothing is left without a value.",
        "Bind the input, or give it under default_inputs: or fixed_inputs:.",
    ),
    Entry(
        "FO630",
        "This is nothing that runs",
        "Tasks, workflows and launch plans run.",
        "Name one of these.",
    ),
    Entry(
        "FO631",
        "No version of an artifact fits",
        "An input that nobody gives is the newest version that its query finds.",
        "Run what publishes it, or give the input.",
    ),
    Entry("FO632", "An artifact does not exist", "What is listed is declared.", "Correct the name."),
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
_PLATFORM = (
    Entry(
        "FO382",
        "A workspace runs too long",
        "It stops when it was idle, and after a day in any case.",
        "Let idle: be at most max:, and max: at most 1d.",
    ),
    Entry("FO383", "A role is built in", "admin, contributor and viewer need no declaration.", "Give it another name."),
    Entry(
        "FO384",
        "A role does not exist",
        "A policy gives a role that is built in or declared under roles:.",
        "Correct the name, or declare the role.",
    ),
    Entry(
        "FO385",
        "A policy names nobody",
        "A policy gives its role to users, groups, service accounts or jobs of a forge.",
        "Name them.",
    ),
    Entry("FO386", "A quota bounds nothing", "A quota has at least one amount.", "Add one."),
    Entry(
        "FO387",
        "A task asks for more than the quota",
        "A pod that asks for more than the whole quota of its domain waits for ever.",
        "Raise the quota, or let the task ask for less.",
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
ENTRIES: tuple[Entry, ...] = (*_PLANS, *_ARTIFACTS, *_TEXTS, *_PLATFORM, *_EMITTING)
