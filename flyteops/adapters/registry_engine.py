"""The registry over any engine that takes our SQL; what it promises is written in `ports/registry.py`."""

from __future__ import annotations

from collections.abc import Mapping

from flyteops.adapters import registry_reading as reading
from flyteops.adapters import registry_sql as sql
from flyteops.adapters import registry_verifying as verifying
from flyteops.adapters import registry_writing as writing
from flyteops.adapters.registry_faults import lease_held, moment, no_generation
from flyteops.adapters.registry_reading import Domain
from flyteops.adapters.registry_tables import Database, Engine
from flyteops.model.errors import OutsideFailed
from flyteops.model.state import Effect, Fence, Garbage, Misfit, ObjectRecord, PointerChange, Revision, Snapshot


class SqlRegistry:
    """A registry for `project` in the tables of an engine."""

    def __init__(self, engine: Engine, *, project: str) -> None:
        self._engine = engine
        self._project = project

    def _domain(self, name: str) -> Domain:
        return Domain(where=self._engine.where, project=self._project, name=name)

    def _fenced(self, fence: Fence) -> Domain:
        return self._domain(fence.name.removeprefix(f"{self._project}/"))

    # ------------------------------------------------------------------------------------------- reading

    def snapshot(self, domain: str) -> Snapshot:
        """One consistent snapshot; generation 0 and no lineage when there is no registry yet."""
        empty = Snapshot(lineage="", project=self._project, domain=domain, generation=0)
        return reading.Records(self._engine, self._domain(domain)).snapshot() or empty

    def lineage(self) -> str:
        """The name of the registry for life; empty when there is none yet. Reads nothing else."""
        return self._engine.reading(reading.lineage_of, otherwise="")

    def snapshot_at(self, domain: str, generation: int) -> Snapshot:
        """The pointers of an older generation with their records; `Refused` when it is not there or not whole."""
        where = self._domain(domain)

        def read(database: Database) -> Snapshot | None:
            return reading.snapshot_at(database, where, generation)

        found = self._engine.reading(read, otherwise=None)
        if found is None:
            raise no_generation(domain, generation, newest=self.snapshot(domain).generation)
        return found

    def history(self, domain: str, limit: int) -> tuple[Revision, ...]:
        """The newest revisions first."""
        where = self._domain(domain)
        return self._engine.reading(lambda database: reading.revisions_of(database, where, limit), otherwise=())

    def unfinished(self, domain: str) -> tuple[str, ...]:
        """Operations with an intent that was neither published nor superseded."""
        where = self._domain(domain)
        return self._engine.reading(lambda database: reading.unfinished_of(database, where), otherwise=())

    def objects(self, domain: str) -> tuple[ObjectRecord, ...]:
        """The cluster objects this registry owns in the domain, sorted by reference."""
        where = self._domain(domain)
        return self._engine.reading(lambda database: reading.objects_of(database, where), otherwise=())

    def open_effects(self, domain: str) -> tuple[tuple[str, Effect], ...]:
        """Effects with an intent and no confirmation, each with its operation."""
        where = self._domain(domain)
        return self._engine.reading(lambda database: reading.open_effects_of(database, where), otherwise=())

    # ------------------------------------------------------------------------------------------- writing

    def prepare(self) -> str:
        """Creates the registry when there is none, migrates an older one; returns its lineage."""
        return self._engine.prepare()

    def take_lease(self, domain: str, *, holder: str, ttl_ms: int) -> Fence:
        """Takes or takes over an expired lease; `Refused` when someone else holds it."""
        name = f"{self._project}/{domain}"

        def take(database: Database) -> int:
            now = self._engine.now_ms(database)
            taken = database.execute(sql.TAKE_LEASE, (name, holder, now + ttl_ms, ttl_ms, now)).fetchone()
            if taken is None:
                holding, until_ms = database.execute(sql.GET_LEASE, (name,)).fetchone()
                raise lease_held(name, holding, until=moment(until_ms))
            return int(taken[0])

        return Fence(holder=holder, epoch=self._engine.writing(take), name=name)

    def release_lease(self, fence: Fence) -> None:
        """Gives the lease back; silent when it was lost meanwhile."""

        def release(database: Database) -> None:
            database.execute(sql.RELEASE_LEASE, (fence.name, fence.holder, fence.epoch))

        self._engine.writing(release)

    def _touch(self, database: Database, fence: Fence) -> None:
        writing.touch(database, fence, now_ms=self._engine.now_ms(database))

    def intend(self, fence: Fence, operation: str, changes: tuple[PointerChange, ...]) -> None:
        """Writes one journal row per change, state `intent`, and the new entity records. Safe to repeat."""

        def write(database: Database) -> None:
            self._touch(database, fence)
            writing.put_records(database, changes)
            writing.put_intents(database, self._fenced(fence), fence, operation=operation, changes=changes)

        self._engine.writing(write)

    def intend_effects(self, fence: Fence, operation: str, effects: tuple[Effect, ...]) -> None:
        """Writes one journal row per effect, state `intent`, before anything outside is touched. Safe to repeat."""

        def write(database: Database) -> None:
            self._touch(database, fence)
            writing.put_effects(database, self._fenced(fence), fence, operation=operation, effects=effects)

        self._engine.writing(write)

    def confirm_effect(self, fence: Fence, operation: str, effect: Effect, *, uid: str) -> None:
        """The effect was seen in the cluster: confirms its row and writes or takes away the object's record."""

        def write(database: Database) -> None:
            self._touch(database, fence)
            writing.confirm_effect(database, self._fenced(fence), operation=operation, effect=effect, uid=uid)

        self._engine.writing(write)

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
        """Moves the generation and all pointers in one transaction; see the port."""
        where = self._domain(domain)

        def write(database: Database) -> int:
            self._touch(database, fence)
            generation = writing.move_head(database, where, fence, expected=expected_generation)
            writing.put_revision(database, where, generation, operation=operation, revision=revision)
            writing.put_records(database, changes)
            writing.move_pointers(database, where, generation, changes=changes)
            writing.put_seal(database, where)
            database.execute(sql.CONFIRM, (*where.key, operation))
            database.execute(sql.SUPERSEDE, where.key)
            return generation

        published = self._published(where, operation)
        if published is not None:
            return published
        try:
            return self._engine.writing(write)
        except OutsideFailed:
            # The answer may have been lost after the commit was made: the operation's own row settles it.
            published = self._published(where, operation)
            if published is None:
                raise
            return published

    def _published(self, domain: Domain, operation: str) -> int | None:
        def generation(database: Database) -> int | None:
            row = database.execute(sql.GET_PUBLISHED, (*domain.key, operation)).fetchone()
            return int(row[0]) if row else None

        return self._engine.reading(generation, otherwise=None)

    # ---------------------------------------------------------------------------------------------- care

    def described(self) -> str:
        """The engine, its version and the place."""
        return self._engine.described()

    def counts(self, domain: str, limit: int) -> Mapping[int, Mapping[str, int]]:
        """For the newest generations: how many pointers each created, updated, moved and retired."""
        where = self._domain(domain)
        return self._engine.reading(lambda database: reading.counts_of(database, where, limit), otherwise={})

    def verify(self) -> tuple[Misfit, ...]:
        """Recomputes every digest and seal of the project, in all its domains; what does not fit."""
        where, project = self._engine.where, self._project
        return self._engine.reading(lambda database: verifying.misfits_of(database, where, project), otherwise=())

    def garbage(self, domain: str, keep: int) -> tuple[Garbage, ...]:  # noqa: ARG002 - records serve all domains
        """Records that no pointer, no open intent and none of the last `keep` revisions of any domain needs."""
        where, project = self._engine.where, self._project

        def read(database: Database) -> tuple[Garbage, ...]:
            return verifying.garbage_of(database, where, project, keep=keep)

        return self._engine.reading(read, otherwise=())

    def drop(self, fence: Fence, keep: int, garbage: tuple[Garbage, ...]) -> int:
        """Drops of the given what is still garbage; how many. Older generations are then no longer whole."""
        where, project = self._engine.where, self._project

        def write(database: Database) -> int:
            self._touch(database, fence)
            self._engine.keep_writers_out(database)
            return verifying.drop_garbage(database, where, project, keep=keep, given=garbage)

        return self._engine.writing(write)
