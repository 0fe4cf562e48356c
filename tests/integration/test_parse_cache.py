"""The folder of the parse cache: whole or nothing, ours or nothing, and a plan is the same with it and without it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flyteops.adapters import file_digests, git_trees
from flyteops.adapters.parse_cache import FolderCache
from tests.conftest import git

TASK = "apiVersion: flyteops/v1\ntasks:\n  t{i}: {{function: 'steps:f', retries: {retries}}}\n"
WRITER = """
import sys
from pathlib import Path
from flyteops.adapters import file_digests, git_trees
from flyteops.adapters.parse_cache import FolderCache
cache = FolderCache(Path(sys.argv[1]), tool="t")
print("ready", flush=True)
while True:
    for letter in (b"a", b"b"):
        cache.save("one", letter * 5_000_000)
"""


def cache_of(root: Path) -> FolderCache:
    return FolderCache(root, tool="t")


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    cache = cache_of(tmp_path)
    assert cache.load("one") is None
    cache.save("one", b"1")
    cache.save("one", b"2")
    assert cache.load("one") == b"2"
    assert [path.name for path in (tmp_path / ".flyteops" / "cache").iterdir()] == ["one"]


def test_a_killed_writer_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    cache = cache_of(tmp_path)
    cache.save("one", b"a" * 5_000_000)
    for _ in range(5):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            for _ in range(3):
                found = cache.load("one")
                assert found is not None
                assert len(found) == 5_000_000
                assert len(set(found)) == 1
            writer.send_signal(signal.SIGKILL)
    cache.save("one", b"c")
    assert cache.load("one") == b"c"
    assert [path.name for path in (tmp_path / ".flyteops" / "cache").iterdir()] == ["one"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "one").write_bytes(b"planted")
    (tmp_path / ".flyteops").mkdir()
    (tmp_path / ".flyteops" / "cache").symlink_to(elsewhere)
    cache = cache_of(tmp_path)
    cache.save("one", b"ours")
    assert cache.load("one") is None
    assert (elsewhere / "one").read_bytes() == b"planted"
    (tmp_path / ".flyteops" / "cache").unlink()
    (tmp_path / ".flyteops" / "cache").mkdir()
    (tmp_path / ".flyteops" / "cache" / "one").symlink_to(elsewhere / "one")
    assert cache.load("one") is None


def test_a_place_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / ".flyteops").write_text("a file where the folder would be")
    cache = cache_of(tmp_path)
    cache.save("one", b"1")
    assert cache.load("one") is None


@pytest.fixture
def many_tasks(make_project, tmp_path: Path) -> Path:
    root = make_project(tmp_path / "nothing")
    (root / "pipelines").mkdir()
    (root / "src").mkdir()
    (root / "src" / "steps.py").write_text("def f(x: int = 1) -> int:\n    return x\n")
    for i in range(80):
        (root / "pipelines" / f"t{i}.yaml").write_text(TASK.format(i=i, retries=1))
    commit(root)
    return root


def commit(root: Path) -> None:
    git(root, "add", "--all", "--force", "--", ".")
    git(root, "commit", "--quiet", "--message=more")


def plan(run_cli, monkeypatch: pytest.MonkeyPatch, mode: str = "on") -> str:
    monkeypatch.setenv("FLYTEOPS_PARSE_CACHE", mode)
    ended = run_cli(["plan", "-o", "json"])
    assert ended.code == 0, ended.stderr
    return ended.stdout + ended.stderr


def test_the_plan_is_the_same_with_the_cache_and_without(many_tasks: Path, run_cli, monkeypatch) -> None:
    kept = many_tasks / ".flyteops" / "cache"
    assert plan(run_cli, monkeypatch, "off") == plan(run_cli, monkeypatch)
    assert len([*kept.glob("plan-*")]) == 1
    assert run_cli(["apply", "-y"]).code == 0
    (many_tasks / "pipelines" / "t7.yaml").write_text(TASK.format(i=7, retries=2))
    warm = plan(run_cli, monkeypatch)
    assert warm == plan(run_cli, monkeypatch, "off")
    document = json.loads(warm)
    assert [each["address"] for each in document["changes"]] == ["task/t7"]
    assert document["unchanged"] == 79
    assert document["changes"][0]["fields"][0]["file"] == "pipelines/t7.yaml"
    for each in kept.iterdir():
        each.write_bytes(each.read_bytes()[:-1])
        assert plan(run_cli, monkeypatch) == warm


def test_unchanged_files_are_not_read_again(many_tasks: Path, run_cli, monkeypatch) -> None:
    monkeypatch.setattr(file_digests, "_SETTLED_NS", -10_000_000_000)  # or the test would have to wait
    assert run_cli(["apply", "-y"]).code == 0
    plan(run_cli, monkeypatch)
    read: list[str] = []
    reading, identified = git_trees._file_bytes, git_trees._file_id
    monkeypatch.setattr(git_trees, "_file_bytes", lambda root, path: read.append(path) or reading(root, path))
    monkeypatch.setattr(git_trees, "_file_id", lambda path, like: read.append(str(path)) or "")
    (many_tasks / "pipelines" / "t7.yaml").write_text(TASK.format(i=7, retries=2))
    warm = plan(run_cli, monkeypatch)
    assert set(read) <= {"flyteops.yaml", "flyteops.lock", "pipelines/t7.yaml", "src/steps.py"}
    monkeypatch.setattr(git_trees, "_file_bytes", reading)
    monkeypatch.setattr(git_trees, "_file_id", identified)
    assert warm == plan(run_cli, monkeypatch, "off")


def test_a_cache_that_came_with_the_code_is_not_believed(many_tasks: Path, run_cli, monkeypatch) -> None:
    plan(run_cli, monkeypatch)
    [file] = (many_tasks / ".flyteops" / "cache").glob("plan-*")
    before = file.stat().st_mtime_ns
    commit(many_tasks)
    (many_tasks / "src" / "steps.py").write_text("def f(x: int = 2) -> int:\n    return x\n")
    assert plan(run_cli, monkeypatch) == plan(run_cli, monkeypatch, "off")
    assert file.stat().st_mtime_ns == before
    assert "none (FLYTEOPS_PARSE_CACHE" in run_cli(["doctor"]).stdout


def test_doctor_tells_of_it(many_tasks: Path, run_cli, monkeypatch) -> None:
    plan(run_cli, monkeypatch)
    said = run_cli(["doctor"]).stdout
    assert os.path.join("<project>", ".flyteops", "cache") in said  # noqa: PTH118 - text
    monkeypatch.setenv("FLYTEOPS_PARSE_CACHE", "off")
    assert "none (FLYTEOPS_PARSE_CACHE" in run_cli(["doctor"]).stdout
