"""F07, F05: the disk fails at any call of an apply; a holder of the lease is stopped and wakes late (P1, P5, P6)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import postgres
from tests.contract.records import create, revision

from .counting import LONG, Counts
from .shared import Late, shared
from .test_registry_kills import PROGRAM, apply, embedded, sound, state, wanted

PLACES = 400 if LONG else 14
STUMBLES = """
import sys
from pathlib import Path
from applying import *
from flyteops.model.errors import OutsideFailed, Refused
try:
    main(Path(sys.argv[1]), "two", 0)
except (OutsideFailed, Refused) as failed:
    print(type(failed).__name__, "|", failed.message)
"""
SLEEPS = """
import os, signal, sys
from pathlib import Path
from applying import *
from flyteops.model.errors import Refused
from flyteops.model.state import Fence
from tests.faults.shared import shared
registry = shared(sys.argv[1])
registry.prepare()
registry.publish(registry.take_lease("dev", holder="eve", ttl_ms=50), "one", "dev", expected_generation=0,
                 revision=revision(), changes=PLANS["one"])
registry.release_lease(Fence(holder="eve", epoch=1, name="churn/dev"))
fence = registry.take_lease("dev", holder="ann", ttl_ms=50)
registry.intend(fence, "two", PLANS["two"])
os.kill(os.getpid(), signal.SIGSTOP)
for write in (
    lambda: registry.intend(fence, "two", PLANS["two"]),
    lambda: registry.publish(fence, "two", "dev", expected_generation=1, revision=revision(), changes=PLANS["two"]),
    lambda: registry.release_lease(fence),
):
    try:
        write()
        print("done")
    except Refused as refused:
        print(refused.code)
"""
ENVIRONMENT = os.environ | {"PYTHONPATH": str(PROGRAM.parent)}


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed here")
@pytest.mark.parametrize(("call", "error"), [("pwrite64", "EIO"), ("fdatasync", "EIO"), ("unlink", "EROFS")])
def test_a_call_that_fails_is_told_and_mended(tmp_path: Path, call: str, error: str, counts: Counts) -> None:
    before = tmp_path / "before.db"
    apply(before, "one")
    for at in range(1, PLACES + 1):
        folder = tmp_path / f"at-{at}"
        folder.mkdir()
        path = folder / "r.db"
        shutil.copyfile(before, path)
        inject = ["strace", "-f", "-o", "/dev/null", "-P", str(path), "-P", f"{path}-journal", "-e", f"trace={call}"]
        inject += ["-e", f"inject={call}:error={error}:when={at}"]
        words = [*inject, sys.executable, "-B", "-c", STUMBLES, str(path)]
        done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.stderr == "", done.stderr
        whole = done.stdout.startswith("2 ")
        assert whole or done.stdout.startswith(("OutsideFailed | ", "Refused | ")), done.stdout
        found = state(embedded(path).snapshot("dev"))
        assert found in ((1, wanted("one")), (2, wanted("one", "two")))
        assert apply(path, "two").stdout.startswith("2 ")
        assert state(embedded(path).snapshot("dev")) == (2, wanted("one", "two"))
        assert sound(path)
        counts.add(failed_calls=1, converged=1)
        shutil.rmtree(folder)
        if whole:
            break


@pytest.mark.parametrize("kind", ["file", "database", "bucket"])
def test_a_stopped_holder_wakes_late_and_writes_nothing(tmp_path: Path, kind: str, counts: Counts) -> None:
    for number in range(min(max(LONG // 50, 2), 1000) if kind == "file" else 2):
        if kind == "database":
            place = postgres.required().url
        else:
            place = f"{'sqlite' if kind == 'file' else 'store'}:{tmp_path / str(number)}"
        words = [sys.executable, "-B", "-c", SLEEPS, place]
        sleeper = subprocess.Popen(words, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
        assert os.WIFSTOPPED(os.waitpid(sleeper.pid, os.WUNTRACED)[1])
        time.sleep(0.06)
        registry = shared(place, clock=Late())
        taken = registry.take_lease("dev", holder="bob", ttl_ms=30_000)
        changes = (create("bobs"),)
        registry.publish(taken, "bob", "dev", expected_generation=1, revision=revision(), changes=changes)
        registry.release_lease(taken)
        meanwhile = state(registry.snapshot("dev"))
        assert meanwhile[0] == 2
        sleeper.send_signal(signal.SIGCONT)
        assert sleeper.communicate(timeout=30)[0].split() == ["FO714", "FO714", "done"]
        assert state(registry.snapshot("dev")) == meanwhile
        assert registry.verify() == ()
        counts.add(pauses=1, refused=2)
