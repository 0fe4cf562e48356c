"""What every registry keeps: the one in memory and the one in SQLite pass the same class."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from flyteops.adapters import registry_sql
from flyteops.adapters.registry_file import connect
from flyteops.adapters.registry_postgres import PostgresRegistry
from flyteops.adapters.registry_rules import network_file_system
from flyteops.adapters.registry_sqlite import SqliteRegistry, refuse_embedded_in_ci
from flyteops.adapters.registry_store import StoreRegistry
from flyteops.adapters.store_file import FileStore
from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.state import ObjectRecord
from flyteops.ports.registry import KeptRegistry, Registry
from flyteops.ports.store import BlobStore
from tests import postgres, s3
from tests.postgres import Server

from .memory_registry import MemoryRegistry
from .memory_store import MemoryStore
from .records import (
    LEASE_MS,
    CountedIds,
    SetClock,
    create,
    make,
    move,
    record,
    retire,
    revision,
    stand_in,
    take_away,
    task,
    update,
)
from .test_store import in_bucket


def embedded(path: Path, *, clock: SetClock | None = None, project: str = "churn", **options: object) -> SqliteRegistry:
    return SqliteRegistry(
        path, project=project, clock=clock or SetClock(), ids=CountedIds(), tool="flyteops 0.1.0", **options
    )


def in_store(store: BlobStore, *, clock: SetClock | None = None, project: str = "churn") -> StoreRegistry:
    return StoreRegistry(
        store, project=project, clock=clock or SetClock(), ids=CountedIds(), tool="flyteops 0.1.0", wait=lambda _: None
    )


class Contract:
    """The promises of `ports/registry.py`."""

    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def registry(self, tmp_path: Path, clock: SetClock) -> Registry:
        raise NotImplementedError

    def applied(self, registry: Registry, *changes, operation: str = "op", expected: int = 0, commit: str = "c" * 40):
        registry.prepare()
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        registry.intend(fence, operation, changes)
        generation = registry.publish(
            fence, operation, "dev", expected_generation=expected, revision=revision(commit), changes=changes
        )
        registry.release_lease(fence)
        return generation

    def test_nothing_yet(self, registry):
        snapshot = registry.snapshot("dev")
        assert (snapshot.lineage, snapshot.generation, dict(snapshot.entities), snapshot.revision) == ("", 0, {}, None)
        assert registry.history("dev", 5) == ()
        assert registry.unfinished("dev") == ()

    def test_prepare_twice_keeps_the_lineage(self, registry):
        assert registry.prepare() == registry.prepare() == registry.snapshot("dev").lineage != ""

    def test_what_is_published_is_in_the_snapshot(self, registry):
        assert self.applied(registry, create("a"), create("b")) == 1
        snapshot = registry.snapshot("dev")
        assert snapshot.generation == 1
        assert dict(snapshot.entities) == {task("a"): record("a"), task("b"): record("b")}
        assert snapshot.revision == replace(revision(), generation=1)

    def test_a_user_in_another_domain_is_known_as_long_as_it_is_one(self, registry):
        self.applied(registry, create("a"))
        user = stand_in("far", project="churn", domain="dev", of="a")
        for number, change in enumerate((user, retire("far"))):
            fence = registry.take_lease("prod", holder="ann", ttl_ms=LEASE_MS)
            registry.publish(
                fence, f"op{number}", "prod", expected_generation=number, revision=revision(), changes=(change,)
            )
            registry.release_lease(fence)
            told = [(str(each), str(each.target), each.inputs) for each in registry.snapshot("dev").referrers]
            assert told == ([("churn/prod/task/far", "task/a", ("text",))] if number == 0 else [])
        assert registry.snapshot("prod").referrers == ()

    def test_update_retire_move(self, registry):
        self.applied(registry, create("a"), create("b"), create("c"))
        changes = (update("a", text="new"), retire("b"), move("c", "d"))
        assert self.applied(registry, *changes, operation="two", expected=1) == 2
        assert dict(registry.snapshot("dev").entities) == {task("a"): record("a", text="new"), task("d"): record("d")}

    def test_a_retired_name_may_come_back(self, registry):
        self.applied(registry, create("a"))
        self.applied(registry, retire("a"), operation="two", expected=1)
        assert dict(registry.snapshot("dev").entities) == {}
        self.applied(registry, create("a"), operation="three", expected=2)
        assert dict(registry.snapshot("dev").entities) == {task("a"): record("a")}

    def test_names_may_swap_by_moves(self, registry):
        self.applied(registry, create("a"))
        self.applied(registry, move("a", "b"), operation="two", expected=1)
        self.applied(registry, move("b", "a"), operation="three", expected=2)
        assert dict(registry.snapshot("dev").entities) == {task("a"): record("a")}

    @pytest.mark.parametrize("order", [1, -1])
    def test_a_name_that_was_moved_away_may_be_given_anew_at_once(self, registry, order):
        self.applied(registry, create("a"))
        changes = (move("a", "b"), create("a", text="another"))[::order]
        self.applied(registry, *changes, operation="two", expected=1)
        wanted = {task("a"): record("a", text="another"), task("b"): record("b")}
        assert dict(registry.snapshot("dev").entities) == wanted

    def test_domains_are_apart(self, registry):
        self.applied(registry, create("a"))
        assert registry.snapshot("production").generation == 0
        assert dict(registry.snapshot("production").entities) == {}

    def test_history_is_newest_first(self, registry):
        self.applied(registry, create("a"), commit="1" * 40)
        self.applied(registry, create("b"), operation="two", expected=1, commit="2" * 40)
        assert [each.commit[0] for each in registry.history("dev", 5)] == ["2", "1"]
        assert [each.generation for each in registry.history("dev", 1)] == [2]

    def test_publishing_again_answers_the_same(self, registry):
        self.applied(registry, create("a"))
        assert self.applied(registry, create("a")) == 1
        assert registry.snapshot("dev").generation == 1

    def test_an_operation_without_changes_moves_the_generation(self, registry):
        assert self.applied(registry) == 1

    def test_a_moved_generation_is_refused(self, registry):
        self.applied(registry, create("a"))
        with pytest.raises(Refused) as refused:
            self.applied(registry, create("b"), operation="two", expected=0)
        assert refused.value.code == "FO715"
        assert dict(registry.snapshot("dev").entities) == {task("a"): record("a")}

    def test_a_plan_from_a_future_generation_is_refused(self, registry):
        """A registry restored from an older backup."""
        with pytest.raises(Refused) as refused:
            self.applied(registry, create("b"), expected=7)
        assert refused.value.code == "FO715"

    def test_a_held_lease_is_refused(self, registry):
        registry.prepare()
        registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        with pytest.raises(Refused) as refused:
            registry.take_lease("dev", holder="bob", ttl_ms=LEASE_MS)
        assert refused.value.code == "FO713"
        assert refused.value.message.startswith("ann is applying")
        assert registry.take_lease("production", holder="bob", ttl_ms=LEASE_MS).epoch == 1

    def test_an_expired_lease_is_taken_over_and_fences_off(self, registry, clock):
        registry.prepare()
        old = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        clock.ms += LEASE_MS + 1
        new = registry.take_lease("dev", holder="bob", ttl_ms=LEASE_MS)
        assert new.epoch == old.epoch + 1
        for write in (
            lambda: registry.intend(old, "op", (create("a"),)),
            lambda: registry.publish(
                old, "op", "dev", expected_generation=0, revision=revision(), changes=(create("a"),)
            ),
        ):
            with pytest.raises(Refused) as refused:
                write()
            assert refused.value.code == "FO714"
        assert registry.snapshot("dev").generation == 0
        registry.release_lease(old)
        registry.intend(new, "op", (create("a"),))

    def test_epochs_never_come_again(self, registry):
        registry.prepare()
        first = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        registry.release_lease(first)
        second = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        assert second.epoch > first.epoch
        with pytest.raises(Refused):
            registry.intend(first, "op", (create("a"),))

    def test_a_released_lease_writes_nothing(self, registry):
        registry.prepare()
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        registry.release_lease(fence)
        with pytest.raises(Refused) as refused:
            registry.intend(fence, "op", (create("a"),))
        assert refused.value.code == "FO714"

    def test_writing_renews_the_lease(self, registry, clock):
        registry.prepare()
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        clock.ms += LEASE_MS * 3 // 4
        registry.intend(fence, "op", (create("a"),))
        clock.ms += LEASE_MS * 3 // 4
        with pytest.raises(Refused):
            registry.take_lease("dev", holder="bob", ttl_ms=LEASE_MS)

    def test_an_intent_is_unfinished_until_something_is_published(self, registry):
        registry.prepare()
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        registry.intend(fence, "op", (create("a"), create("b")))
        registry.intend(fence, "op", (create("a"),))
        assert registry.unfinished("dev") == ("op",)
        assert dict(registry.snapshot("dev").entities) == {}
        registry.release_lease(fence)
        self.applied(registry, create("c"), operation="two")
        assert registry.unfinished("dev") == ()

    # ------------------------------------------------------------------------------- objects of a cluster

    @pytest.fixture
    def fence(self, registry):
        registry.prepare()
        return registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)

    def test_no_objects_yet(self, registry):
        assert (registry.objects("dev"), registry.open_effects("dev")) == ((), ())

    def test_an_effect_is_open_until_it_was_seen(self, registry, fence):
        first, second = make("b", step=0), make("a", step=1)
        registry.intend_effects(fence, "op", (first, second))
        assert registry.open_effects("dev") == (("op", first), ("op", second))
        assert (registry.objects("dev"), registry.unfinished("dev")) == ((), ("op",))
        registry.confirm_effect(fence, "op", first, uid="u1")
        assert registry.open_effects("dev") == (("op", second),)
        registry.confirm_effect(fence, "op", second, uid="u2")
        registry.confirm_effect(fence, "op", second, uid="u2")
        assert registry.open_effects("dev") == ()
        assert registry.objects("dev") == (
            ObjectRecord(ref=second.ref, digest="d", uid="u2", address="task/a"),
            ObjectRecord(ref=first.ref, digest="d", uid="u1", address="task/b"),
        )
        assert registry.objects("production") == ()
        assert registry.unfinished("dev") == ()

    def test_a_deleted_object_has_no_record(self, registry, fence):
        made, gone = make("a"), take_away("a", uid="u1", step=1)
        registry.intend_effects(fence, "op", (made, gone))
        registry.confirm_effect(fence, "op", made, uid="u1")
        assert registry.open_effects("dev") == (("op", gone),)
        for _ in range(2):
            registry.confirm_effect(fence, "op", gone, uid="u1")
            assert (registry.objects("dev"), registry.open_effects("dev")) == ((), ())

    def test_an_object_is_replaced_by_a_delete_and_an_apply(self, registry, fence):
        gone, made = take_away("a", uid="u1"), make("a", step=1, digest="e")
        registry.intend_effects(fence, "op", (gone, made))
        registry.confirm_effect(fence, "op", gone, uid="u1")
        assert registry.open_effects("dev") == (("op", made),)
        registry.confirm_effect(fence, "op", made, uid="u2")
        assert registry.objects("dev") == (ObjectRecord(ref=made.ref, digest="e", uid="u2", address="task/a"),)

    def test_a_rerun_numbers_anew_and_loses_no_intent(self, registry, fence):
        registry.intend_effects(fence, "op", (make("a", step=0), make("b", step=1)))
        registry.confirm_effect(fence, "op", make("a", step=0), uid="u1")
        registry.intend_effects(fence, "op", (make("c", step=0),))
        assert registry.open_effects("dev") == (("op", make("c", step=0)), ("op", make("b", step=1)))
        registry.intend_effects(fence, "op", (make("b", step=2),))
        assert registry.open_effects("dev") == (("op", make("c", step=0)), ("op", make("b", step=2)))

    def test_intending_again_opens_again(self, registry, fence):
        """The object was taken away by hand and is made once more under the same operation."""
        registry.intend_effects(fence, "op", (make("a"),))
        registry.confirm_effect(fence, "op", make("a"), uid="u1")
        registry.intend_effects(fence, "op", (make("a"),))
        assert registry.open_effects("dev") == (("op", make("a")),)
        registry.confirm_effect(fence, "op", make("a"), uid="u2")
        assert [each.uid for each in registry.objects("dev")] == ["u2"]

    def test_seeing_an_object_settles_what_dead_applies_intended(self, registry, fence):
        registry.intend_effects(fence, "dead", (make("a"), make("b", step=1)))
        registry.intend_effects(fence, "op", (make("a", digest="e"),))
        registry.confirm_effect(fence, "op", make("a", digest="e"), uid="u1")
        assert registry.open_effects("dev") == (("dead", make("b", step=1)),)

    def test_an_effect_without_an_intent_is_a_bug(self, registry, fence):
        with pytest.raises(ValueError, match="apply Job/dev/a is confirmed without an intent"):
            registry.confirm_effect(fence, "op", make("a"), uid="u1")
        assert registry.objects("dev") == ()

    def test_effects_are_fenced(self, registry, fence, clock):
        registry.intend_effects(fence, "op", (make("a"),))
        clock.ms += LEASE_MS + 1
        registry.take_lease("dev", holder="bob", ttl_ms=LEASE_MS)
        for write in (
            lambda: registry.intend_effects(fence, "op", (make("b"),)),
            lambda: registry.confirm_effect(fence, "op", make("a"), uid="u1"),
        ):
            with pytest.raises(Refused) as refused:
                write()
            assert refused.value.code == "FO714"
        assert (registry.objects("dev"), registry.open_effects("dev")) == ((), (("op", make("a")),))

    def test_publishing_leaves_effects_open(self, registry, fence):
        registry.intend_effects(fence, "op", (make("a"),))
        self.applied(registry, create("a"))
        assert registry.open_effects("dev") == (("op", make("a")),)

    # -------------------------------------------------------------------------------- older generations

    def test_an_older_generation_is_told_whole(self, registry):
        self.applied(registry, create("a"), create("b"), create("c"), commit="1" * 40)
        before = registry.snapshot("dev")
        changes = (update("a", text="new"), retire("b"), move("c", "d"), create("c", text="another"))
        self.applied(registry, *changes, operation="two", expected=1)
        after = registry.snapshot("dev")
        self.applied(registry, operation="three", expected=2)
        self.applied(registry, retire("a"), operation="four", expected=3)
        assert registry.snapshot_at("dev", 1) == before
        assert registry.snapshot_at("dev", 2) == after
        assert registry.snapshot_at("dev", 3).entities == after.entities
        assert registry.snapshot_at("dev", 4) == registry.snapshot("dev")

    @pytest.mark.parametrize("generation", [0, -1, 2])
    def test_a_generation_that_never_was(self, registry, generation):
        self.applied(registry, create("a"))
        with pytest.raises(Refused) as refused:
            registry.snapshot_at("dev", generation)
        assert refused.value.code == "FO731"


class Kept(Contract):
    """The promises of a registry that lasts: it can be looked over and cleaned."""

    def three(self, registry: KeptRegistry) -> None:
        self.applied(registry, create("a"), create("b"))
        self.applied(registry, update("a", text="new"), retire("b"), operation="two", expected=1)
        self.applied(registry, update("a", text="newer"), operation="three", expected=2)

    def no_longer_whole(self, registry: KeptRegistry, generation: int) -> None:
        with pytest.raises(Refused) as refused:
            registry.snapshot_at("dev", generation)
        assert refused.value.code == "FO732"

    def test_changes_are_counted(self, registry):
        assert registry.counts("dev", 9) == {}
        self.three(registry)
        assert {at: dict(each) for at, each in registry.counts("dev", 2).items()} == {
            2: {"update": 1, "retire": 1},
            3: {"update": 1},
        }

    def test_a_sound_registry_has_no_misfits(self, registry, fence):
        assert registry.verify() == ()
        registry.intend_effects(fence, "op", (make("a"),))
        self.three(registry)
        assert registry.verify() == ()

    def test_what_kept_revisions_name_is_no_garbage(self, registry):
        self.three(registry)
        before = [registry.snapshot_at("dev", at) for at in (1, 2, 3)]
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        registry.drop(fence, 3, registry.garbage("dev", 3))
        assert [registry.snapshot_at("dev", at) for at in (1, 2, 3)] == before
        registry.drop(fence, 2, registry.garbage("dev", 2))
        assert [registry.snapshot_at("dev", at) for at in (2, 3)] == before[1:]
        self.no_longer_whole(registry, 1)
        assert (registry.verify(), registry.garbage("dev", 2)) == ((), ())
        assert [each.generation for each in registry.history("dev", 9)] == [3, 2, 1]

    def test_what_was_dropped_may_come_back(self, registry):
        self.three(registry)
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        garbage = registry.garbage("dev", 1)
        assert registry.drop(fence, 1, garbage) == len(garbage) > 0
        registry.release_lease(fence)
        self.applied(registry, create("b"), update("a", text="new"), operation="four", expected=3)
        assert dict(registry.snapshot("dev").entities) == {task("a"): record("a", text="new"), task("b"): record("b")}
        assert registry.verify() == ()

    def test_garbage_that_is_needed_again_is_not_dropped(self, registry):
        self.three(registry)
        garbage = registry.garbage("dev", 1)
        self.applied(registry, create("b"), operation="four", expected=3)
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        registry.drop(fence, 1, garbage)
        assert registry.snapshot("dev").entities[task("b")] == record("b")
        assert registry.verify() == ()

    def test_dropping_is_fenced(self, registry, clock):
        self.three(registry)
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        clock.ms += LEASE_MS + 1
        registry.take_lease("dev", holder="bob", ttl_ms=LEASE_MS)
        with pytest.raises(Refused) as refused:
            registry.drop(fence, 1, registry.garbage("dev", 1))
        assert refused.value.code == "FO714"
        assert registry.snapshot_at("dev", 1).generation == 1

    def test_what_another_domain_names_is_no_garbage(self, registry):
        self.three(registry)
        fence = registry.take_lease("production", holder="ann", ttl_ms=LEASE_MS)
        changes = (create("b"), create("a"))
        registry.publish(fence, "there", "production", expected_generation=0, revision=revision(), changes=changes)
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        registry.drop(fence, 1, registry.garbage("dev", 1))
        assert len(registry.snapshot("production").entities) == 2
        assert registry.verify() == ()

    def test_many_generations(self, registry):
        for at in range(20):
            self.applied(registry, create(f"t{at}"), operation=f"op{at}", expected=at)
        assert len(registry.snapshot("dev").entities) == 20
        assert len(registry.snapshot_at("dev", 7).entities) == 7
        assert registry.verify() == ()


class TestMemory(Contract):
    @pytest.fixture
    def registry(self, tmp_path, clock):
        return MemoryRegistry(project="churn", clock=clock)


class TestSqlite(Kept):
    @pytest.fixture
    def registry(self, tmp_path, clock):
        return embedded(tmp_path / "new" / "registry.db", clock=clock)

    def test_reading_makes_nothing(self, registry, tmp_path):
        registry.snapshot("dev")
        assert list(tmp_path.iterdir()) == []
        registry.prepare()
        registry.snapshot("dev")
        assert [path.name for path in (tmp_path / "new").iterdir()] == ["registry.db"]

    def test_projects_share_a_file(self, registry, tmp_path):
        self.applied(registry, create("a"))
        other = embedded(tmp_path / "new" / "registry.db", project="other")
        assert other.snapshot("dev").generation == 0
        assert other.prepare() == registry.prepare()
        self.applied(other, create("a"))
        assert registry.snapshot("dev").project == "churn"

    def test_the_refusals_say_what_happened(self, registry, clock):
        self.applied(registry, create("a"))
        with pytest.raises(Refused) as moved:
            self.applied(registry, create("b"), operation="two")
        assert (moved.value.message, moved.value.way_out) == (
            "the plan was made at generation 0 of dev; the registry is at generation 1 by commit cccccccccccc (ann)",
            "plan again and look at what changed",
        )
        with pytest.raises(Refused) as held:
            registry.take_lease("dev", holder="bob", ttl_ms=LEASE_MS)
        assert (held.value.message, held.value.way_out) == (
            "ann is applying to churn/dev and holds the lease until 2026-02-02 02:40:30 UTC",
            "wait until then and run the command again; a lease whose holder died ends by itself",
        )


class ServersClock:
    """The server measures leases by its own clock; time passes when what leases say is put back."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._ms = 0

    @property
    def ms(self) -> int:
        return self._ms

    @ms.setter
    def ms(self, value: int) -> None:
        passed = value - self._ms
        self._server.sql(f"UPDATE flyteops.lease SET until_ms = until_ms - {passed:d}")  # noqa: S608 - a number
        self._ms = value


