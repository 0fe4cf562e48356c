"""Reading a registry in SQL: rows into values, each checked against its digest or its seal. Writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_faults import no_longer_whole, not_a_registry
from flyteops.adapters.registry_seal import Replay, listed, seal_of
from flyteops.adapters.registry_tables import Database
from flyteops.model.digest import JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId, Kind
from flyteops.model.referring import Referrer, referred_place, referrer_of
from flyteops.model.state import Effect, EntityRecord, ObjectRecord, ObjectRef, Revision, Snapshot

EntityRow = tuple[str, str, str, str | None, str | None]
"""kind, name, digest, wire, payload; the last two None when the record is missing."""


@frozen
class Domain:
    """Which rows: one project and domain of the registry at `where`."""

    where: str
    project: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """The first two columns of most tables."""
        return self.project, self.name


def lineage_of(database: Database) -> str:
    """The name of the registry for life."""
    return str(dict(database.execute(sql.GET_META).fetchall())["lineage"])


def has_effects(database: Database) -> bool:
    """Whether the tables of cluster objects are there: a reader migrates nothing."""
    return int(dict(database.execute(sql.GET_META).fetchall())["schema_version"]) >= sql.EFFECTS_SINCE


def unfinished_of(database: Database, domain: Domain) -> tuple[str, ...]:
    """Operations with something intended that was neither published, confirmed nor superseded."""
    found = {row[0] for row in database.execute(sql.UNFINISHED, domain.key).fetchall()}
    if has_effects(database):
        found |= {row[0] for row in database.execute(sql.OPEN_EFFECTS, domain.key).fetchall()}
    return tuple(sorted(found))


def snapshot_of(database: Database, domain: Domain) -> Snapshot:
    """The newest generation; refuses what does not fit its seal."""
    lineage = lineage_of(database)
    head = database.execute(sql.GET_HEAD, domain.key).fetchone()
    newest = next(iter(revisions_of(database, domain, 1)), None)
    generation = head[0] if head else 0
    if generation != (newest.generation if newest else 0):
        raise not_a_registry(domain.where, "its head and its last revision differ")
    rows = database.execute(sql.GET_ENTITIES, domain.key).fetchall()
    if newest:
        sealed = seal_of(domain.key, lineage=lineage, revision=newest, pointers=[row[:3] for row in rows])
        if stored_seal(database, domain, generation) != sealed:
            raise not_a_registry(domain.where, f"its pointers do not match the seal of generation {generation}")
    found = _snapshot(domain, lineage, generation, revision=newest, rows=rows)
    return replace(found, referrers=referrers_of(database, domain))


def referrers_of(database: Database, domain: Domain) -> tuple[Referrer, ...]:
    """Tasks of others that stand for tasks of this domain. A record that does not fit its digest is theirs to mend."""
    found = []
    for project, name_of_domain, name, digest, wire, payload in database.execute(
        sql.GET_REFERRERS, (sql.REFERS, *domain.key)
    ).fetchall():
        if record_digest(wire, payload) != digest:
            continue
        content: JsonObject = json.loads(payload)
        referrer = referrer_of(project, name_of_domain, name, content)
        if referrer is not None and referred_place(content) == domain.key:
            found.append(referrer)
    return tuple(sorted(found, key=str))


def snapshot_at(database: Database, domain: Domain, generation: int) -> Snapshot | None:
    """An older generation, replayed from the history of pointers; None when there is none such."""
    row = database.execute(sql.GET_REVISION, (*domain.key, generation)).fetchone()
    if row is None:
        return None
    revision, lineage = _revision(row), lineage_of(database)
    pointers = listed(Replay(database.execute(sql.GET_HISTORY, domain.key).fetchall()).up_to(generation))
    if stored_seal(database, domain, generation) != seal_of(
        domain.key, lineage=lineage, revision=revision, pointers=pointers
    ):
        raise not_a_registry(domain.where, f"the history of its pointers does not match the seal of {generation}")
    rows: list[EntityRow] = []
    for kind, name, digest in pointers:
        record = database.execute(sql.GET_RECORD, (digest,)).fetchone()
        if record is None:
            raise no_longer_whole(domain.name, generation, f"{kind}/{name}")
        rows.append((kind, name, digest, *record))
    return _snapshot(domain, lineage, generation, revision=revision, rows=rows)


def stored_seal(database: Database, domain: Domain, generation: int) -> str:
    """The seal that publishing wrote."""
    return str(database.execute(sql.GET_SEAL, (*domain.key, generation)).fetchone()[0])


def _snapshot(
    domain: Domain, lineage: str, generation: int, *, revision: Revision | None, rows: Iterable[EntityRow]
) -> Snapshot:
    entities, kinds = {}, {kind.value: kind for kind in Kind}
    for kind, name, digest, wire, payload in sorted(rows):
        entity = EntityId(kinds[kind], name)
        entities[entity] = EntityRecord(digest=digest, text=_checked(domain, entity, digest, wire, payload))
    return Snapshot(
        lineage=lineage,
        project=domain.project,
        domain=domain.name,
        generation=generation,
        entities=entities,
        revision=revision,
    )


def record_digest(wire: str, payload: str) -> str:
    """The digest that names a record; the same as `digest_of(wire, content)`, over the text that was kept."""
    return hashlib.sha256(f"{wire}\0{payload}\0".encode()).hexdigest()


def _checked(domain: Domain, entity: EntityId, digest: str, wire: str | None, payload: str | None) -> str:
    """The record's text, checked against its own digest: a flipped bit is never planned against."""
    if wire is None or payload is None:
        raise not_a_registry(domain.where, f"the record of {entity} is missing")
    if record_digest(wire, payload) != digest:
        raise not_a_registry(domain.where, f"the record of {entity} does not match its digest")
    return payload


