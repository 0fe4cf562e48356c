"""Codes FO450 to FO469: code that comes from Flyte. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO450",
        "A function of Flyte that is no task",
        "The body of a function under `@workflow` draws a graph out of promises, and a reference has no body. A graph "
        "is declared in YAML, where it can be checked before anything runs.",
        "Declare a workflow: one node for each task that the function calls.",
    ),
    Entry(
        "FO451",
        "Options that only a decorator says",
        "Functions under Flyte's decorators are used as they are, and YAML alone says how they run. An option that "
        "stands only in the decorator has no effect, so each is told with the YAML that says it.",
        "Copy the line of the message to the task. A key that YAML has, with any value, silences it.",
    ),
    Entry(
        "FO452",
        "A fan-out that runs as one task",
        "In Flyte the body of a function under `@dynamic` or `@eager` starts tasks of their own. Here it is one task, "
        "and the tasks that it calls are plain calls: nothing runs side by side, is cached or tried again by itself.",
        "Use `map:` over a list that a task returns, or let the function return a graph and use `dynamic:`.",
    ),
    Entry(
        "FO453",
        "Flyte is used and may not be there",
        "Where flytekit is not installed a stand-in serves decorators, settings, files, directories, datasets, errors "
        "and the context. Anything else of flytekit or union, in code that a task reaches or that runs when its module "
        "is imported, would fail in the pod. What has flytekit: an image whose requirements or packages name flytekit "
        "or union; for a task on any other image or on none, the project's requirements.txt or pyproject.toml.",
        "Use what the message names instead, move the line to a module that no task imports, or name flytekit in the "
        "requirements of the image.",
    ),
)