class TestPostgres(Kept):
    @pytest.fixture
    def server(self):
        return postgres.required()

    @pytest.fixture
    def clock(self, server):
        return ServersClock(server)

    @pytest.fixture
    def registry(self, server):
        return PostgresRegistry(server.url, project="churn", ids=CountedIds(), tool="flyteops 0.1.0")

    def test_reading_makes_nothing(self, registry, server):
        registry.snapshot("dev")
        assert server.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'flyteops'") == [(0,)]

    def test_what_was_tampered_with_is_named(self, registry, server):
        made_of(registry)
        for change, told in TAMPERED:
            server.sql("SET search_path TO flyteops", "BEGIN", change, "COMMIT")
            assert named(registry) == told, change
            server.emptied()
            registry.prepare()
            made_of(registry)

    def test_an_old_registry_is_migrated(self, registry, server):
        server.sql((SNAPSHOTS / "registry-v1.postgres.sql").read_text("utf-8"))
        as_of_old(registry)

    def test_projects_share_a_database(self, registry, server):
        self.applied(registry, create("a"))
        other = PostgresRegistry(server.url, project="other", ids=CountedIds(), tool="flyteops 0.1.0")
        assert other.snapshot("dev").generation == 0
        assert other.prepare() == registry.prepare()
        self.applied(other, create("a"))
        assert registry.snapshot("dev").project == "churn"


