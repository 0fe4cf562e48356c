"""`cache: {serialize: true}`: of the attempts that want one key at once, one computes and the others wait for it.

A lease is an object beside the cache entry. Its holder rewrites it every third of its term; a waiter compares no clocks
but watches the content, and takes over what has not changed for a whole term of its own monotonic clock. What is exact
is the publication, which is create-only: a lease only spares work.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from flyteops.model.digest import JsonObject, canonical
from flyteops.ports.store import BlobStore, StoreFailed
from flyteops.runtime.endings import LEASE, Ended
from flyteops.runtime.session import Session, parsed

TERM_S = 60.0
"""Long enough for a store that is slow to answer twice; so long may a killed holder keep others waiting."""
LONGEST_TERM_S = 600.0
"""A term that somebody wrote is believed no further than this."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 5.0


class Lease:
    """A lease that is held: rewritten in the background until it is given back or found lost."""

    __slots__ = ("_bytes", "_document", "_done", "_lock", "_lost", "_place", "_store", "_term_s", "_thread")

    def __init__(self, store: BlobStore, place: str, document: JsonObject, *, term_s: float) -> None:
        self._store = store
        self._place = place
        self._document = document
        self._bytes = canonical(document)
        self._term_s = term_s
        self._lost = False
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="flyteops-lease")
        self._thread.start()

    def require(self) -> None:
        """Raises `Ended` (87) when another has taken over: what was computed is not published then."""
        if not self._rewrite(state="held"):
            message = "its lease was taken over while it computed: another run computes the same, and publishes it"
            raise Ended(LEASE, message, kind="LeaseLost")

    def give_back(self) -> None:
        """Lets the next one begin at once. Best effort: otherwise the term ends by itself."""
        self._done.set()
        try:
            self._rewrite(state="free")
        except StoreFailed:
            return

    def _beat(self) -> None:
        while not self._done.wait(self._term_s / 3):
            try:
                if not self._rewrite(state="held"):
                    return
            except StoreFailed:
                continue

    def _rewrite(self, *, state: str) -> bool:
        with self._lock:
            if self._lost:
                return False
            beats = self._document["beats"]
            self._document = {**self._document, "state": state, "beats": beats + 1 if isinstance(beats, int) else 1}
            data = canonical(self._document)
            if not self._store.replace(self._place, data, expected=self._bytes):
                # The answer to our own write may have been lost.
                self._lost = self._store.get(self._place) != data
            self._bytes = data
            return not self._lost


def take(
    session: Session, place: str, step: str, *, published: Callable[[], bool], term_s: float | None = None
) -> Lease | None:
    """The lease at `place`, waited for; None when, before that, another has `published` the result."""
    term_s = TERM_S if term_s is None else term_s
    owner, seen_since, seen, pause_s = f"{session.run}/{step}", 0.0, b"", FIRST_PAUSE_S
    while True:
        now = session.store.get(place)
        if now is None:
            lease = _made(session.store, place, owner, epoch=1, expected=None, term_s=term_s)
        elif now != seen and not _may_take(now, owner):
            seen, seen_since, lease = now, time.monotonic(), None
        elif _may_take(now, owner) or time.monotonic() - seen_since >= _term(now, term_s):
            lease = _made(session.store, place, owner, epoch=_epoch(now) + 1, expected=now, term_s=term_s)
        else:
            lease = None
        if lease is not None:
            return lease
        if published():
            return None
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S, max(term_s / 10, FIRST_PAUSE_S))


def _made(
    store: BlobStore, place: str, owner: str, *, epoch: int, expected: bytes | None, term_s: float
) -> Lease | None:
    document: JsonObject = {
        "v": 1,
        "state": "held",
        "owner": owner,
        "epoch": epoch,
        "nonce": os.urandom(8).hex(),
        "term_s": term_s,
        "beats": 0,
    }
    data = canonical(document)
    won = store.create(place, data) if expected is None else store.replace(place, data, expected=expected)
    if not won and store.get(place) != data:
        return None
    return Lease(store, place, document, term_s=term_s)


def _may_take(data: bytes, owner: str) -> bool:
    """Whether it is free, damaged, or left by an earlier attempt of the same step, which is over."""
    lease = parsed(data)
    return lease is None or lease.get("state") != "held" or lease.get("owner") == owner


def _term(data: bytes, default_s: float) -> float:
    term = (parsed(data) or {}).get("term_s")
    return min(float(term), LONGEST_TERM_S) if isinstance(term, int | float) and term > 0 else default_s


def _epoch(data: bytes) -> int:
    epoch = (parsed(data) or {}).get("epoch")
    return epoch if isinstance(epoch, int) else 0
