"""Looking over a registry in an object store: every document and pointer again, and what nothing names any more."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.adapters.registry_documents import Document, Documents, Missing, moved_rows, pointers_in
from flyteops.adapters.registry_head import Head
from flyteops.model.digest import sha256_hex
from flyteops.model.errors import Refused
from flyteops.model.state import Garbage, Misfit


def misfits_of(documents: Documents, head: Head, *, domain: str) -> Iterator[Misfit]:
    """What does not fit in a domain, from its head on."""
    yield from _documents(documents)
    if head.kept_from > head.generation + 1:
        yield Misfit(where=domain, message=f"its head keeps generations from {head.kept_from} on")
    if head.work:
        _, fault = _read(documents, head.work, where=f"{domain} journal")
        yield from fault
    at, generation, after = head.state, head.generation, None
    while at:
        where = f"{domain} generation {generation}"
        state, fault = _read(documents, at, where=where)
        yield from fault
        if state is None:
            return
        if state["generation"] != generation:
            yield Misfit(where=where, message=f"its state says generation {state['generation']}")
        if after is not None and pointers_in(after) != moved_rows(pointers_in(state), after["changes"]):
            yield Misfit(
                where=f"{domain} generation {generation + 1}", message="its pointers do not follow its changes"
            )
        if generation >= head.kept_from:
            yield from _records(documents, state, where=where)
        at, generation, after = state["previous"], generation - 1, state
    if generation != 0:
        yield Misfit(where=domain, message=f"its history ends at generation {generation + 1}")
    if after is not None and pointers_in(after) != moved_rows({}, after["changes"]):
        yield _astray(domain, 1)


def _documents(documents: Documents) -> Iterator[Misfit]:
    """Every document has the digest that it is named by, also one that nothing names any more."""
    below = documents.key("")
    for key in documents.store.list(below):
        data = documents.store.get(key)
        if data is not None and sha256_hex(data) != key.removeprefix(below):
            yield Misfit(where=f"document {key.removeprefix(below)[:12]}", message="its content has another digest")


def _astray(domain: str, generation: int) -> Misfit:
    return Misfit(where=f"{domain} generation {generation}", message="its pointers do not follow its changes")


def _read(documents: Documents, digest: str, *, where: str) -> tuple[Document | None, list[Misfit]]:
    try:
        return documents.get(digest), []
    except Missing:
        return None, [Misfit(where=where, message=f"the document {digest[:12]} is missing")]
    except Refused as damaged:
        return None, [Misfit(where=where, message=damaged.message)]


def _records(documents: Documents, state: Document, *, where: str) -> Iterator[Misfit]:
    try:
        records = documents.records(state["packs"])
    except Missing as missing:
        yield Misfit(where=where, message=f"the records {str(missing)[:12]} are missing")
        return
    except Refused as damaged:
        yield Misfit(where=where, message=damaged.message)
        return
    for (kind, name), digest in sorted(pointers_in(state).items()):
        if digest not in records:
            yield Misfit(where=where, message=f"the record of {kind}/{name} ({digest[:12]}) is missing")


def garbage_of(documents: Documents, head: Head | None, *, keep: int) -> tuple[Garbage, ...]:
    """Documents that the head does not reach: states are all kept, records those of the last `keep` of them."""
    needed = {head.work} if head else set()
    at, kept = head.state if head else "", 0
    while at:
        state = documents.get(at)
        needed.add(at)
        if kept < keep:
            needed.update(state["packs"])
        at, kept = state["previous"], kept + 1
    below = documents.key("")
    unneeded = [key for key in documents.store.list(below) if key.removeprefix(below) not in needed]
    return tuple(
        Garbage(what="document", digest=key.removeprefix(below), size_bytes=documents.store.size(key) or 0)
        for key in unneeded
    )