class Stored(Kept):
    """What is particular to an object store."""

    def no_longer_whole(self, registry, generation):
        """Records lie in packs, and go when no kept state names their pack: after a while."""
        assert registry.snapshot_at("dev", generation).generation == generation

    def test_packs_go_when_states_have_moved_on(self, registry):
        for at in range(40):
            self.applied(registry, (update if at else create)("a", text=str(at)), operation=f"op{at}", expected=at)
        fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
        registry.drop(fence, 2, registry.garbage("dev", 2))
        assert registry.snapshot_at("dev", 39).entities == {task("a"): record("a", text="38")}
        super().no_longer_whole(registry, 1)
        assert (registry.verify(), len(registry.history("dev", 99))) == ((), 40)


class TestStoreInMemory(Stored):
    @pytest.fixture
    def registry(self, clock):
        return in_store(MemoryStore(), clock=clock)


class TestStoreInFiles(Stored):
    @pytest.fixture
    def registry(self, tmp_path, clock):
        return in_store(FileStore(tmp_path / "store"), clock=clock)

    def test_reading_makes_nothing(self, registry, tmp_path):
        registry.snapshot("dev")
        assert list(tmp_path.iterdir()) == []

    def test_what_was_tampered_with_is_named(self, registry, tmp_path):
        made_of(registry)
        below = tmp_path / "store" / "registry" / "v1" / "churn"
        for path in sorted((below / "dev").rglob("*")):
            if path.is_file():
                before = path.read_bytes()
                for damaged in (before[:-3], b"", before.replace(b"e", b"E"), b"[" * 100_000):
                    path.write_bytes(damaged)
                    assert named(registry), (path, damaged[:80])
                path.write_bytes(before)
        assert named(registry) == []
        (below / "dev" / "head").unlink()
        assert named(registry) == ["dev: its head is missing, and documents are there"]

    def test_an_old_registry_is_read_and_written(self, registry, tmp_path):
        for key, text in json.loads((SNAPSHOTS / "registry-v1.store.json").read_text("utf-8")).items():
            FileStore(tmp_path / "store").create(key, text.encode())
        assert (registry.snapshot("dev").generation, registry.verify()) == (2, ())
        assert registry.snapshot("dev").entities == {
            task("a"): record("a", text="new"),
            task("d"): record("d"),
        }
        assert [each.uid for each in registry.objects("dev")] == ["u1", "u1"]
        assert len(registry.open_effects("dev")) == 1
        assert self.applied(registry, create("e"), operation="later", expected=2) == 3
        assert (registry.verify(), registry.snapshot_at("dev", 1).entities[task("b")]) == ((), record("b"))


