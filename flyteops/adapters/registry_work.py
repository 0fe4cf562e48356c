"""What applies intend and which cluster objects are ours: the work document of a registry in a store, and its changes.

Pure: a document in, a document out.
"""

from __future__ import annotations

from flyteops.adapters.registry_documents import (
    Document,
    change_wire,
    effect_in,
    effect_wire,
    object_in,
    object_wire,
)
from flyteops.model.state import Effect, ObjectRecord, ObjectRef, PointerChange

EMPTY: Document = {"intents": {}, "effects": [], "objects": []}
"""`intents`: operation to its changes; `effects`: [operation, state, effect]; `objects`: what is ours."""


def unfinished_in(work: Document) -> tuple[str, ...]:
    """Operations with something intended that was neither published, confirmed nor superseded."""
    return tuple(sorted({*work["intents"], *(operation for operation, _ in open_effects_in(work))}))


def open_effects_in(work: Document) -> tuple[tuple[str, Effect], ...]:
    """Effects with an intent and no confirmation, by operation and step."""
    found = [(operation, effect_in(row)) for operation, state, row in work["effects"] if state == "intent"]
    return tuple(sorted(found, key=lambda each: (each[0], each[1].step)))


def objects_in(work: Document) -> tuple[ObjectRecord, ...]:
    """The owned objects, sorted by reference."""
    return tuple(sorted(map(object_in, work["objects"]), key=lambda each: _names(each.ref)))


def with_intents(work: Document, operation: str, changes: tuple[PointerChange, ...]) -> Document:
    """The changes that an operation intends, in place of what it intended before."""
    others = {of: rows for of, rows in work["intents"].items() if of != operation}
    return work | {"intents": others | ({operation: [change_wire(change) for change in changes]} if changes else {})}


def with_effects(work: Document, operation: str, effects: tuple[Effect, ...]) -> Document:
    """The effects that an operation intends; its other ones stay, and what others saw to its end is forgotten."""
    given = {_key(operation, effect) for effect in effects}
    kept = [
        [of, state, row]
        for of, state, row in work["effects"]
        if _key(of, effect_in(row)) not in given and (state == "intent" or of == operation)
    ]
    return work | {"effects": kept + [[operation, "intent", effect_wire(effect)] for effect in effects]}


def with_confirmed(work: Document, operation: str, effect: Effect, *, uid: str) -> Document:
    """The effect is confirmed, what earlier applies intended with the object is settled, its record follows."""
    kept, known = [], False
    for of, state, row in work["effects"]:
        other = effect_in(row)
        if _key(of, other) == _key(operation, effect):
            kept.append([of, "confirmed", row])
            known = True
        elif other.ref != effect.ref or state != "intent" or (of == operation and other.step >= effect.step):
            kept.append([of, state, row])
    if not known:
        raise ValueError(f"{effect.action} {effect.ref} is confirmed without an intent")
    objects = {record.ref: record for record in objects_in(work) if record.ref != effect.ref}
    if effect.action == "apply":
        objects[effect.ref] = ObjectRecord(ref=effect.ref, digest=effect.digest, uid=uid, address=effect.address)
    return work | {"effects": kept, "objects": [object_wire(record) for record in objects.values()]}


def _key(operation: str, effect: Effect) -> tuple[str, str, ObjectRef]:
    return operation, effect.action, effect.ref


def _names(ref: ObjectRef) -> tuple[str, str, str, str]:
    return ref.api_version, ref.kind, ref.namespace, ref.name
