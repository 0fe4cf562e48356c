"""Codes FO3xx: keys, shapes and scalars of declarations. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = ()