class TestStoreInBucket(Stored):
    """Over a real S3 server, where one is installed."""

    @pytest.fixture
    def registry(self, monkeypatch, clock):
        return in_store(in_bucket(s3.required(s3.seaweed()), monkeypatch), clock=clock)

    def test_a_server_that_ignores_conditions_is_refused(self, monkeypatch):
        registry = in_store(in_bucket(s3.required(s3.rclone()), monkeypatch))
        with pytest.raises(Refused) as refused:
            registry.prepare()
        assert refused.value.code == "FO734"
        assert refused.value.message.endswith(
            " does not keep the conditions of writes: it writes over an object that shall only be created "
            "(If-None-Match is ignored)"
        )


# ------------------------------------------------------------------------------------- old and tampered


SNAPSHOTS = Path(__file__).parent / "snapshots"
"""Registries as earlier versions left them; a new version of the tables adds one of the version before it."""


def as_of_old(registry: SqliteRegistry | PostgresRegistry) -> None:
    """What the stored registry of version 1 holds, before its tables are brought up to date and after."""
    held = {task("a"): record("a", text="new"), task("d"): record("d")}
    before = registry.snapshot("dev")
    assert (before.generation, registry.objects("dev"), registry.verify()) == (2, (), ())
    lineage = registry.prepare()
    after = registry.snapshot("dev")
    assert after == before
    assert (after.lineage, set(after.entities)) == (lineage, set(held))
    assert [each.generation for each in registry.history("dev", 9)] == [2, 1]
    assert set(registry.snapshot_at("dev", 1).entities) == {task("a"), task("b"), task("c")}
    assert Contract().applied(registry, create("e"), operation="later", expected=2) == 3
    made_of(registry, operation="seen")
    assert (registry.verify(), len(registry.objects("dev"))) == ((), 1)


