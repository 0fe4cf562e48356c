"""The lock: what names were pinned to that may come to mean something else, and what became of each in one locking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal as OneOf

from flyteops.model.frozen import frozen

LOCK_FILE = "flyteops.lock"
State = OneOf["given", "found", "kept", "missing"]


@frozen
class Pins:
    """Digests of images by reference or NAME:IDENTITY; of tasks of other projects by PROJECT/DOMAIN/NAME@VERSION."""

    images: Mapping[str, str] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)


@frozen
class Locked:
    """One name: as the lock has it, its digest, and how that is known; of one that is missing, why."""

    key: str
    of: OneOf["image", "task"] = "image"
    state: State
    digest: str | None = None
    why: str = ""


@frozen
class Relocked:
    """The new lock: its text, what became of every name, and entries that nothing uses any more."""

    text: str
    names: tuple[Locked, ...]
    dropped: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether everything is pinned."""
        return all(each.digest is not None for each in self.names)
