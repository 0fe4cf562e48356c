"""Codes FO9xx: what is part of the language and not built yet. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO900",
        "Not supported yet",
        "The language has it and this version has not: it is refused at its place, never ignored.",
        "Leave it out for now; the changelog says when it arrives.",
    ),
)
