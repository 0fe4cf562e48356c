"""F01, F02: killed at every call to registry and cluster, before and after it, the same command converges (P1-P4)."""

from __future__ import annotations

import copy
import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from flyteops.adapters.cluster_files import FilesCluster
from flyteops.adapters.registry_sqlite import SqliteRegistry
from flyteops.reconcile import LINEAGE
from tests.contract.memory_cluster import MemoryCluster
from tests.contract.memory_registry import MemoryRegistry
from tests.contract.records import LEASE_MS, CountedIds, SetClock

from .counting import LONG, parts
from .deploying import DOMAIN, ONE, PROGRAMS, Around, Dead, Points, converged, deploy, objects_in

PARTS = parts(200)
"""`make faults FLYTEOPS_KILLS=10000`: so many kills, several in a row, at random places."""
PATHS = (("one",), ("one", "two"), ("one", "three"), *([("one", "two", "one")] if LONG else []))
"""Programs applied one after the other, the last of them killed; the way back is what a rollback takes."""


class World:
    """A registry, a cluster, a clock: all that outlives a process."""

    def __init__(self) -> None:
        self.clock, self.ids = SetClock(), CountedIds()
        self.registry = MemoryRegistry(project="churn", clock=self.clock)
        self.cluster = MemoryCluster(ids=self.ids)

    def run(self, name: str, points: Points | None = None, *, parallelism: int = 1) -> bool:
        """One process; whether it lived to its end."""
        points = points or Points()
        registry, cluster = points.around(self.registry), points.around(self.cluster)
        try:
            deploy(PROGRAMS[name], registry, cluster, clock=self.clock, ids=self.ids, parallelism=parallelism)
        except Dead:
            self.clock.ms += LEASE_MS + 1
            return False
        return True

    def sound(self) -> None:
        """P2 at every moment: an object with our mark has an intent or a record."""
        records = {each.ref for each in self.registry.objects(DOMAIN)}
        intended = (
            {effect.ref for effect, _ in self.registry._domains.get(DOMAIN).effects.values()} if records else set()
        )
        for ref, live in objects_in(self.cluster).items():
            if live.annotation(LINEAGE):
                assert ref in records | intended


def prepared(path: tuple[str, ...]) -> World:
    world = World()
    for name in path[:-1]:
        assert world.run(name)
    return world


@pytest.mark.parametrize("path", PATHS, ids="-".join)
def test_killed_at_every_call(path, counts):
    before = prepared(path)
    whole = Points()
    assert copy.deepcopy(before).run(path[-1], whole)
    assert whole.passed > 60
    for at in range(1, whole.passed + 1):
        world = copy.deepcopy(before)
        assert not world.run(path[-1], Points(at=at))
        world.sound()
        # P5: a reader sees the old revision or the new one.
        assert world.registry.snapshot(DOMAIN).generation in (len(path) - 1, len(path))
        assert world.run(path[-1]), whole.seen[at - 1]
        converged(PROGRAMS[path[-1]], world.registry, world.cluster)
        counts.add(kills=1, converged=1)
        again = Points()
        assert world.run(path[-1], again)
        assert [each for each in again.seen if each.startswith("before")] == [
            "before snapshot", "before objects", "before open_effects",
        ]  # fmt: skip


@pytest.mark.parametrize("other", ["one", "three"])
def test_killed_and_then_something_else_is_applied(other, counts):
    before = prepared(("one", "two"))
    whole = Points()
    assert copy.deepcopy(before).run("two", whole)
    for at in range(1, whole.passed + 1, 1 if LONG else 3):
        world = copy.deepcopy(before)
        assert not world.run("two", Points(at=at))
        assert world.run(other)
        converged(PROGRAMS[other], world.registry, world.cluster)
        counts.add(kills=1, converged=1)


@pytest.mark.parametrize("part", range(len(PARTS)))
def test_killed_again_and_again(part, counts):
    """Several deaths in a row, at random places of random programs, until one apply lives."""
    seed = counts.seed = counts.seed + part
    chance, kills, world = random.Random(seed), 0, World()  # noqa: S311
    while kills < PARTS[part]:
        name = chance.choice(sorted(PROGRAMS))
        parallelism = chance.choice((1, 4))
        for _ in range(chance.randint(1, 5)):
            kills += not world.run(name, Points(at=chance.randint(1, 90)), parallelism=parallelism)
            world.sound()
        assert world.run(name), f"FLYTEOPS_SEED={seed}, kill {kills}"
        converged(PROGRAMS[name], world.registry, world.cluster)
        counts.add(converged=1)
        if kills % 50 == 0:
            world = World()
    counts.add(kills=kills)