def made_of(registry: Registry, *, operation: str = "op1") -> None:
    """Two generations of a new registry, or one more of an old; and an object in the cluster."""
    if registry.snapshot("dev").generation == 0:
        Contract().applied(registry, create("a"), create("b"))
        changes = (update("a", text="new"), move("b", "c"))
        Contract().applied(registry, *changes, operation=operation, expected=1)
    fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
    registry.intend_effects(fence, operation, (make("a"),))
    registry.confirm_effect(fence, operation, make("a"), uid="u1")
    registry.release_lease(fence)


def named(registry: KeptRegistry) -> list[str]:
    """What `registry verify` says, or that nothing can be read at all."""
    try:
        return [f"{each.where}: {each.message}" for each in registry.verify()]
    except (Refused, OutsideFailed) as refused:
        return [refused.message]


NEW = record("a", text="new").digest[:12]
TAMPERED = (
    (
        "UPDATE entity SET payload = replace(payload, 'new', 'old')",
        [f"task record {NEW}: its content has another digest"],
    ),
    (
        "UPDATE entity SET kind = 'quota' WHERE payload LIKE '%new%'",
        [f"quota record {NEW}: its content is of the form flyteops.task.v1"],
    ),
    (
        "UPDATE pointer SET digest = (SELECT digest FROM pointer WHERE name = 'c') WHERE name = 'a'",
        ["dev pointer task/a: it is not where its history says"],
    ),
    (
        "UPDATE revision SET actor = 'eve' WHERE generation = 1",
        ["dev generation 1: its revision or the history of its pointers does not match its seal"],
    ),
    (
        "UPDATE pointer_history SET action = 'create' WHERE action = 'move'",
        ["dev generation 2: what its history says of task/c does not go with 'create'"],
    ),
    (
        "DELETE FROM revision WHERE generation = 1",
        ["dev: its revisions are not those of generations 1 to that of its head"],
    ),
    (
        "UPDATE cluster_object SET uid = 'u2'",
        ["dev object Job dev/a: no effect on record made it as its record says"],
    ),
    (
        "DELETE FROM cluster_object",
        ["dev object Job dev/a: an effect made it, none took it away, and it has no record"],
    ),
    (
        "DELETE FROM effect",
        ["dev object Job dev/a: no effect on record made it as its record says"],
    ),
)


