"""What one plan keeps for the next: for every declaration file its digest, its links, and the digests of its entities.

No entity is kept, and no field of one is known here. A document that is not exactly what was written is as good as
none, and so is one of another tool, of other settings, of another Python.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, field
from types import MappingProxyType
from typing import NamedTuple

from flyteops.model.diagnostics import Diagnostic, Place, Related, Severity
from flyteops.model.frozen import frozen
from flyteops.operations.linking import ORDINARY, Links

_FORMAT = b"flyteops.kept.v2\n"

NOTHING: Mapping[str, str] = MappingProxyType({})


class KeptFile(NamedTuple):
    """What is known of a declaration file with exactly these bytes."""

    digest: str
    links: Links
    beside: Mapping[str, str] = NOTHING
    """Digests of other files that were read for it; empty for one that was not there."""
    entities: tuple[tuple[str, str], ...] = ()
    """Addresses and digests."""
    loud: bool = False
    """Whether a plan tells something of it each time, so that it is compiled each time."""


class KeptModule(NamedTuple):
    """What is known of a Python file with exactly these bytes."""

    digest: str
    needs: frozenset[str]


@frozen
class Kept:
    """`context` and `for_all` are digests of what decides about every file; `beside` of what was read for all.
    `warnings` stand each beside a file of which it follows; beside nothing when it follows of what is part of all."""

    context: str
    for_all: str = ""
    files: Mapping[str, KeptFile] = field(default_factory=dict)
    modules: Mapping[str, KeptModule] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[Diagnostic, str] = field(default_factory=dict)


def written(kept: Kept) -> bytes:
    """The document: a line for the format, a line with the digest of the rest, the rest as JSON.

    Columns over all files, and what few of them have by itself: reading it is a tenth of a plan of ten thousand.
    """
    paths = sorted({*kept.files, *kept.modules})
    number = {path: at for at, path in enumerate(paths)}
    sets: dict[tuple[int, ...], int] = {}

    def set_of(others: Iterable[str]) -> int:
        key = tuple(sorted(number[other] for other in others if other in number))
        return sets.setdefault(key, len(sets))

    files = kept.files.items()
    document = {
        "context": kept.context,
        "for_all": kept.for_all,
        "beside": kept.beside,
        "paths": paths,
        "files": [number[path] for path, _ in files],
        "digests": [each.digest for _, each in files],
        "names": [sorted(each.links.names) for _, each in files],
        "python": [set_of(each.links.python) for _, each in files],
        "entities": [[part for entity in each.entities for part in entity] for _, each in files],
        "rare": [
            [number[path], each.links.holds, set_of(each.links.needs), dict(each.beside), int(each.loud)]
            for path, each in files
            if each.links.holds != ORDINARY or each.links.needs or each.beside or each.loud
        ],
        "modules": [[number[path], each.digest, set_of(each.needs)] for path, each in kept.modules.items()],
        "sets": [list(key) for key in sets],
        "warnings": [[asdict(warning), witness] for warning, witness in kept.warnings.items()],
    }
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    return _FORMAT + hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body


def read_kept(data: bytes | None, *, context: str) -> Kept | None:
    """What was kept in this context; None for anything else, whatever it is."""
    if data is None or not data.startswith(_FORMAT):
        return None
    digest, _, body = data[len(_FORMAT) :].partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        return None
    try:
        document = json.loads(body)
        if document["context"] != context:
            return None
        return _read(document)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None


def _read(document: dict) -> Kept:  # type: ignore[type-arg]
    paths = document["paths"]
    sets = [frozenset([paths[each] for each in key]) for key in document["sets"]]
    none: frozenset[str] = frozenset()
    columns = (document[name] for name in ("files", "digests", "names", "python", "entities"))
    files = {}
    for at, digest, names, python, entities in zip(*columns, strict=True):
        links = Links(frozenset(names), ORDINARY, none, sets[python])
        pairs = tuple(zip(entities[::2], entities[1::2], strict=True))
        files[paths[at]] = KeptFile(digest, links, NOTHING, pairs)
    for at, holds, needs, beside, loud in document["rare"]:
        each = files[paths[at]]
        links = each.links._replace(holds=holds, needs=sets[needs])
        files[paths[at]] = each._replace(links=links, beside=beside, loud=bool(loud))
    return Kept(
        context=document["context"],
        for_all=document["for_all"],
        files=files,
        modules={paths[at]: KeptModule(digest, sets[needs]) for at, digest, needs in document["modules"]},
        beside=document["beside"],
        warnings={_diagnostic(warning): witness for warning, witness in document["warnings"]},
    )


def _diagnostic(written: dict) -> Diagnostic:  # type: ignore[type-arg]
    place, severity, related = (written.pop(name) for name in ("place", "severity", "related"))
    return Diagnostic(
        **written,
        place=Place(**place) if place else None,
        severity=Severity(severity),
        related=tuple(Related(place=Place(**each["place"]), label=each["label"]) for each in related),
    )
