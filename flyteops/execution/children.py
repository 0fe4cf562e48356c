"""Names of runs that a run launches: the same each time it is continued, so that what they committed is found again."""

from __future__ import annotations

import re

from flyteops.model.digest import digest_of

INSIDE = "/"
"""Between a step and the steps of the run that it launched: `nightly/fit`, `each.3/fit`."""
_UNSAFE = re.compile(r"[^a-z0-9]+")


def child_name(run: str, path: str) -> str:
    """The name of the run that `run` launches at `path` (`nightly`, `each.3`): at most 63 characters."""
    digest = digest_of("flyteops.child-run.v1", [run, path])[:12]
    words = _UNSAFE.sub("-", path.lower()).strip("-")[:24].strip("-")
    return f"{run[:24].rstrip('-')}-{words}-{digest}"


def without_items(path: str) -> str:
    """The path as a graph knows it: without the numbers of items, `each.3/fit` as `each/fit`."""
    return re.sub(r"\.[0-9]+(?=/|$)", "", path)
