"""What an attempt is given: store, run, attempt, cache scope; and the documents it reads, a few kept at hand."""

from __future__ import annotations

import json
from collections.abc import Callable

from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.ports.store import BlobStore
from flyteops.runtime.endings import STORE, Ended

_KEPT_DOCUMENTS = 8
"""A worker takes many items of one map: they read the same few documents."""


class Session:
    """One attempt's surroundings. `note` receives events such as `nondeterministic`; cache entries are written to
    `scope`, and read from there and from the scopes `also`, which are trusted more.

    Set later where they are known: `secrets`, the values a local run hands over by name, and where it put those
    shown as files (`secret_files`); `mask`, which takes them out of texts; `number` of the attempt (0: not known);
    `tell`, which takes progress; `stop`, whether the attempt is to end."""

    __slots__ = (
        "_documents", "also", "attempt", "cache", "code", "folder", "mask", "note", "number", "raw_data", "run",
        "scope", "secret_files", "secrets", "stop", "store", "tell",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - all that an attempt is given
        self,
        *,
        store: BlobStore,
        run: str,
        attempt: str,
        scope: str,
        cache: str,
        folder: str,
        code: tuple[str, ...],
        note: Callable[[str, str], None],
        raw_data: str = "",
        also: tuple[str, ...] = (),
    ) -> None:
        self.store = store
        self.run = run
        self.attempt = attempt
        self.scope = scope
        self.cache = cache
        self.folder = folder
        self.code = code
        self.note = note
        self.raw_data = raw_data
        self.also = also
        self.secrets: dict[str, str] | None = None
        self.secret_files: dict[str, str] = {}
        self.mask: Callable[[str], str] = str
        self.number = 0
        self.tell: Callable[[float, str], None] | None = None
        self.stop: Callable[[], bool] | None = None
        self._documents: dict[str, JsonObject] = {}

    def commit_key(self, step: str) -> str:
        """Where a step commits; the empty step is the run itself."""
        return f"runs/{self.run}/{step}/commit.json" if step else f"runs/{self.run}/outputs.json"

    def inputs_key(self) -> str:
        """Where the run's inputs are."""
        return f"runs/{self.run}/inputs.json"

    def error_key(self, step: str) -> str:
        """Where a failed attempt of a step says why."""
        return f"runs/{self.run}/{step or 'outputs'}/{self.attempt}/error.json"

    def document(self, key: str) -> JsonObject | None:
        """A document that never changes once written; None when there is none."""
        if key in self._documents:
            return self._documents[key]
        found = self.store.get(key)
        if found is None:
            return None
        document = parsed(found)
        if document is None:
            raise Ended(STORE, f"{key} in the store is no JSON object")
        while len(self._documents) >= _KEPT_DOCUMENTS:
            del self._documents[next(iter(self._documents))]
        self._documents[key] = document
        return document

    def inputs(self) -> JsonObject:
        """The run's inputs by name."""
        found = self.document(self.inputs_key())
        if found is None:
            raise Ended(STORE, f"the run {self.run} has no inputs document")
        return found

    def commit(self, step: str) -> JsonObject | None:
        """A step's commit, or None."""
        return self.document(self.commit_key(step))


def scheduled_key(run: str) -> str:
    """Where a run keeps the slot of the schedule that started it."""
    return f"runs/{run}/scheduled.json"


def keep_scheduled(store: BlobStore, run: str, time: str) -> None:
    """Notes the slot of a run, once."""
    store.create(scheduled_key(run), canonical({"time": time}))


def parsed(data: bytes) -> JsonObject | None:
    """A JSON object, or None for anything else."""
    try:
        document: Json = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
