"""The one object of a registry in a store that changes: read, decided upon, replaced by compare-and-swap."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace

from flyteops.adapters.registry_faults import lease_lost, newer_registry, not_a_registry, store_failed, store_unsafe
from flyteops.model.digest import canonical
from flyteops.model.errors import OutsideFailed
from flyteops.model.frozen import frozen
from flyteops.model.state import Fence
from flyteops.ports.clock import Ids
from flyteops.ports.store import BlobStore, ConditionalStore, StoreFailed

SCHEMA = 1
TRIES = 40
PAUSE_S = 0.02


@frozen
class Head:
    """What is current: `state` and `work` are digests of documents, empty when there are none yet. `nonce` is fresh at
    every write, so that equal bytes mean that nothing was written between. An epoch never comes again."""

    schema: int = SCHEMA
    lineage: str
    nonce: str = ""
    generation: int = 0
    state: str = ""
    work: str = ""
    epoch: int = 0
    holder: str = ""
    until_ms: int = 0
    ttl_ms: int = 0
    kept_from: int = 1
    """Generations before this one may have lost records to gc."""


class HeadObject:
    """The head below one key of a store. Every failure of the store leaves as `OutsideFailed`."""

    def __init__(self, store: BlobStore, key: str, *, ids: Ids, wait: Callable[[float], None] = time.sleep) -> None:
        self._store = store
        self._key = key
        self._ids = ids
        self._wait = wait

    def read(self) -> tuple[Head | None, bytes | None]:
        """The head and its bytes; refuses what is newer or damaged."""
        data = self._store.get(self._key)
        if data is None:
            return None, None
        where = self._store.uri(self._key)
        try:
            told = json.loads(data)
            schema = told["schema"]
            if schema == SCHEMA:
                return Head(**told), data
        except (ValueError, TypeError, KeyError, RecursionError) as damaged:
            raise not_a_registry(where, f"its head cannot be read ({damaged})") from damaged
        if isinstance(schema, int) and schema > SCHEMA:
            raise newer_registry(where, written=schema, known=SCHEMA)
        raise not_a_registry(where, f"its head says schema {schema!r}")

    def swap(self, decide: Callable[[Head | None], Head]) -> Head:
        """Replaces the head by what `decide` makes of it; asked again when somebody else was faster."""
        for _ in range(TRIES):
            before, data = self.read()
            after = replace(decide(before), nonce=self._ids.fresh())
            if self._replaced(canonical(asdict(after)), data, nonce=after.nonce):
                return after
            self._wait(PAUSE_S)
        raise OutsideFailed(
            "registry",
            f"{self._store.uri(self._key)} is written by others all the time; nothing was recorded",
            retryable=True,
            way_out="run the command again",
        )

    def _replaced(self, data: bytes, expected: bytes | None, *, nonce: str) -> bool:
        try:
            return self._store.replace(self._key, data, expected=expected)
        except StoreFailed as failed:
            # The answer may have been lost after the write was made: the nonce settles it.
            try:
                now, _ = self.read()
            except StoreFailed:
                raise failed from None
            if now is not None and now.nonce == nonce:
                return True
            raise


def touched(head: Head | None, fence: Fence, *, now_ms: int) -> Head:
    """The head with the lease proved and renewed, or a refusal."""
    if head is None or (head.holder, head.epoch) != (fence.holder, fence.epoch):
        raise lease_lost(fence.name, head.holder if head else "")
    return replace(head, until_ms=now_ms + head.ttl_ms)


def probe(store: BlobStore, root: str, *, ids: Ids) -> None:
    """Refuses a store that does not keep the conditions of writes: two applies would each think they had won."""
    if isinstance(store, ConditionalStore):
        own = f"{root}/probe-{ids.fresh()}"
        why = store.faults_in_conditions(own)
        if why:
            raise store_unsafe(store.uri(root), why)
        return
    key = f"{root}/probe"
    for _ in range(TRIES):
        store.create(key, ids.fresh().encode())
        before = store.get(key)
        if before is None:
            raise store_unsafe(store.uri(key), "what was written is not read back")
        if store.create(key, b"a second create"):
            raise store_unsafe(store.uri(key), "it writes over an object that shall only be created")
        if store.replace(key, b"a blind replace", expected=b"never written"):
            raise store_unsafe(store.uri(key), "it replaces an object that is not the expected one")
        after = ids.fresh().encode()
        if store.replace(key, after, expected=before):
            if store.get(key) in (before, None):
                raise store_unsafe(store.uri(key), "a replaced object is still read as it was")
            return
        # Somebody else probes at the same time, or the condition never holds.
        if store.get(key) == before:
            raise store_unsafe(store.uri(key), "it does not replace the object that was expected")
    raise store_failed(store.uri(key), StoreFailed("it is written by others all the time", retryable=True))