@pytest.mark.parametrize(("change", "told"), TAMPERED)
def test_what_was_tampered_with_is_named(path, change, told):
    registry = embedded(path)
    made_of(registry)
    changed(path, change)
    assert named(registry) == told


def test_an_old_registry_is_migrated(path):
    shutil.copyfile(SNAPSHOTS / "registry-v1.db", path)
    as_of_old(embedded(path))


# --------------------------------------------------------------------------------------------- one file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


@pytest.fixture
def filled(path: Path) -> SqliteRegistry:
    registry = embedded(path)
    Contract().applied(registry, create("a"), create("b"))
    return registry


def changed(path: Path, *statements: str) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        database.execute(statement)
    database.close()


def refusal(registry: SqliteRegistry) -> Refused:
    """Reading and preparing refuse alike, and write nothing."""
    before = registry._path.read_bytes()
    with pytest.raises(Refused) as writing:
        registry.prepare()
    with pytest.raises(Refused) as reading:
        registry.snapshot("dev")
    assert (reading.value.code, reading.value.message) == (writing.value.code, writing.value.message)
    assert registry._path.read_bytes() == before
    return reading.value


def test_a_newer_registry_is_refused(filled, path):
    changed(path, "UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    refused = refusal(filled)
    assert (refused.code, refused.way_out) == ("FO711", "upgrade flyteops")
    assert refused.message == f"the registry {path} has schema version 99; this flyteops knows versions up to 2"


def test_an_older_registry_is_migrated(filled, path, monkeypatch):
    before = filled.snapshot("dev")
    more = (*registry_sql.MIGRATIONS, ("CREATE TABLE later (id TEXT PRIMARY KEY) STRICT",))
    monkeypatch.setattr(registry_sql, "MIGRATIONS", more)
    monkeypatch.setattr(registry_sql, "SCHEMA_VERSION", 3)
    assert filled.prepare() == before.lineage
    assert filled.snapshot("dev") == before


def test_no_migration_under_a_live_lease(filled, path, monkeypatch):
    filled.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
    monkeypatch.setattr(registry_sql, "MIGRATIONS", (*registry_sql.MIGRATIONS, ()))
    monkeypatch.setattr(registry_sql, "SCHEMA_VERSION", 3)
    with pytest.raises(Refused) as refused:
        filled.prepare()
    assert refused.value.code == "FO713"


def test_a_text_file_is_refused(path):
    path.write_text("project: churn\n" * 100)
    assert refusal(embedded(path)).message == f"{path} cannot be used as a registry: file is not a database"


def test_another_programs_file_is_refused(path):
    changed(path, "CREATE TABLE photos (id INTEGER)")
    refused = refusal(embedded(path))
    assert refused.message == f"{path} cannot be used as a registry: it is an SQLite file of another program"


def test_an_empty_file_is_no_registry_yet(path):
    path.touch()
    assert embedded(path).snapshot("dev").lineage == ""
    assert embedded(path).prepare() != ""


def test_a_truncated_file_is_refused(filled, path):
    path.write_bytes(path.read_bytes()[: 3 * 4096])
    with pytest.raises(Refused) as refused:
        filled.snapshot("dev")
    assert refused.value.code == "FO712"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entity SET payload = replace(payload, 'description', 'desCription')",
        "UPDATE entity SET wire = 'flyteops.task.v2'",
        "UPDATE pointer SET name = 'z' WHERE name = 'a'",
        "UPDATE pointer SET digest = (SELECT digest FROM pointer WHERE name = 'b') WHERE name = 'a'",
        "UPDATE pointer SET archived = 1 WHERE name = 'a'",
        "UPDATE pointer SET kind = 'tbsk' WHERE name = 'a'",
        "UPDATE pointer SET domain = 'dew' WHERE name = 'a'",
        "UPDATE head SET generation = 5",
        "UPDATE head SET domain = 'dew'",
        "DELETE FROM revision",
        "UPDATE revision SET commit_id = 'x'",
        "UPDATE revision SET dirty = 1",
        "UPDATE meta SET value = 'other' WHERE key = 'lineage'",
        "DELETE FROM meta WHERE key = 'lineage'",
        "DELETE FROM entity",
        "DROP TABLE pointer",
        "UPDATE pointer SET name = CAST(x'ff' AS TEXT) WHERE name = 'a'",
    ],
)
def test_damage_is_found_never_planned_against(filled, path, damage):
    """What a snapshot tells is sealed; a record is checked when somebody looks into it."""
    changed(path, damage)
    with pytest.raises(Refused) as refused:
        looked_into(filled.snapshot("dev"))
    assert refused.value.code == "FO712"


