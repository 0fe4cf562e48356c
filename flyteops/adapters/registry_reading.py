"""Reading a registry in SQL: rows into values, each checked against its digest or its seal. Writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from flyteops.adapters import registry_sql as sql
from flyteops.adapters.registry_faults import no_longer_whole, not_a_registry
from flyteops.adapters.registry_seal import Replay, listed, seal_of
from flyteops.adapters.registry_tables import Database, Engine
from flyteops.model.digest import JsonObject
from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId, Kind
from flyteops.model.referring import Referrer, referred_place, referrer_of
from flyteops.model.state import Effect, EntityRecord, ObjectRecord, ObjectRef, Revision, Snapshot


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


class Records:
    """The payloads of a snapshot, read when somebody looks into one: a record never changes, and its digest names it,
    so that a later read gives what an earlier one would have given. The first is read alone, as a plan of one change
    needs one; whoever looks into a second is given all."""

    def __init__(self, engine: Engine, domain: Domain) -> None:
        self._engine = engine
        self._domain = domain
        self._names: dict[str, str] = {}
        self._generation = 0
        self._known: dict[str, str] = {}

    def snapshot(self) -> Snapshot | None:
        """The newest generation, None when there is no registry yet; refuses what does not fit its seal."""
        return self._engine.reading(self._snapshot, otherwise=None)

    def _snapshot(self, database: Database) -> Snapshot:
        domain, lineage = self._domain, lineage_of(database)
        head = database.execute(sql.GET_HEAD, domain.key).fetchone()
        newest = next(iter(revisions_of(database, domain, 1)), None)
        self._generation = head[0] if head else 0
        if self._generation != (newest.generation if newest else 0):
            raise not_a_registry(domain.where, "its head and its last revision differ")
        pointers = sorted(map(tuple, database.execute(sql.GET_POINTERS, domain.key).fetchall()))
        if newest:
            sealed = seal_of(domain.key, lineage=lineage, revision=newest, pointers=pointers)
            if stored_seal(database, domain, newest.generation) != sealed:
                why = f"its pointers do not match the seal of generation {newest.generation}"
                raise not_a_registry(domain.where, why)
        self._names = {digest: f"{kind}/{name}" for kind, name, digest in pointers}
        kinds = {kind.value: kind for kind in Kind}
        return Snapshot(
            lineage=lineage,
            project=domain.project,
            domain=domain.name,
            generation=self._generation,
            entities={
                EntityId(kinds[kind], name): EntityRecord(digest=digest, text=self) for kind, name, digest in pointers
            },
            revision=newest,
            referrers=referrers_of(database, domain),
        )

    def of(self, digest: str) -> str:
        """The text of a record, checked against its digest: a flipped bit is never planned against."""
        if digest not in self._known:
            self._known |= self._engine.reading(
                lambda database: self._read_all(database) if self._known else self._read(database, digest),
                otherwise=dict[str, str](),
            )
        if digest not in self._known:
            raise self._gone(digest)
        return self._known[digest]

    def _read_all(self, database: Database) -> dict[str, str]:
        """The texts of what the pointers name now; what they named then and is still there is added."""
        rows = database.execute(sql.GET_RECORDS, self._domain.key).fetchall()
        found = {row[0]: self._checked(*row) for row in rows if row[0] in self._names}
        for digest in self._names.keys() - found.keys():
            found |= self._read(database, digest)
        return found

    def _read(self, database: Database, digest: str) -> dict[str, str]:
        row = database.execute(sql.GET_RECORD, (digest,)).fetchone()
        return {} if row is None else {digest: self._checked(digest, *row)}

    def _checked(self, digest: str, wire: str, payload: str) -> str:
        return _checked(self._domain, self._names[digest], digest, wire, payload)

    def _gone(self, digest: str) -> Refused | OutsideFailed:
        """A record that is not there: dropped by a clean-up behind an apply meanwhile, or lost."""
        domain, name = self._domain, self._names[digest]
        head = self._engine.reading(
            lambda database: database.execute(sql.GET_HEAD, domain.key).fetchone(), otherwise=None
        )
        if head is not None and head[0] == self._generation:
            return not_a_registry(domain.where, f"the record of {name} is missing")
        return OutsideFailed(
            "registry",
            f"{domain.name} was applied to while it was read, and the record of {name} was dropped since",
            retryable=True,
            way_out="run the command again",
        )


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
    entities = {}
    for kind, name, digest in pointers:
        record = database.execute(sql.GET_RECORD, (digest,)).fetchone()
        if record is None:
            raise no_longer_whole(domain.name, generation, f"{kind}/{name}")
        text = _checked(domain, f"{kind}/{name}", digest, *record)
        entities[EntityId(Kind(kind), name)] = EntityRecord(digest=digest, text=text)
    return Snapshot(
        lineage=lineage,
        project=domain.project,
        domain=domain.name,
        generation=generation,
        entities=entities,
        revision=revision,
    )


def stored_seal(database: Database, domain: Domain, generation: int) -> str:
    """The seal that publishing wrote."""
    return str(database.execute(sql.GET_SEAL, (*domain.key, generation)).fetchone()[0])


def record_digest(wire: str, payload: str) -> str:
    """The digest that names a record; the same as `digest_of(wire, content)`, over the text that was kept."""
    return hashlib.sha256(f"{wire}\0{payload}\0".encode()).hexdigest()


def _checked(domain: Domain, name: str, digest: str, wire: str, payload: str) -> str:
    """The record's text, checked against its own digest: a flipped bit is never planned against."""
    if record_digest(wire, payload) != digest:
        raise not_a_registry(domain.where, f"the record of {name} does not match its digest")
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
