"""A registry in memory, for tests of what writes to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from flyteops.model.errors import Refused
from flyteops.model.ids import EntityId
from flyteops.model.referring import Referrer, referred_place, referrer_of
from flyteops.model.state import (
    Effect,
    EntityRecord,
    Fence,
    ObjectRecord,
    ObjectRef,
    PointerChange,
    Revision,
    Snapshot,
)
from flyteops.ports.clock import Clock


@dataclass
class Domain:
    """What is known of one domain."""

    entities: dict[EntityId, EntityRecord] = field(default_factory=dict)
    revisions: list[Revision] = field(default_factory=list)
    published: dict[str, int] = field(default_factory=dict)
    intents: set[str] = field(default_factory=set)
    objects: dict[ObjectRef, ObjectRecord] = field(default_factory=dict)
    effects: dict[tuple[str, str, ObjectRef], tuple[Effect, str]] = field(default_factory=dict)
    states: list[dict[EntityId, EntityRecord]] = field(default_factory=list)
    holder: str = ""
    until_ms: int = 0
    ttl_ms: int = 0
    epoch: int = 0


class MemoryRegistry:
    """Passes the same contract as the registry in SQLite."""

    def __init__(self, *, project: str, clock: Clock) -> None:
        self._project = project
        self._clock = clock
        self._lineage = ""
        self._domains: dict[str, Domain] = {}

    def _domain(self, name: str) -> Domain:
        return self._domains.setdefault(name, Domain())

    def snapshot(self, domain: str) -> Snapshot:
        known = self._domains.get(domain, Domain())
        newest = known.revisions[-1] if known.revisions else None
        return Snapshot(
            lineage=self._lineage,
            project=self._project,
            domain=domain,
            generation=len(known.revisions),
            entities=dict(known.entities),
            revision=newest,
            referrers=tuple(sorted(self._referrers(domain), key=str)),
        )

    def _referrers(self, domain: str) -> Iterator[Referrer]:
        for other, known in self._domains.items():
            for entity, record in known.entities.items():
                found = referrer_of(self._project, other, entity.name, record.payload)
                if other != domain and found and referred_place(record.payload) == (self._project, domain):
                    yield found

    def prepare(self) -> str:
        self._lineage = self._lineage or "memory"
        return self._lineage

    def take_lease(self, domain: str, *, holder: str, ttl_ms: int) -> Fence:
        known, now = self._domain(domain), self._clock.now_ms()
        if known.holder not in ("", holder) and known.until_ms >= now:
            message = f"{known.holder} is applying"
            raise Refused("FO713", message, protects="one apply at a time", way_out="wait")
        known.holder, known.until_ms, known.ttl_ms, known.epoch = holder, now + ttl_ms, ttl_ms, known.epoch + 1
        return Fence(holder=holder, epoch=known.epoch, name=f"{self._project}/{domain}")

    def release_lease(self, fence: Fence) -> None:
        known = self._domain(fence.name.removeprefix(f"{self._project}/"))
        if (known.holder, known.epoch) == (fence.holder, fence.epoch):
            known.holder, known.until_ms = "", 0

    def intend(self, fence: Fence, operation: str, changes: tuple[PointerChange, ...]) -> None:
        known = self._touched(fence)
        if changes and operation not in known.published:
            known.intents.add(operation)

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
        if operation in self._domain(domain).published:
            return self._domain(domain).published[operation]
        known = self._touched(fence)
        if len(known.revisions) != expected_generation:
            message = f"the plan was made at generation {expected_generation} of {domain}"
            raise Refused("FO715", message, protects="the reviewed plan", way_out="plan again")
        generation = expected_generation + 1
        known.revisions.append(replace(revision, generation=generation))
        for change in changes:
            known.entities.pop(change.previous or change.entity, None)
        for change in changes:
            known.entities.pop(change.entity, None)
            if change.record is not None:
                known.entities[change.entity] = change.record
        known.published[operation] = generation
        known.states.append(dict(known.entities))
        known.intents.clear()
        return generation

    def snapshot_at(self, domain: str, generation: int) -> Snapshot:
        known = self._domains.get(domain, Domain())
        if not 1 <= generation <= len(known.revisions):
            message = f"{domain} has no generation {generation}"
            raise Refused("FO731", message, protects="what is there", way_out="see history")
        return Snapshot(
            lineage=self._lineage,
            project=self._project,
            domain=domain,
            generation=generation,
            entities=dict(known.states[generation - 1]),
            revision=known.revisions[generation - 1],
        )

    def objects(self, domain: str) -> tuple[ObjectRecord, ...]:
        known = self._domains.get(domain, Domain()).objects
        return tuple(known[ref] for ref in sorted(known, key=_names))

    def intend_effects(self, fence: Fence, operation: str, effects: tuple[Effect, ...]) -> None:
        known = self._touched(fence)
        for effect in effects:
            known.effects[operation, effect.action, effect.ref] = (effect, "intent")

    def confirm_effect(self, fence: Fence, operation: str, effect: Effect, *, uid: str) -> None:
        known = self._touched(fence)
        key = (operation, effect.action, effect.ref)
        if key not in known.effects:
            raise ValueError(f"{effect.action} {effect.ref} is confirmed without an intent")
        known.effects[key] = (known.effects[key][0], "confirmed")
        for other, (intended, state) in known.effects.items():
            earlier = other[0] != operation or intended.step < effect.step
            if intended.ref == effect.ref and state == "intent" and earlier:
                known.effects[other] = (intended, "superseded")
        if effect.action == "apply":
            known.objects[effect.ref] = ObjectRecord(
                ref=effect.ref, digest=effect.digest, uid=uid, address=effect.address
            )
        else:
            known.objects.pop(effect.ref, None)

    def open_effects(self, domain: str) -> tuple[tuple[str, Effect], ...]:
        known = self._domains.get(domain, Domain()).effects
        found = [(key[0], effect) for key, (effect, state) in known.items() if state == "intent"]
        return tuple(sorted(found, key=lambda each: (each[0], each[1].step)))

    def history(self, domain: str, limit: int) -> tuple[Revision, ...]:
        return tuple(reversed(self._domains.get(domain, Domain()).revisions))[:limit]

    def unfinished(self, domain: str) -> tuple[str, ...]:
        open_ones = {operation for operation, _ in self.open_effects(domain)}
        return tuple(sorted(self._domains.get(domain, Domain()).intents | open_ones))

    def _touched(self, fence: Fence) -> Domain:
        known = self._domain(fence.name.removeprefix(f"{self._project}/"))
        if (known.holder, known.epoch) != (fence.holder, fence.epoch):
            raise Refused("FO714", "the lease was lost", protects="the holder", way_out="plan again")
        known.until_ms = self._clock.now_ms() + known.ttl_ms
        return known


def _names(ref: ObjectRef) -> tuple[str, str, str, str]:
    return ref.api_version, ref.kind, ref.namespace, ref.name
