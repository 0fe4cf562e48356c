"""The local run and its workers, killed and interrupted at any moment: nothing survives, a rerun converges."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flyteops.model.entities import CachePolicy, Node, TaskCall, TaskSettings, Timeout
from flyteops.model.types import INT
from tests.integration.local_runs import OURS, Place, from_node, graph, task

DRIVER = """
import sys
from pathlib import Path
from tests.faults.test_local_kill import Place, chain
result = Place(Path(sys.argv[1])).run(chain(), execution="mine")
print(result.phase, [node.phase for node in result.nodes], flush=True)
sys.exit({"succeeded": 0, "failed": 6, "aborted": 130}[result.phase])
"""

STEPS = """
    import os, subprocess, sys, time
    from pathlib import Path

    HERE = Path(__file__).parents[1]

    def first() -> int:
        with open(HERE / "calls", "a") as calls:
            calls.write("first ")
        return 1

    def second(x: int) -> int:
        with open(HERE / "calls", "a") as calls:
            calls.write("second ")
        if not (HERE / "go").exists():
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            (HERE / "pids.part").write_text(f"{os.getpid()} {child.pid}")
            os.rename(HERE / "pids.part", HERE / "pids")
            HANG
        return x + 1
"""


def chain() -> object:
    first, second = task("first", {}, INT), task("second", {"x": INT}, INT)
    nodes = [
        Node(name="a", body=TaskCall(task="first", inputs=()), outputs=()),
        Node(name="b", body=TaskCall(task="second", inputs=(from_node("x", INT, "a"),)), outputs=()),
    ]
    return graph([first, second], nodes, outputs=(from_node("y", INT, "b"),))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def until(told: Callable[[], bool], *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


def start(place: Place, hang: str) -> tuple[subprocess.Popen[str], list[int]]:
    place.write(STEPS.replace("HANG", hang))
    tests = str(Path(__file__).parents[2])
    run = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(place.root)],
        env={**os.environ, "PYTHONPATH": f"{OURS}:{tests}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    until((place.root / "pids").exists)
    return run, list(map(int, (place.root / "pids").read_text().split()))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def converges(place: Place) -> None:
    (place.root / "go").touch()
    result = place.run(chain(), execution="mine")
    assert (result.phase, result.outputs["y"]["value"]) == ("succeeded", 2)
    assert (place.root / "calls").read_text() == "first second second "


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("hang", ["time.sleep(60)", "sum(range(10**11))"])
def test_nothing_outlives_a_killed_run_and_a_rerun_converges(place: Place, hang: str) -> None:
    run, pids = start(place, hang)
    run.kill()
    run.communicate()
    until(lambda: not any(map(alive, pids)), seconds=5)
    converges(place)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_an_interrupt_ends_the_run_within_seconds(place: Place) -> None:
    run, pids = start(place, "time.sleep(60)")
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=15)
    assert time.monotonic() - began < 5
    assert (run.returncode, out) == (130, "aborted ['succeeded', 'not_run']\n")
    assert not any(map(alive, pids))
    converges(place)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_second_interrupt_kills_what_does_not_listen(place: Place) -> None:
    run, pids = start(place, "sum(range(10**11))")
    run.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert run.poll() is None
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=5)
    assert (run.returncode, out) == (130, "aborted ['succeeded', 'not_run']\n")
    assert not any(map(alive, pids))


def test_a_killed_worker_is_a_loss_of_the_platform(place: Place) -> None:
    place.write("""
        import os, signal
        from pathlib import Path
        MARK = Path(__file__).parents[1] / "mark"

        def f() -> int:
            if not MARK.exists():
                MARK.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return 1
    """)
    result = place.run(task("f", {}, INT))
    assert (result.phase, result.nodes[0].attempts) == ("succeeded", 2)
    assert [event.message for event in place.events if event.kind == "retrying"] == [
        "the worker process was ended by SIGKILL"
    ]


def test_a_worker_killed_after_its_commit_has_succeeded(place: Place) -> None:
    place.write("""
        import os, signal, threading

        def f() -> int:
            import flyteops.runtime.attempt as attempt
            publish = attempt.publish
            attempt.publish = lambda *given: (publish(*given), os.kill(os.getpid(), signal.SIGKILL))
            return 1
    """)
    settings = TaskSettings(cache=CachePolicy(version="1"), timeout=Timeout(run_s=20))
    result = place.run(task("f", {}, INT, settings=settings))
    assert (result.phase, result.nodes[0].attempts) == ("succeeded", 1)


def test_processes_a_task_leaves_behind_end_with_the_run(place: Place) -> None:
    place.write("""
        import subprocess, sys

        def f() -> int:
            return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid
    """)
    pid = place.run(task("f", {}, INT)).outputs["o0"]["value"]
    until(lambda: not alive(int(str(pid))), seconds=5)
