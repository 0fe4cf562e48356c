"""What is known of one entity or node: effective values with their places, the parts of its cache key, neighbours."""

from __future__ import annotations

from flyteops.model.diagnostics import Place
from flyteops.model.frozen import frozen


@frozen
class Value:
    """One effective value. `place` is None where nobody wrote it: it is the tool's default then. `writer` names who
    wrote it when that is not the entity itself."""

    path: str
    text: str | None
    place: Place | None = None
    writer: str = ""


@frozen
class Link:
    """Another entity or node, how it is joined to this one, and where that is written."""

    address: str
    how: str
    place: Place | None = None


@frozen
class Part:
    """One part of a cache key."""

    name: str
    text: str


@frozen
class Explained:
    """What is known of one address."""

    address: str
    digest: str
    place: Place | None
    values: tuple[Value, ...]
    settings: tuple[Value, ...] = ()
    """Of a node: the settings that its task runs with here."""
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    cache: tuple[Part, ...] = ()
    """The parts of the cache key; empty when nothing is cached."""
    uses: tuple[Link, ...] = ()
    used_by: tuple[Link, ...] = ()
    reached_by: tuple[Link, ...] = ()
    """Launch plans that reach it through others."""
    notes: tuple[str, ...] = ()
