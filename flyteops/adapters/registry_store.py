"""The registry in an object store, for teams with a bucket and no database; promises: `ports/registry.py`.

Immutable documents and one head that is replaced by compare-and-swap: a write is there with its head or not at all.
Who lost the lease fails at the head, because every write proves the lease in the same compare-and-swap.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from flyteops.adapters import registry_work as working
from flyteops.adapters.registry_documents import (
    MOST_PACKS,
    Document,
    Documents,
    Missing,
    change_wire,
    entities_of,
    moved_rows,
    new_records,
    pointers_in,
    revision_in,
    revision_wire,
)
from flyteops.adapters.registry_faults import (
    generation_moved,
    lease_held,
    moment,
    no_generation,
    no_longer_whole,
    not_a_registry,
    store_failed,
)
from flyteops.adapters.registry_head import Head, HeadObject, probe, touched
from flyteops.adapters.registry_seal import listed
from flyteops.adapters.registry_store_care import garbage_of, misfits_of
from flyteops.adapters.registry_store_uses import Uses
from flyteops.model.errors import OutsideFailed
from flyteops.model.state import Effect, Fence, Garbage, Misfit, ObjectRecord, PointerChange, Revision, Snapshot
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.store import CleanableStore, StoreFailed

Answer = TypeVar("Answer")
DEFAULT_PREFIX = "registry"
SKEW_MS = 300_000
"""Clocks of machines differ: a lease is taken over at once only when it ended this long ago; else it is watched."""
READS = 5


class _Lost(Exception):
    """Somebody else has the lease."""


class StoreRegistry:
    """A registry for `project` below `prefix` of a store."""

    def __init__(
        self,
        store: CleanableStore,
        *,
        project: str,
        clock: Clock,
        ids: Ids,
        tool: str,
        prefix: str = DEFAULT_PREFIX,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._project = project
        self._root = f"{prefix}/v1/{project}"
        self._clock = clock
        self._ids = ids
        self._tool = tool
        self._wait = wait
        self._uses = Uses(store, prefix, ids=ids)
        self._watched: dict[str, tuple[tuple[str, int, int], float]] = {}

    def _documents(self, domain: str) -> Documents:
        return Documents(self._store, f"{self._root}/{domain}")

    def _head(self, domain: str) -> HeadObject:
        return HeadObject(self._store, f"{self._root}/{domain}/head", ids=self._ids, wait=self._wait)

    def _lineage(self) -> str:
        found = self._store.get(f"{self._root}/lineage")
        return found.decode("utf-8", "replace").split("\n")[0] if found else ""

    # ------------------------------------------------------------------------------------------- reading

    def _reading(self, domain: str, read: Callable[[Documents, Head | None], Answer]) -> Answer:
        """What `read` finds from one head on; again when the head moved on and gc took what the old one named."""
        documents, before = self._documents(domain), None
        try:
            for _ in range(READS):
                head, data = self._head(domain).read()
                if head is not None and head.lineage != self._lineage():
                    raise not_a_registry(documents.where, "its head belongs to another lineage")
                try:
                    return read(documents, head)
                except Missing as missing:
                    if data == before:
                        raise not_a_registry(documents.where, f"the document {missing} is missing") from missing
                    before = data
        except StoreFailed as failed:
            raise store_failed(documents.where, failed) from failed
        raise store_failed(documents.where, StoreFailed("it is written by others all the time", retryable=True))

    def snapshot(self, domain: str) -> Snapshot:
        """One consistent snapshot; generation 0 and no lineage when there is no registry yet."""

        def read(documents: Documents, head: Head | None) -> Snapshot:
            referrers = self._uses.of((self._project, domain))
            if head is None or not head.state:
                lineage = self._lineage()
                return Snapshot(
                    lineage=lineage, project=self._project, domain=domain, generation=0, referrers=referrers
                )
            return replace(self._told(documents, head, documents.get(head.state), domain=domain), referrers=referrers)

        return self._reading(domain, read)

    def snapshot_at(self, domain: str, generation: int) -> Snapshot:
        """The pointers of an older generation with their records; `Refused` when it is not there or not whole."""

        def read(documents: Documents, head: Head | None) -> Snapshot:
            for state in _states(documents, head):
                if state["generation"] == generation:
                    assert head is not None  # noqa: S101 - there is no state without a head
                    return self._told(documents, head, state, domain=domain)
            raise no_generation(domain, generation, newest=head.generation if head else 0)

        return self._reading(domain, read)

    def _told(self, documents: Documents, head: Head, state: Document, *, domain: str) -> Snapshot:
        generation = revision_in(state).generation
        try:
            entities, missing = entities_of(documents, state)
        except Missing:
            if generation >= head.kept_from:
                raise
            raise no_longer_whole(domain, generation, "an entity") from None
        if missing:
            raise not_a_registry(documents.where, f"the record of {missing[0]}/{missing[1]} is missing")
        return Snapshot(
            lineage=head.lineage,
            project=self._project,
            domain=domain,
            generation=generation,
            entities=entities,
            revision=revision_in(state),
        )

    def history(self, domain: str, limit: int) -> tuple[Revision, ...]:
        """The newest revisions first."""

        def read(documents: Documents, head: Head | None) -> tuple[Revision, ...]:
            return tuple(revision_in(state) for state, _ in zip(_states(documents, head), range(limit), strict=False))

        return self._reading(domain, read) if limit > 0 else ()

    def unfinished(self, domain: str) -> tuple[str, ...]:
        """Operations with an intent that was neither published nor superseded."""
        return working.unfinished_in(self._reading(domain, _work))

    def objects(self, domain: str) -> tuple[ObjectRecord, ...]:
        """The cluster objects this registry owns in the domain, sorted by reference."""
        return working.objects_in(self._reading(domain, _work))

    def open_effects(self, domain: str) -> tuple[tuple[str, Effect], ...]:
        """Effects with an intent and no confirmation, each with its operation."""
        return working.open_effects_in(self._reading(domain, _work))

    # ------------------------------------------------------------------------------------------- writing

    def prepare(self) -> str:
        """Makes sure of the store's conditions, then of a lineage; returns it."""
        try:
            probe(self._store, self._root, ids=self._ids)
            self._store.create(f"{self._root}/lineage", f"{self._ids.fresh()}\n{self._tool}\n".encode())
            return self._lineage()
        except StoreFailed as failed:
            raise store_failed(self._store.uri(self._root), failed) from failed

    def _swap(self, domain: str, decide: Callable[[Head | None], Head]) -> Head:
        try:
            return self._head(domain).swap(decide)
        except StoreFailed as failed:
            raise store_failed(self._documents(domain).where, failed) from failed

    def take_lease(self, domain: str, *, holder: str, ttl_ms: int) -> Fence:
        """Takes or takes over an expired lease; `Refused` when someone else holds it."""
        name = f"{self._project}/{domain}"

        def take(head: Head | None) -> Head:
            if head is None:
                lineage = self._lineage()
                if not lineage:
                    raise not_a_registry(self._documents(domain).where, "it was not prepared")
                head = Head(lineage=lineage)
            if head.holder not in ("", holder) and not self._ended(domain, head):
                raise lease_held(name, head.holder, until=moment(head.until_ms))
            until_ms = self._clock.now_ms() + ttl_ms
            return replace(head, holder=holder, epoch=head.epoch + 1, until_ms=until_ms, ttl_ms=ttl_ms)

        taken = self._swap(domain, take)
        self._watch(domain, taken)
        return Fence(holder=holder, epoch=taken.epoch, name=name)

    def _watch(self, domain: str, head: Head) -> float:
        """Since when, by our own clock, the lease stands as it does."""
        beat = (head.holder, head.epoch, head.until_ms)
        if domain not in self._watched or self._watched[domain][0] != beat:
            self._watched[domain] = (beat, self._clock.monotonic_s())
        return self._watched[domain][1]

    def _ended(self, domain: str, head: Head) -> bool:
        """The holder let a whole lease pass before our eyes, or ended long ago by any clock."""
        watched_ms = (self._clock.monotonic_s() - self._watch(domain, head)) * 1000
        return watched_ms > head.ttl_ms or self._clock.now_ms() > head.until_ms + SKEW_MS

    def release_lease(self, fence: Fence) -> None:
        """Gives the lease back; silent when it was lost meanwhile."""
        domain = self._domain_of(fence)

        def release(head: Head | None) -> Head:
            if head is None or (head.holder, head.epoch) != (fence.holder, fence.epoch):
                raise _Lost
            return replace(head, holder="", until_ms=0)

        try:
            self._swap(domain, release)
        except _Lost:
            return

    def _domain_of(self, fence: Fence) -> str:
        return fence.name.removeprefix(f"{self._project}/")

    def _work_on(self, fence: Fence, change: Callable[[Document], Document]) -> None:
        """One fenced write of the work document."""
        domain = self._domain_of(fence)
        documents = self._documents(domain)

        def decide(head: Head | None) -> Head:
            proved = touched(head, fence, now_ms=self._clock.now_ms())
            return replace(proved, work=documents.put(change(_work(documents, head))))

        try:
            self._watch(domain, self._swap(domain, decide))
        except Missing as missing:
            raise not_a_registry(documents.where, f"the document {missing} is missing") from missing

    def intend(self, fence: Fence, operation: str, changes: tuple[PointerChange, ...]) -> None:
        """Writes one journal row per change, and the new entity records. Safe to repeat."""
        self._put_pack(self._domain_of(fence), changes)
        self._work_on(fence, lambda work: working.with_intents(work, operation, changes))

    def _put_pack(self, domain: str, changes: tuple[PointerChange, ...]) -> str:
        try:
            return self._documents(domain).put_pack(new_records(changes))
        except StoreFailed as failed:
            raise store_failed(self._documents(domain).where, failed) from failed

    def intend_effects(self, fence: Fence, operation: str, effects: tuple[Effect, ...]) -> None:
        """Writes one journal row per effect, state `intent`, before anything outside is touched. Safe to repeat."""
        self._work_on(fence, lambda work: working.with_effects(work, operation, effects))

    def confirm_effect(self, fence: Fence, operation: str, effect: Effect, *, uid: str) -> None:
        """The effect was seen in the cluster: settles its row and writes or takes away the object's record."""
        self._work_on(fence, lambda work: working.with_confirmed(work, operation, effect, uid=uid))

    def publish(
        self,
        fence: Fence,
        operation: str,
        domain: str,
        *,
        expected_generation: int,
        revision: Revision,
        changes: tuple[PointerChange, ...],
    ) -> int:
        """Moves the generation and all pointers by one compare-and-swap; see the port."""
        documents = self._documents(domain)

        def published() -> int | None:
            def read(documents: Documents, head: Head | None) -> int | None:
                for state in _states(documents, head):
                    if revision_in(state).generation <= expected_generation:
                        break
                    if state["operation"] == operation:
                        return revision_in(state).generation
                return None

            return self._reading(domain, read)

        def decide(head: Head | None) -> Head:
            proved = touched(head, fence, now_ms=self._clock.now_ms())
            last = documents.get(proved.state) if proved.state else None
            if proved.generation != expected_generation:
                raise generation_moved(domain, expected_generation, revision_in(last) if last else None)
            self._uses.note((self._project, domain), last, changes)
            work = _work(documents, head) | {"intents": {}}
            state: Document = {
                "generation": proved.generation + 1,
                "previous": proved.state,
                "operation": operation,
                "epoch": fence.epoch,
                "revision": revision_wire(revision),
                **self._pointed(documents, last, pack=pack, changes=changes),
            }
            return replace(
                proved, generation=proved.generation + 1, state=documents.put(state), work=documents.put(work)
            )

        done = published()
        if done is not None:
            return done
        pack = self._put_pack(domain, changes)
        try:
            after = self._swap(domain, decide)
        except Missing as missing:
            raise not_a_registry(documents.where, f"the document {missing} is missing") from missing
        except OutsideFailed:
            done = published()
            if done is None:
                raise
            return done
        self._watch(domain, after)
        return after.generation

    def _pointed(
        self, documents: Documents, last: Document | None, *, pack: str, changes: tuple[PointerChange, ...]
    ) -> Document:
        """The pointers after changes, and the packs that hold what they name."""
        rows = [change_wire(change) for change in changes]
        pointers = listed(moved_rows(pointers_in(last) if last else {}, rows))
        before: list[str] = last["packs"] if last else []
        packs = [each for each in before if each != pack] + ([pack] if pack else [])
        if len(packs) > MOST_PACKS:
            records = documents.records(packs)
            packs = [documents.put({"records": {digest: records[digest] for _, _, digest in pointers}})]
        return {"changes": rows, "pointers": pointers, "packs": packs}

    # ---------------------------------------------------------------------------------------------- care

    def described(self) -> str:
        """The place of the documents."""
        return f"documents in {self._store.uri(self._root)}"

    def counts(self, domain: str, limit: int) -> Mapping[int, Mapping[str, int]]:
        """For the newest generations: how many pointers each created, updated, moved and retired."""

        def read(documents: Documents, head: Head | None) -> dict[int, Counter[str]]:
            states = zip(_states(documents, head), range(limit), strict=False)
            return {state["generation"]: Counter(row[3] for row in state["changes"]) for state, _ in states}

        return self._reading(domain, read)

    def verify(self) -> tuple[Misfit, ...]:
        """Recomputes every digest of the project, in all its domains, and replays its pointers; what does not fit."""

        def look(documents: Documents, head: Head | None) -> tuple[Misfit, ...]:
            name = documents.root.rpartition("/")[2]
            if head is None:
                return (Misfit(where=name, message="its head is missing, and documents are there"),)
            return tuple(misfits_of(documents, head, domain=name))

        try:
            keys = self._store.list(f"{self._root}/")
        except StoreFailed as failed:
            raise store_failed(self._store.uri(self._root), failed) from failed
        below = {key.removeprefix(f"{self._root}/") for key in keys}
        domains = sorted({key.partition("/")[0] for key in below if "/" in key})
        return tuple(misfit for domain in domains for misfit in self._reading(domain, look))

    def garbage(self, domain: str, keep: int) -> tuple[Garbage, ...]:
        """Documents that nothing names any more, and records that only older revisions name."""
        return self._reading(domain, lambda documents, head: garbage_of(documents, head, keep=keep))

    def drop(self, fence: Fence, keep: int, garbage: tuple[Garbage, ...]) -> int:
        """Drops of the given what is still garbage; how many. First the head says so: whoever read an older one fails
        to write, and whoever only reads starts over."""
        domain = self._domain_of(fence)

        def decide(head: Head | None) -> Head:
            proved = touched(head, fence, now_ms=self._clock.now_ms())
            return replace(proved, kept_from=max(proved.kept_from, proved.generation - keep + 1))

        self._watch(domain, self._swap(domain, decide))
        still = set(self.garbage(domain, keep)) & set(garbage)
        try:
            for each in still:
                self._store.delete(self._documents(domain).key(each.digest))
        except StoreFailed as failed:
            raise store_failed(self._documents(domain).where, failed) from failed
        return len(still)


def _states(documents: Documents, head: Head | None) -> Iterator[Document]:
    """The states, newest first."""
    at = head.state if head else ""
    while at:
        state = documents.get(at)
        yield state
        at = str(state["previous"])


def _work(documents: Documents, head: Head | None) -> Document:
    return documents.get(head.work) if head and head.work else working.EMPTY
