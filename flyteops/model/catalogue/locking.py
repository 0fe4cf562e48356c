"""Codes FO530 to FO549: what flyteops.lock pins. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO530",
        "An image is not pinned",
        "A tag may name another image tomorrow, and what is to be built is not there yet: flyteops.lock holds the "
        "digest of each. Without one it is a warning, and an error where a cluster is applied to.",
        "Run flyteops lock and commit the file.",
    ),
)