def looked_into(snapshot) -> dict:
    return {entity: record.payload for entity, record in snapshot.entities.items()}


def test_one_record_is_read_alone_and_many_together(path):
    opened = []

    def counted(uri, busy_timeout_s):
        opened.append(uri)
        return connect(uri, busy_timeout_s)

    Contract().applied(embedded(path), create("a"), create("b"), create("c"))
    snapshot = embedded(path, connect=counted).snapshot("dev")
    first = next(iter(snapshot.entities.values()))
    assert first.payload == first.payload
    assert len(opened) == 2
    assert looked_into(snapshot) == looked_into(embedded(path).snapshot("dev"))
    assert len(opened) == 3


def test_a_snapshot_outlives_what_is_applied_behind_it(filled, path):
    """Its records are there still, and are what they were; of one that was dropped meanwhile it says so."""
    before, same = filled.snapshot("dev"), looked_into(filled.snapshot("dev"))
    Contract().applied(filled, update("a", text="another"), retire("b"), operation="later", expected=1)
    assert filled.snapshot("dev").generation == before.generation + 1
    assert looked_into(before) == same
    again = filled.snapshot("dev")
    changed(path, "DELETE FROM entity", "UPDATE head SET generation = generation + 1")
    with pytest.raises(OutsideFailed) as failed:
        looked_into(again)
    assert failed.value.message.startswith("dev was applied to while it was read, and the record of task/")
    assert failed.value.retryable


