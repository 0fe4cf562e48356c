"""Wanted objects × records × what the cluster has -> effects, in the order in which they are safe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal as OneOf

from flyteops.model.frozen import frozen
from flyteops.model.state import Effect, ObjectRecord, ObjectRef
from flyteops.ports.cluster import Live
from flyteops.reconcile.fields import differs
from flyteops.reconcile.objects import CLUSTER_REF, CRON, DIGEST, LINEAGE, TEMPLATE, Wanted, is_ours

Phase = OneOf["templates", "clocks", "deletes"]


@frozen
class Kept:
    """An object that is no longer wanted and stays for now, and why."""

    ref: ObjectRef
    why: str


@frozen
class Stranger:
    """An object with a name that we want and that is not ours; `lineage` is the registry that says it owns it."""

    ref: ObjectRef
    lineage: str


@frozen
class Decision:
    """What to do: templates before the revision is published, clocks after it, deletes last. Nothing is done at all
    while there are strangers."""

    templates: tuple[Effect, ...] = ()
    clocks: tuple[Effect, ...] = ()
    deletes: tuple[Effect, ...] = ()
    kept: tuple[Kept, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    leaving: tuple[ObjectRef, ...] = ()
    """Wanted objects whose old self is still being deleted: the name is not free yet."""

    @property
    def empty(self) -> bool:
        """Whether the cluster is as wanted, as far as it may be."""
        return not (self.templates or self.clocks or self.deletes)


@frozen
class Leftovers:
    """What a prune may delete (`effects`), what is not wanted and stays, and how many objects of ours there are."""

    effects: tuple[Effect, ...]
    kept: tuple[Kept, ...]
    total: int


@frozen
class Observation:
    """What was seen: objects by name, and the templates that unfinished runs use (None: that could not be learnt)."""

    live: Mapping[ObjectRef, Live]
    used: frozenset[str] | None


def pending(wanted: tuple[Wanted, ...], records: tuple[ObjectRecord, ...]) -> bool:
    """Whether the registry alone shows that the cluster is not as wanted: no call to it is needed to say no."""
    return {each.ref: each.digest for each in wanted} != {
        each.ref: each.digest for each in records if each.ref != CLUSTER_REF
    }


def unrecorded(wanted: tuple[Wanted, ...], records: tuple[ObjectRecord, ...]) -> tuple[Wanted, ...]:
    """Objects that the registry does not know in this form: the server is asked about them before anything is done."""
    known = {each.ref: each.digest for each in records}
    return tuple(each for each in wanted if known.get(each.ref) != each.digest)


def decide(
    wanted: tuple[Wanted, ...], records: tuple[ObjectRecord, ...], seen: Observation, *, lineage: str
) -> Decision:
    """The shortest safe way from what is there to what is wanted."""
    known = {each.ref: each for each in records if each.ref != CLUSTER_REF}
    applies: list[Effect] = []
    strangers: list[Stranger] = []
    leaving: list[ObjectRef] = []
    for each in wanted:
        live, record = seen.live.get(each.ref), known.get(each.ref)
        if live is not None and not is_ours(live, record, lineage=lineage):
            strangers.append(Stranger(ref=each.ref, lineage=live.annotation(LINEAGE)))
        elif live is not None and live.deleting:
            leaving.append(each.ref)
        elif not _is_so(each, record, live, lineage=lineage):
            applies.append(_apply(each))
    removed, kept = _removed(wanted, known, seen)
    return Decision(
        templates=_numbered(each for each in applies if each.ref.kind != CRON),
        clocks=_numbered(each for each in applies if each.ref.kind == CRON),
        deletes=_deletes(removed),
        kept=kept,
        strangers=tuple(strangers),
        leaving=tuple(leaving),
    )


def leftovers(
    wanted: tuple[Wanted, ...], records: tuple[ObjectRecord, ...], seen: Observation, *, lineage: str
) -> Leftovers:
    """What a prune may take: what is recorded and not wanted, and what bears the mark of this registry without a
    record, as an older backup of it leaves behind. A template stays while a run or a clock may need it."""
    known = {each.ref: each for each in records if each.ref != CLUSTER_REF}
    for live in seen.live.values():
        if live.ref not in known and lineage and live.annotation(LINEAGE) == lineage:
            known[live.ref] = ObjectRecord(
                ref=live.ref, digest=live.annotation(DIGEST), uid=live.uid, address=live.annotation("flyteops/address")
            )
    removed, kept = _removed(wanted, known, seen)
    return Leftovers(effects=_deletes(removed), kept=kept, total=len(known))


def _is_so(wanted: Wanted, record: ObjectRecord | None, live: Live | None, *, lineage: str) -> bool:
    if live is None or record is None or (record.digest, record.uid) != (wanted.digest, live.uid):
        return False
    marks = (live.annotation(LINEAGE), live.annotation(DIGEST))
    return marks == (lineage, wanted.digest) and not differs(wanted.body, live.body)


def _apply(wanted: Wanted) -> Effect:
    return Effect(step=0, action="apply", ref=wanted.ref, address=wanted.address, digest=wanted.digest)


def _removed(
    wanted: tuple[Wanted, ...], known: Mapping[ObjectRef, ObjectRecord], seen: Observation
) -> tuple[list[Effect], tuple[Kept, ...]]:
    """Only what is recorded goes, by its uid; a template stays while a run may still need it."""
    still = {each.ref for each in wanted}
    removed: list[Effect] = []
    kept: list[Kept] = []
    for ref in sorted(set(known) - still, key=str):
        record, live = known[ref], seen.live.get(ref)
        there = live is not None and live.uid == record.uid
        why = _needed(ref, seen.used) if there and ref.kind == TEMPLATE else ""
        if why:
            kept.append(Kept(ref=ref, why=why))
        else:
            removed.append(Effect(step=0, action="delete", ref=ref, address=record.address, uid=record.uid))
    return removed, tuple(kept)


def _needed(ref: ObjectRef, used: frozenset[str] | None) -> str:
    if used is None:
        return "which runs are unfinished could not be learnt"
    return "an unfinished run uses it" if ref.name in used else ""


def _deletes(effects: list[Effect]) -> tuple[Effect, ...]:
    """A clock goes before the template that it starts."""
    return _numbered(sorted(effects, key=lambda each: (each.ref.kind != CRON, str(each.ref))))


def _numbered(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    return tuple(replace(each, step=step) for step, each in enumerate(effects))