# ------------------------------------------------------------------------------- real processes, real files


class Killing:
    """Ends the process for real at the n-th point."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def point(self, name: str) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def on_disk(folder: Path, point: Callable[[str], None] | None = None):
    """Registry in SQLite, cluster in a folder; with a point at every SQL statement and every call to the cluster."""
    clock, ids = SetClock(), Fresh()

    class Connection(sqlite3.Connection):
        def execute(self, statement, *parameters):
            if point:
                point(statement)
            return super().execute(statement, *parameters)

    def connect(uri: str, busy_timeout_s: float) -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=busy_timeout_s, factory=Connection)

    registry = SqliteRegistry(folder / "r.db", project="churn", clock=clock, ids=ids, tool="t", connect=connect)
    cluster = FilesCluster(folder / "cluster", ids=ids)
    return registry, Around(cluster, point) if point else cluster, clock, ids


class Fresh:
    """Identifiers that no earlier process gave."""

    def fresh(self) -> str:
        return f"i{os.urandom(9).hex()}x"


def in_a_process(folder: Path, name: str, kill_at: int) -> int:
    """One apply in a forked child: its exit code, or minus its signal; a later clock than any lease before it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            killing = Killing(kill_at)
            registry, cluster, clock, ids = on_disk(folder, killing.point)
            clock.ms += LEASE_MS * (2 + len(list(folder.glob("run-*"))))
            (folder / f"run-{os.getpid()}").touch()
            deploy(PROGRAMS[name], registry, cluster, clock=clock, ids=ids)
            (folder / "points").write_text(str(killing.passed))
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


SLICES = 16 if LONG else 1
"""Every point of the long run, in slices that run side by side."""


def points_of_two(folder: Path) -> int:
    """How many points an apply of `two` over `one` has."""
    folder.mkdir()
    assert in_a_process(folder, "one", 0) == 0
    assert in_a_process(folder, "two", 0) == 0
    return int((folder / "points").read_text())


@pytest.mark.parametrize("part", range(SLICES))
def test_a_killed_process_leaves_files_that_the_next_one_finishes(tmp_path, part, counts):
    points = points_of_two(tmp_path / "first")
    every = 1 if LONG else max(points // 40, 1)
    for at in range(1 + part * every, points + 1, SLICES * every):
        folder = tmp_path / f"at-{at}"
        folder.mkdir()
        assert in_a_process(folder, "one", 0) == 0
        assert in_a_process(folder, "two", at) == -signal.SIGKILL
        assert in_a_process(folder, "two", 0) == 0
        registry, cluster, _, _ = on_disk(folder)
        converged(PROGRAMS["two"], registry, cluster)
        counts.add(sigkills=1, converged=1)
        shutil.rmtree(folder)


REAL = parts(20)


@pytest.mark.parametrize("part", range(len(REAL)))
def test_a_process_killed_again_and_again_leaves_what_the_next_one_finishes(tmp_path, part, counts):
    """SIGKILL several times in a row, at random points of random programs, over one registry until an apply lives."""
    points = points_of_two(tmp_path / "first")
    seed = counts.seed = counts.seed + part
    chance, kills, world = random.Random(seed), 0, 0  # noqa: S311
    while kills < REAL[part]:
        folder = tmp_path / f"world-{world}"
        folder.mkdir(exist_ok=True)
        name = chance.choice(sorted(PROGRAMS))
        for _ in range(chance.randint(1, 5)):
            ended = in_a_process(folder, name, chance.randint(1, points))
            # One that lived had fewer points than chance asked for: there was less left to do.
            assert ended in (0, -signal.SIGKILL), f"FLYTEOPS_SEED={seed}, kill {kills}"
            kills += ended != 0
        assert in_a_process(folder, name, 0) == 0, f"FLYTEOPS_SEED={seed}, kill {kills}"
        registry, cluster, _, _ = on_disk(folder)
        converged(PROGRAMS[name], registry, cluster)
        assert registry.verify() == ()
        counts.add(converged=1)
        if chance.random() < 0.1:
            shutil.rmtree(folder)
            world += 1
    counts.add(sigkills=kills)


def test_the_objects_of_one_are_what_the_emitter_makes():
    world = World()
    assert world.run("one")
    kinds = sorted(ref.kind for ref in objects_in(world.cluster))
    assert kinds == ["CronWorkflow"] * 2 + ["WorkflowTemplate"] * 4
    converged(ONE, world.registry, world.cluster)
