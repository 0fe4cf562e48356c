"""Leases and trust scopes with real processes: who computes, who waits, what a killed holder leaves."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flyteops.execution.graph import graph_of_task
from flyteops.execution.invocation import step_invocation
from flyteops.model.entities import CachePolicy, Task, TaskSettings
from flyteops.model.types import INT
from tests.integration.local_runs import OURS, Place, task

SLOW = """
    import os, time
    def slow(x: int) -> int:
        with open(os.environ["SEEN"], "a") as file:
            file.write(f"{os.getpid()}\\n")
        time.sleep(float(os.environ["TAKES"]))
        return 2 * x
"""
SHORT = "from flyteops.runtime import leases; leases.TERM_S = 0.6; from flyteops.runtime.__main__ import main; "


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path)
    found.write(SLOW)
    return found


def slow(place: Place, *, takes: float = 0.0, policy: CachePolicy | None = None) -> Task:
    env = (("SEEN", str(place.root / "seen")), ("TAKES", str(takes)))
    cache = policy or CachePolicy(version="1", serialize=True)
    return task("slow", {"x": INT}, INT, settings=TaskSettings(cache=cache, env=env))


def computed(place: Place) -> int:
    seen = place.root / "seen"
    return len(seen.read_text().splitlines()) if seen.exists() else 0


def pod(place: Place, of: Task, execution: str, *, takes: float, scope: str = "shared") -> subprocess.Popen[str]:
    """A pod of its own, whose leases last 0.6 s."""
    place.store.create(f"runs/{execution}/inputs.json", json.dumps({"x": {"v": 1, "type": "int", "value": 4}}).encode())
    invocation = base64.b64encode(json.dumps(step_invocation("p", graph_of_task(of).steps["task"])).encode()).decode()
    where = ["--store", f"file://{place.root}/store", "--run", execution, "--attempt", "a1", "--scope", scope]
    code = ["--code", str(place.root / "src"), "--folder", str(place.root / f"work-{execution}")]
    return subprocess.Popen(
        [sys.executable, "-c", f"{SHORT}raise SystemExit(main({['task', *where, *code, invocation]!r}))"],
        env={**os.environ, "PYTHONPATH": OURS, "SEEN": str(place.root / "seen"), "TAKES": str(takes)},
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=30)
    return process.returncode


def until(held: object) -> None:
    assert callable(held)
    end = time.monotonic() + 20
    while not held():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_of_two_runs_that_want_one_key_one_computes(place: Place) -> None:
    of = slow(place)
    first, second = pod(place, of, "p1", takes=0.8), pod(place, of, "p2", takes=0.8)
    assert (ended(first), ended(second)) == (0, 0)
    assert computed(place) == 1
    commits = [place.commit("p1"), place.commit("p2")]
    assert len({each["digest"] for each in commits if each}) == 1
    assert [bool(each and each["cached"]) for each in commits].count(True) == 1


def test_without_serialize_both_compute(place: Place) -> None:
    of = slow(place, policy=CachePolicy(version="1"))
    first, second = pod(place, of, "p1", takes=0.8), pod(place, of, "p2", takes=0.8)
    assert (ended(first), ended(second)) == (0, 0)
    assert computed(place) == 2


def test_a_killed_holder_keeps_the_next_one_no_longer_than_its_term(place: Place) -> None:
    of = slow(place)
    holder = pod(place, of, "p1", takes=60)
    until(lambda: computed(place) == 1)
    waiting = pod(place, of, "p2", takes=0)
    holder.kill()
    ended(holder)
    assert ended(waiting) == 0
    assert (computed(place), place.commit("p1") is None) == (2, True)


def test_a_holder_that_lives_is_waited_for_longer_than_its_term(place: Place) -> None:
    of = slow(place)
    holder = pod(place, of, "p1", takes=2.0)
    until(lambda: computed(place) == 1)
    waiting = pod(place, of, "p2", takes=0)
    assert (ended(holder), ended(waiting)) == (0, 0)
    assert computed(place) == 1


def test_a_holder_that_lost_its_lease_publishes_nothing(place: Place) -> None:
    of = slow(place)
    holder = pod(place, of, "p1", takes=1.5)
    until(lambda: computed(place) == 1)
    (lease,) = [key for key in place.store.list("cache/") if key.endswith(".lease")]
    while (held := place.store.get(lease)) is not None:
        if place.store.replace(lease, b'{"state": "held", "owner": "other/task", "term_s": 60}', expected=held):
            break
    _, told = holder.communicate(timeout=30)
    assert holder.returncode == 87
    assert told == ("its lease was taken over while it computed: another run computes the same, and publishes it\n")
    assert place.commit("p1") is None
    assert not [key for key in place.store.list("cache/") if key.endswith(".json")]


def test_a_failed_holder_lets_the_next_one_begin_at_once(place: Place) -> None:
    of = slow(place)
    holder = pod(place, of, "p1", takes=-1)  # a time below zero is an error of sleep
    assert ended(holder) == 80
    started = time.monotonic()
    result = place.run(of, inputs={"x": (INT, 4)}, scope="shared")
    assert (result.phase, computed(place)) == ("succeeded", 2)
    assert time.monotonic() - started < 20


def test_a_run_writes_its_own_scope_and_reads_those_that_are_trusted_more(place: Place) -> None:
    def run(scope: str, *also: str, policy: str | None = None) -> bool:
        of = slow(place, policy=CachePolicy(version="1", scope=policy))
        result = place.run(of, inputs={"x": (INT, 4)}, scope=scope, also=also)
        return result.nodes[0].cached

    assert run("dev/ada") is False
    assert run("dev/ada") is True
    assert run("dev/bob") is False  # not of one's own, and nobody said that it is trusted
    assert run("production") is False  # production never takes what a laptop made
    assert run("pr/7", "production") is True
    assert run("dev/eve", policy="production") is True
    assert sorted({key.split("/")[2] for key in place.cache_entries()}) == ["dev", "production"]
