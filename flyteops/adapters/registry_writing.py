"""Writing to a registry in SQL: each function is a part of one transaction, whose first act was to prove the lease."""

from __future__ import annotations

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_faults import generation_moved, lease_lost
from flyteops.adapters.registry_reading import Domain, lineage_of, revisions_of
from flyteops.adapters.registry_seal import seal_of
from flyteops.adapters.registry_tables import Database
from flyteops.model.digest import canonical
from flyteops.model.state import Effect, Fence, ObjectRef, PointerChange, Revision
from flyteops.model.wire import ENTITY_WIRE

Changes = tuple[PointerChange, ...]


def touch(database: Database, fence: Fence, *, now_ms: int) -> None:
    """Proves and renews the lease, or refuses."""
    if database.execute(sql.TOUCH_LEASE, (now_ms, fence.name, fence.holder, fence.epoch)).fetchone() is None:
        row = database.execute(sql.GET_LEASE, (fence.name,)).fetchone()
        raise lease_lost(fence.name, row[0] if row else "")


def put_intents(database: Database, domain: Domain, fence: Fence, *, operation: str, changes: Changes) -> None:
    """One journal row per change, in the order of the changes."""
    rows = [
        (operation, step, *domain.key, str(change.entity), _digest(change), change.action, fence.epoch)
        for step, change in enumerate(changes)
    ]
    database.executemany(sql.PUT_INTENT, rows)
    database.execute(sql.DROP_INTENTS_FROM, (*domain.key, operation, len(changes)))


def put_records(database: Database, changes: Changes) -> None:
    """The new entity records; what is there already stays."""
    rows = [
        (record.digest, change.entity.kind, ENTITY_WIRE[change.entity.kind], canonical(record.payload).decode())
        for change in changes
        if (record := change.record) is not None
    ]
    database.executemany(sql.PUT_ENTITY, rows)


def move_head(database: Database, domain: Domain, fence: Fence, *, expected: int) -> int:
    """Compare-and-swap of the generation; the new one."""
    database.execute(sql.FIRST_HEAD, (*domain.key, fence.epoch))
    moved = database.execute(sql.MOVE_HEAD, (fence.epoch, *domain.key, expected, fence.epoch)).fetchone()
    if moved is None:
        newest = next(iter(revisions_of(database, domain, 1)), None)
        raise generation_moved(domain.name, expected, newest)
    return int(moved[0])


def put_revision(database: Database, domain: Domain, generation: int, *, operation: str, revision: Revision) -> None:
    """The row of this apply, unsealed yet."""
    row = (*domain.key, generation, operation, revision.commit, int(revision.dirty))
    parent = (*domain.key, generation - 1)
    made = (revision.plan_digest, revision.actor, revision.tool, revision.created_ms)
    database.execute(sql.PUT_REVISION, (*row, *parent, *made))


def move_pointers(database: Database, domain: Domain, generation: int, *, changes: Changes) -> None:
    """First what is left behind, then what is pointed at: a name that was moved away may be given anew at once."""
    left = [change.entity for change in changes if change.record is None]
    left += [old for change in changes if (old := change.previous) is not None and old != change.entity]
    database.executemany(sql.ARCHIVE, [(generation, *domain.key, entity.kind, entity.name) for entity in left])
    for change in changes:
        entity, record = change.entity, change.record
        if record is not None:
            database.execute(sql.POINT, (*domain.key, entity.kind, entity.name, record.digest, generation))
        previous = str(change.previous) if change.previous else None
        told = (_digest(change), change.action, previous)
        database.execute(sql.PUT_HISTORY, (*domain.key, entity.kind, entity.name, generation, *told))


def put_seal(database: Database, domain: Domain) -> None:
    """Seals the newest generation over what its snapshot will tell."""
    newest = revisions_of(database, domain, 1)[0]
    pointers = database.execute(sql.GET_POINTERS, domain.key).fetchall()
    seal = seal_of(domain.key, lineage=lineage_of(database), revision=newest, pointers=pointers)
    database.execute(sql.PUT_SEAL, (seal, *domain.key, newest.generation))


def put_effects(
    database: Database, domain: Domain, fence: Fence, *, operation: str, effects: tuple[Effect, ...]
) -> None:
    """One row per effect, state `intent`."""
    rows = [
        (
            *domain.key,
            operation,
            effect.action,
            *_names(effect.ref),
            effect.step,
            effect.address,
            effect.digest,
            effect.uid,
            fence.epoch,
        )
        for effect in effects
    ]
    database.executemany(sql.PUT_EFFECT, rows)


def confirm_effect(database: Database, domain: Domain, *, operation: str, effect: Effect, uid: str) -> None:
    """The effect's row is confirmed, what earlier applies intended with the object is settled, its record follows."""
    names = _names(effect.ref)
    known = database.execute(sql.CONFIRM_EFFECT, (uid, *domain.key, operation, effect.action, *names)).fetchone()
    if known is None:
        raise ValueError(f"{effect.action} {effect.ref} is confirmed without an intent")
    database.execute(sql.SETTLE_EARLIER, (*domain.key, *names, operation, effect.step))
    if effect.action == "apply":
        database.execute(sql.PUT_OBJECT, (*domain.key, *names, effect.digest, uid, effect.address))
    else:
        database.execute(sql.DROP_OBJECT, (*domain.key, *names))


def _names(ref: ObjectRef) -> tuple[str, str, str, str]:
    return ref.api_version, ref.kind, ref.namespace, ref.name


def _digest(change: PointerChange) -> str | None:
    return change.record.digest if change.record else None
