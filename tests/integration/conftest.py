"""A project in a repository of its own, edited and committed as a user would."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Ended, git

PROJECTS = Path(__file__).parent / "projects"


@dataclass(frozen=True)
class Repository:
    """The repository, and the command line working in it."""

    root: Path
    run_cli: Callable[..., Ended]

    def edit(self, path: str, old: str, new: str) -> None:
        """Replaces the one place where `old` stands."""
        text = (self.root / path).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        (self.root / path).write_text(text.replace(old, new), "utf-8")

    def commit(self, message: str) -> None:
        """Commits everything."""
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", f"--message={message}")

    def flyteops(self, *words: str) -> Ended:
        """Runs a command that nobody can be asked during."""
        return self.run_cli(["--no-input", "--color", "never", *words])

    def answer(self, *words: str) -> dict:
        """Runs a command that must succeed, and its JSON."""
        ended = self.flyteops(*words, "-o", "json")
        assert ended.code == 0, ended.stderr
        return json.loads(ended.stdout)


@pytest.fixture
def project(make_project, run_cli):
    """Makes a repository of one of the projects beside these tests."""
    return lambda name: Repository(make_project(PROJECTS / name), run_cli)