def test_a_file_in_wal_mode_is_switched_back(filled, path):
    changed(path, "PRAGMA journal_mode = WAL")
    filled.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
    assert sorted(each.name for each in path.parent.iterdir()) == ["registry.db"]


def test_a_locked_file_may_be_retried(filled, path):
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    waiting = embedded(path, busy_timeout_s=0.01)
    with pytest.raises(OutsideFailed) as failed:
        waiting.snapshot("dev")
    assert (failed.value.message, failed.value.retryable) == (f"{path} is locked by another process", True)
    blocker.close()


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("")
    registry = embedded(tmp_path / "file" / "registry.db")
    assert registry.snapshot("dev").lineage == ""
    with pytest.raises(OutsideFailed) as failed:
        registry.prepare()
    assert failed.value.way_out == (
        "make it and its folder readable and writable, or name another file in registry: of flyteops.yaml"
    )


def test_a_folder_in_place_of_the_file(path):
    path.mkdir()
    with pytest.raises(OutsideFailed) as failed:
        embedded(path).snapshot("dev")
    assert failed.value.message == f"{path} is a folder"


class LosesTheAnswer(sqlite3.Connection):
    """Commits, and then says that it failed."""

    def execute(self, statement, *parameters):
        cursor = super().execute(statement, *parameters)
        if statement == "COMMIT":
            failed = sqlite3.OperationalError("disk I/O error")
            failed.sqlite_errorname = "SQLITE_IOERR_DIR_FSYNC"
            raise failed
        return cursor


def lossy(uri: str, busy_timeout_s: float) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=busy_timeout_s, factory=LosesTheAnswer)


def test_a_lost_answer_is_settled_by_reading_again(filled, path):
    fence = filled.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
    filled.intend(fence, "two", (retire("a"),))
    unlucky = embedded(path, connect=lossy)
    given = {"expected_generation": 1, "revision": revision(), "changes": (retire("a"),)}
    assert unlucky.publish(fence, "two", "dev", **given) == 2
    assert dict(filled.snapshot("dev").entities) == {task("b"): record("b")}


def test_a_path_with_odd_letters(tmp_path):
    registry = embedded(tmp_path / "a?mode=ro#x %41" / "r.db", connect=connect)
    registry.prepare()
    assert [each.name for each in tmp_path.iterdir()] == ["a?mode=ro#x %41"]


@pytest.mark.parametrize(("lineage", "ci"), [("i1", "true"), ("", ""), ("", "false"), ("", None)])
def test_the_rule_for_ci_passes(lineage, ci):
    refuse_embedded_in_ci(lineage, environ={} if ci is None else {"CI": ci})


def test_the_rule_for_ci_refuses():
    with pytest.raises(Refused) as refused:
        refuse_embedded_in_ci("", environ={"CI": "true"})
    assert refused.value.message == (
        "there is no registry yet, and a CI job (CI=true) is no place to begin an embedded one: "
        "the file would vanish with the job, and the next one would plan everything as new"
    )


def test_network_file_systems_are_known():
    mounts = "/dev/a / ext4 rw\nhost:/x /home nfs4 rw\n/dev/b /home/local ext4 rw\na /my\\040disk cifs rw\n"
    assert network_file_system("/home/ann/.flyteops/r.db", mounts) == "nfs4"
    assert network_file_system("/home/local/r.db", mounts) == ""
    assert network_file_system("/homes/r.db", mounts) == ""
    assert network_file_system("/my disk/r.db", mounts) == "cifs"
