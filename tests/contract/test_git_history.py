"""Which commit comes before which, asked of real repositories: whole, shallow, and with commits that are not there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from flyteops.adapters.git_history import ancestry, merge_base

MISSING = "d" * 40


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steady_environment: dict[str, str]
) -> tuple[Path, dict[str, str]]:
    """one - two - three, and side from one."""
    for name, value in steady_environment.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    commits = {name: commit(folder, name) for name in ("one", "two", "three")}
    git(folder, "checkout", "--quiet", "-b", "side", commits["one"])
    commits["side"] = commit(folder, "side")
    git(folder, "checkout", "--quiet", "main")
    return folder, commits


def test_a_whole_clone_knows(repository: tuple[Path, dict[str, str]]) -> None:
    folder, at = repository
    assert ancestry(folder, at["one"], at["three"]) is True
    assert ancestry(folder, at["three"], at["one"]) is False
    assert ancestry(folder, at["side"], at["three"]) is False
    assert ancestry(folder, at["two"], at["two"]) is True
    assert merge_base(folder, at["side"], at["three"]) == at["one"]


def test_a_commit_that_is_not_there_is_unknown(repository: tuple[Path, dict[str, str]]) -> None:
    folder, at = repository
    assert ancestry(folder, MISSING, at["three"]) is None
    assert ancestry(folder, at["three"], MISSING) is None
    assert merge_base(folder, MISSING, at["three"]) is None


def test_a_shallow_clone_proves_descent_and_nothing_else(
    repository: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    folder, at = repository
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "2", folder.as_uri(), str(shallow))
    git(shallow, "fetch", "--quiet", "--depth", "1", "origin", "side")
    assert ancestry(shallow, at["two"], at["three"]) is True
    assert ancestry(shallow, at["one"], at["three"]) is None
    # Both are there, and what lies below them is not: three may well come from side.
    assert ancestry(shallow, at["side"], at["three"]) is None
    assert ancestry(shallow, at["three"], at["two"]) is None
