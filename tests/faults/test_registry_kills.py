"""SIGKILL at every statement of an apply, many processes on one file, a full disk: never a mix, never a lost answer."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from flyteops.adapters.registry_sqlite import SqliteRegistry
from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.state import Snapshot
from tests.contract.records import LEASE_MS, CountedIds, SetClock, create, revision, task

from .applying import PLANS, main

PROGRAM = Path(__file__).with_name("applying.py")


def embedded(path: Path) -> SqliteRegistry:
    return SqliteRegistry(path, project="churn", clock=SetClock(), ids=CountedIds(), tool="flyteops 0.1.0")


def apply(path: Path, operation: str, kill_at: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-S", str(PROGRAM), str(path), operation, str(kill_at)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def killed_apply(path: Path, operation: str, kill_at: int) -> int:
    """The same in a forked child, which costs a tenth of a new interpreter; its wait status."""
    child = os.fork()
    if child == 0:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            main(path, operation, kill_at)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def wanted(*operations: str) -> dict:
    """What the pointers name after these operations."""
    entities: dict = {}
    for operation in operations:
        for change in PLANS[operation]:
            entities.pop(change.entity, None)
            if change.record is not None:
                entities[change.entity] = change.record
    return entities


def state(snapshot: Snapshot) -> tuple[int, dict]:
    return snapshot.generation, dict(snapshot.entities)


def sound(path: Path) -> bool:
    database = sqlite3.connect(path)
    try:
        return database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        database.close()


@pytest.mark.parametrize("operation", ["one", "two"])
def test_killed_at_every_statement(tmp_path, operation, counts):
    before, earlier = tmp_path / "before.db", ("one",) if operation == "two" else ()
    for each in earlier:
        apply(before, each)
    points = int(apply(_copied(before, tmp_path / "whole.db"), operation).stdout.split()[1])
    assert points > 30
    old, new = (len(earlier), wanted(*earlier)), (len(earlier) + 1, wanted(*earlier, operation))
    seen = []
    for at in range(1, points + 1):
        path = _copied(before, tmp_path / f"at-{at}.db")
        assert os.WTERMSIG(killed_apply(path, operation, at)) == signal.SIGKILL
        found = state(embedded(path).snapshot("dev"))
        assert found in (old, new)
        seen.append(found[0])
        # The same command converges, without waiting for the lease of the dead.
        assert os.waitstatus_to_exitcode(killed_apply(path, operation, 0)) == 0
        assert state(embedded(path).snapshot("dev")) == new
        assert embedded(path).unfinished("dev") == ()
        assert len(embedded(path).history("dev", 9)) == new[0]
        assert sound(path)
        counts.add(sigkills=1, converged=1)
    assert seen == sorted(seen)
    assert {*seen} == {old[0], new[0]}


def _copied(before: Path, path: Path) -> Path:
    if before.exists():
        shutil.copyfile(before, path)
    return path


def test_a_half_written_transaction_is_undone_by_a_reader(tmp_path):
    """A writer killed while its pages were on their way leaves a hot journal."""
    path = tmp_path / "r.db"
    apply(path, "one")
    script = (
        "import os, signal, sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "database.execute('PRAGMA cache_size = 1')\n"
        "database.execute('BEGIN IMMEDIATE')\n"
        "database.execute(\"UPDATE pointer SET name = name || 'z'\")\n"
        "for n in range(200): database.execute('INSERT INTO meta VALUES (?, ?)', (str(n), 'x' * 5000))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    before = path.read_bytes()
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert path.read_bytes() != before
    assert path.with_name("r.db-journal").exists()
    assert state(embedded(path).snapshot("dev")) == (1, wanted("one"))
    assert path.read_bytes() == before


RACE = """
import sys
from pathlib import Path
from applying import *
from flyteops.model.errors import Refused
path, name = Path(sys.argv[1]), sys.argv[2]
registry = SqliteRegistry(path, project="churn", clock=SystemClock(), ids=CountedIds(), tool="t")
done = 0
registry.prepare()
while done < 5:
    try:
        fence = registry.take_lease("dev", holder=name, ttl_ms=LEASE_MS)
        seen = registry.snapshot("dev").generation
        changes = (create(f"{name}-{done}"),)
        registry.intend(fence, f"{name}-{done}", changes)
        registry.publish(fence, f"{name}-{done}", "dev", expected_generation=seen, revision=revision(), changes=changes)
        registry.release_lease(fence)
        done += 1
    except Refused as refused:
        assert refused.code == "FO713", refused
