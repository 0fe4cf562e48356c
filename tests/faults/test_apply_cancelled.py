"""F04: a cancelled CI job: SIGINT, then SIGTERM, then SIGKILL, at any moment; the same command again ends it (P4)."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .counting import LONG, Counts

PARTS = [10] * 20 if LONG else [6]
TASKS = "".join(f"  t{n}: {{function: work:f, description: TEXT}}\n" for n in range(40))
WORDS = [sys.executable, "-m", "flyteops", "apply", "-y"]


def applied(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(WORDS, cwd=project, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def project(tmp_path: Path, make_project: Callable[[Path], Path]) -> Path:
    source = tmp_path / "source"
    (source / "pipelines").mkdir(parents=True)
    (source / "src").mkdir()
    (source / "pipelines" / "all.yaml").write_text(f"apiVersion: flyteops/v1\ntasks:\n{TASKS}")
    (source / "src" / "work.py").write_text("def f() -> int:\n    return 1\n")
    return make_project(source)


def commit(project: Path, text: str) -> None:
    (project / "pipelines" / "all.yaml").write_text(f"apiVersion: flyteops/v1\ntasks:\n{TASKS.replace('TEXT', text)}")
    subprocess.run(["git", "commit", "--quiet", "--all", "-m", text], cwd=project, check=True)


def cancel(process: subprocess.Popen[str], *, patience_s: float) -> int:
    """What a CI service does to a job; the times are cut short."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        process.send_signal(number)
        try:
            process.communicate(timeout=patience_s)
            break
        except subprocess.TimeoutExpired:
            continue
    process.communicate()
    return process.returncode


@pytest.mark.parametrize("part", range(len(PARTS)))
def test_a_cancelled_job_is_ended_by_the_next_one(project: Path, part: int, counts: Counts) -> None:
    assert applied(project).returncode == 0
    began = time.monotonic()
    commit(project, "measure")
    assert applied(project).returncode == 0
    whole_s = time.monotonic() - began
    counts.seed += part
    chance = random.Random(counts.seed)  # noqa: S311
    for number in range(PARTS[part]):
        commit(project, f"change {number}")
        process = subprocess.Popen(WORDS, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(chance.uniform(0.05, whole_s))
        code = cancel(process, patience_s=chance.choice((0.0, 0.02, 5.0)))
        assert code in (0, 1, 130, 143, -signal.SIGINT, -signal.SIGTERM, -signal.SIGKILL), code
        end = time.monotonic() + 45
        while (done := applied(project)).returncode != 0:
            # Only the lease of one that was killed may be in the way, and it ends by itself.
            assert "FO713" in done.stderr, done.stderr
            assert time.monotonic() < end, done.stderr
            time.sleep(1)
        last = applied(project)
        assert (last.returncode, last.stdout.partition(":")[0]) == (0, "Nothing to do"), last
        counts.add(cancels=1, converged=1)