def revisions_of(database: Database, domain: Domain, limit: int) -> tuple[Revision, ...]:
    """The newest revisions first."""
    return tuple(map(_revision, database.execute(sql.GET_REVISIONS, (*domain.key, limit)).fetchall()))


def _revision(row: tuple[int, str, int, str, str, str, int]) -> Revision:
    generation, commit, dirty, plan_digest, actor, tool, created_ms = row
    return Revision(
        generation=generation,
        commit=commit,
        dirty=bool(dirty),
        plan_digest=plan_digest,
        actor=actor,
        tool=tool,
        created_ms=created_ms,
    )


def counts_of(database: Database, domain: Domain, limit: int) -> Mapping[int, Mapping[str, int]]:
    """For the newest generations: how often each action stands in the history of pointers."""
    head = database.execute(sql.GET_HEAD, domain.key).fetchone()
    found: dict[int, dict[str, int]] = {}
    since = (head[0] if head else 0) - limit
    for generation, action, count in database.execute(sql.GET_COUNTS, (*domain.key, since)).fetchall():
        found.setdefault(generation, {})[action] = count
    return found


def objects_of(database: Database, domain: Domain) -> tuple[ObjectRecord, ...]:
    """The cluster objects that the registry owns, sorted by reference."""
    if not has_effects(database):
        return ()
    rows = database.execute(sql.GET_OBJECTS, domain.key).fetchall()
    return tuple(
        ObjectRecord(ref=_ref(*row[:4]), digest=row[4], uid=row[5], address=row[6])
        for row in sorted(rows, key=lambda row: row[:4])
    )


def open_effects_of(database: Database, domain: Domain) -> tuple[tuple[str, Effect], ...]:
    """Effects with an intent and no confirmation, by operation and step."""
    if not has_effects(database):
        return ()
    rows = database.execute(sql.OPEN_EFFECTS, domain.key).fetchall()
    return tuple(
        (
            operation,
            Effect(
                step=step,
                action=action,
                ref=_ref(api_version, kind, namespace, name),
                address=address,
                digest=digest,
                uid=uid,
            ),
        )
        for operation, step, action, api_version, kind, namespace, name, address, digest, uid in sorted(rows)
    )


def _ref(api_version: str, kind: str, namespace: str, name: str) -> ObjectRef:
    return ObjectRef(api_version=api_version, kind=kind, namespace=namespace, name=name)