"""


def test_sixteen_processes_lose_no_write(tmp_path, counts):
    path = tmp_path / "r.db"
    command = [sys.executable, "-c", RACE, str(path)]
    environment = os.environ | {"PYTHONPATH": str(PROGRAM.parent)}
    running = [subprocess.Popen([*command, f"p{n}"], env=environment, stderr=subprocess.PIPE) for n in range(16)]
    assert [(process.communicate()[1], process.returncode) for process in running] == [(b"", 0)] * 16
    snapshot = embedded(path).snapshot("dev")
    assert snapshot.generation == 80
    counts.add(writes=80)
    assert set(snapshot.entities) == {task(f"p{n}-{at}") for n in range(16) for at in range(5)}
    assert sound(path)


def test_two_applies_at_once_one_wins(tmp_path):
    registry, other = embedded(tmp_path / "r.db"), embedded(tmp_path / "r.db")
    registry.prepare()
    seen = registry.snapshot("dev").generation  # both planned at this generation
    fence = registry.take_lease("dev", holder="ann", ttl_ms=LEASE_MS)
    registry.publish(fence, "a", "dev", expected_generation=seen, revision=revision("a" * 40), changes=(create("a"),))
    registry.release_lease(fence)
    late = other.take_lease("dev", holder="bob", ttl_ms=LEASE_MS)
    with pytest.raises(Refused) as refused:
        other.publish(late, "b", "dev", expected_generation=seen, revision=revision("b" * 40), changes=(create("b"),))
    assert refused.value.message == (
        "the plan was made at generation 0 of dev; the registry is at generation 1 by commit aaaaaaaaaaaa (ann)"
    )
    assert set(registry.snapshot("dev").entities) == {task("a")}


FULL = """
import resource, sys
from pathlib import Path
from applying import *
from flyteops.model.errors import OutsideFailed
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    main(Path(sys.argv[1]), "two", 0)
except OutsideFailed as failed:
    print(failed.service, "|", failed.message, "|", failed.way_out)
"""


@pytest.mark.parametrize("limit", [0, 4096, 16384, 40960, 53248, 65536, 77824])
def test_a_full_disk_is_told_and_leaves_the_registry_as_it_was(tmp_path, limit):
    """A bound on the size of a file stands in for a full disk: the same failed write, without mounting one."""
    path = tmp_path / "r.db"
    apply(path, "one")
    environment = os.environ | {"PYTHONPATH": str(PROGRAM.parent)}
    command = [sys.executable, "-B", "-c", FULL, str(path), str(limit)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    now = state(embedded(path).snapshot("dev"))
    if done.stdout.startswith("2 "):
        assert now == (2, wanted("one", "two"))
        return
    assert done.stdout.startswith(
        f"registry | {path} could not be written: the disk is full or a limit was reached (disk I/O error)"
    ), done.stdout
    assert done.stdout.endswith(" | make room and run the command again\n")
    assert now == (1, wanted("one"))
    assert apply(path, "two").stdout.startswith("2 ")


def test_a_new_registry_on_a_full_disk_is_none(tmp_path):
    path = tmp_path / "r.db"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises(OutsideFailed):
            embedded(path).prepare()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert embedded(path).snapshot("dev").lineage == ""
    assert embedded(path).prepare() != ""


def test_a_read_only_folder_can_be_read_and_says_why_not_written(tmp_path):
    """Root ignores permission bits, so the file system itself is mounted read-only, in a namespace of its own."""
    folder = tmp_path / "folder"
    folder.mkdir()
    apply(folder / "r.db", "one")
    program = (
        "import sys; from pathlib import Path; from applying import *\n"
        "from flyteops.model.errors import OutsideFailed\n"
        "path = Path(sys.argv[1])\n"
        "registry = SqliteRegistry(path, project='churn', clock=SystemClock(), ids=CountedIds(), tool='t')\n"
        "print(registry.snapshot('dev').generation)\n"
        "try: main(Path(sys.argv[1]), 'two', 0)\n"
        "except OutsideFailed as failed: print(failed.message)\n"
    )
    inside = f'mount --bind -o ro "{folder}" "{folder}" && exec "$@"'
    command = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        inside,
        "sh",
        sys.executable,
        "-B",
        "-c",
        program,
        str(folder / "r.db"),
    ]
    environment = os.environ | {"PYTHONPATH": str(PROGRAM.parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("this machine does not let a test mount a folder read-only")
    assert (done.stderr, done.stdout) == (
        "",
        f"1\n{folder / 'r.db'} cannot be opened (attempt to write a readonly database)\n",
    )
