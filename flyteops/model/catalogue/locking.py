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
    Entry(
        "FO531",
        "flyteops.lock is not understood",
        "The lock is a file of the tool's own, with a schema; it is never guessed at.",
        "Take the file as the last commit has it, or delete it and run flyteops lock.",
    ),
    Entry(
        "FO532",
        "A digest for an image that nothing uses",
        "--image names an image as the project declares it or as its tasks refer to it.",
        "Correct the name.",
    ),
    Entry(
        "FO533",
        "Not a digest of an image",
        "A digest is sha256: and 64 hex digits; a tag is none.",
        "Write NAME=sha256:<64 hex digits>.",
    ),
)
