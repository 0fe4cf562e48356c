"""Options and fixtures of all tests: goldens that can be rewritten, projects in a git repository, the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

DEFAULT_SETTINGS = "apiVersion: flyteops/v1\nproject: churn\ncode: {roots: [src]}\ndeclarations: [pipelines]\n"
DATE = "2026-01-31T08:00:00+00:00"
# Slow machines must not fail a test; the longer search is `make fuzz`.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our own options."""
    parser.addoption("--update-golden", action="store_true", help="rewrite what the goldens and the rejects expect")
    parser.addoption("--only-e2e", action="store_true", help="run the tests that need real servers, and only those")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked e2e run when asked for, and then alone."""
    wanted = config.getoption("--only-e2e")
    left_out = [item for item in items if (item.get_closest_marker("e2e") is not None) != wanted]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@dataclass(frozen=True)
class Ended:
    """How a command ended: what it wrote, with the project's folder as `<project>`, and its exit code."""

    stdout: str
    stderr: str
    code: int


@pytest.fixture(scope="session")
def steady_environment() -> dict[str, str]:
    """An environment in which commit ids are the same everywhere and no one's configuration counts."""
    who = {"NAME": "Test", "EMAIL": "test@example.invalid", "DATE": DATE}
    git = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    git |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    ours = ("FLYTEOPS_", "GIT_", "GITHUB_")
    told = {"CI", "NO_COLOR", "FORCE_COLOR", "VIRTUAL_ENV", "COLUMNS"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours) and name not in told}
    return {**kept, **git, "COLUMNS": "200", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def make_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steady_environment: dict[str, str]
) -> Callable[[Path], Path]:
    """Copies a folder into a new git repository with one commit, goes there, and returns it."""

    def make(source: Path) -> Path:
        for name in set(os.environ) - set(steady_environment):
            monkeypatch.delenv(name)
        for name, value in steady_environment.items():
            monkeypatch.setenv(name, value)
        project = tmp_path / "project"
        if source.is_dir():
            shutil.copytree(source, project, symlinks=True)
        project.mkdir(exist_ok=True)
        if not (project / "flyteops.yaml").exists():
            (project / "flyteops.yaml").write_text(DEFAULT_SETTINGS, encoding="utf-8")
        exclude = project / ".git" / "info" / "exclude"
        git(project, "init", "--quiet", "--initial-branch=main", "--object-format=sha1")
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text(".flyteops/\n__pycache__/\n", encoding="utf-8")
        git(project, "add", "--all")
        git(project, "commit", "--quiet", "--allow-empty", "--message=A project")
        monkeypatch.chdir(project)
        return project

    return make


def git(folder: Path, *arguments: str) -> None:
    """Runs git in a folder; its words are shown when it fails."""
    subprocess.run(["git", "-c", "core.autocrlf=false", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def run_cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs the command line in this process, in the current folder; or, instead of a command, what meets its errors."""

    def run(arguments: list[str], instead: Callable[[], None] | None = None) -> Ended:
        from flyteops.cli.boundary import explain
        from flyteops.cli.main import main

        here = os.getcwd()  # noqa: PTH109 - the text as the program sees it
        capfd.readouterr()
        if instead is None:
            code = int(main(arguments))
        else:
            try:
                instead()
                code = 0
            except Exception as error:  # noqa: BLE001 - any family, as the command line would tell it
                code = explain(error, arguments)
        written = capfd.readouterr()
        return Ended(written.out.replace(here, "<project>"), written.err.replace(here, "<project>"), code)

    return run
