"""Cache entries: looked up before a call, written after its commit. An entry that is not right is a miss."""

from __future__ import annotations

import time

from flyteops.execution.cache_key import cache_key, cache_place, key_ingredients
from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.runtime.binding import Given
from flyteops.runtime.committing import outputs_digest, outputs_of
from flyteops.runtime.endings import Ended
from flyteops.runtime.session import Session, parsed
from flyteops.runtime.stored import present

ENTRY_VERSION = 1


class Slot:
    """The place of one call's result in the cache, and the entry that was seen there."""

    __slots__ = ("ingredients", "key", "max_age_s", "place", "places", "seen", "serialize")

    def __init__(self, scope: str, policy: JsonObject, given: list[Given], also: tuple[str, ...] = ()) -> None:
        self.ingredients = key_ingredients(policy, given)
        self.key = cache_key(self.ingredients)
        self.place = cache_place(scope, self.ingredients)
        trusted = policy.get("scope")
        scopes = (*also, trusted) if isinstance(trusted, str) else also
        self.places = tuple(cache_place(each, self.ingredients) for each in dict.fromkeys(scopes) if each != scope)
        self.serialize = policy.get("serialize") is True
        age = policy.get("max_age_s")
        self.max_age_s = float(age) if isinstance(age, int | float) else None
        self.seen: bytes | None = None

    @property
    def lease(self) -> str:
        """Where the lease of this key is."""
        return self.place.removesuffix(".json") + ".lease"


def slot_of(session: Session, invocation: JsonObject, given: list[Given]) -> Slot | None:
    """The slot of a call, or None when its task is not cached or the run leaves the cache alone."""
    policy = invocation.get("cache")
    if not isinstance(policy, dict) or session.cache == "off":
        return None
    return Slot(session.scope, policy, given, session.also)


def look_up(session: Session, slot: Slot) -> JsonObject | None:
    """The outputs of a usable entry, of the run's own scope or of one that is trusted more; else None."""
    slot.seen = session.store.get(slot.place)
    outputs = _usable(session, slot, slot.seen)
    for place in slot.places if outputs is None else ():
        outputs = _usable(session, slot, session.store.get(place))
        if outputs is not None:
            break
    return outputs


def _usable(session: Session, slot: Slot, data: bytes | None) -> JsonObject | None:
    """The outputs of an entry of this key, young enough, undamaged, with every file there; else None."""
    if data is None:
        return None
    entry = parsed(data)
    if entry is None or entry.get("v") != ENTRY_VERSION or entry.get("key") != slot.key:
        return None
    created = entry.get("created_ms")
    if slot.max_age_s is not None and (
        not isinstance(created, int) or time.time_ns() // 1_000_000 - created > slot.max_age_s * 1000
    ):
        return None
    try:
        outputs = outputs_of(entry)
    except Ended:
        return None
    if entry.get("digest") != outputs_digest(outputs):
        return None
    return outputs if all(present(session.store, each) for each in outputs.values()) else None


def publish(session: Session, slot: Slot, committed: JsonObject) -> None:
    """Writes the entry after the commit: create-only, or in place of the unusable one seen at the look-up."""
    producer: Json = {name: committed.get(name) for name in ("run", "step", "attempt")}
    entry: JsonObject = {
        "v": ENTRY_VERSION,
        "key": slot.key,
        "ingredients": slot.ingredients,
        "outputs": outputs_of(committed),
        "digest": committed.get("digest"),
        "producer": producer,
        "created_ms": time.time_ns() // 1_000_000,
    }
    data = canonical(entry)
    if slot.seen is not None:
        session.store.replace(slot.place, data, expected=slot.seen)
    elif not session.store.create(slot.place, data):
        _compare(session, slot, committed)


def _compare(session: Session, slot: Slot, committed: JsonObject) -> None:
    """Another run was first: its entry stands, and other outputs for the same key are told."""
    first = session.store.get(slot.place)
    entry = parsed(first) if first is not None else None
    if entry is not None and entry.get("digest") != committed.get("digest"):
        session.note("nondeterministic", f"the cache already holds other outputs for the key of {committed['step']}")
