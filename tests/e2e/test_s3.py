"""The command line with store and registry in a bucket of a real S3 server: run, plan, apply, history, verify."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import s3

pytestmark = pytest.mark.e2e
SETTINGS = """\
apiVersion: flyteops/v1
project: churn
code: {roots: [src]}
declarations: [pipelines]
store: STORE
registry: store:registry
"""
DECLARED = """\
apiVersion: flyteops/v1
tasks:
  count: {function: work:count, cache: true}
  double: {function: work:double}
workflows:
  all:
    inputs: {text: str}
    nodes:
      a: {task: count, inputs: {text: $inputs.text}}
      b: {task: double, inputs: {x: $a}}
    outputs: {n: $b}
"""
CODE = "def count(text: str) -> int:\n    return len(text)\n\n\ndef double(x: int) -> int:\n    return 2 * x\n"


class Project:
    """A new repository whose store is a prefix of its own."""

    def __init__(self, folder: Path, server: s3.Server, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = {**environment, **server.environment}
        self.store = server.uri(f"e2e-{os.urandom(6).hex()}")
        files = {
            "flyteops.yaml": SETTINGS.replace("STORE", self.store),
            "pipelines/all.yaml": DECLARED,
            "src/work.py": CODE,
            ".gitignore": ".flyteops/\n__pycache__/\n",
        }
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.folder, env=self.environment, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=x")

    def cli(self, *words: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "flyteops", *words]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        assert s3.SECRET not in said
        return said


@pytest.fixture
def project(tmp_path: Path, steady_environment: dict[str, str]) -> Project:
    return Project(tmp_path, s3.required(s3.seaweed()), steady_environment)


def test_a_run_with_its_store_in_a_bucket(project: Project) -> None:
    assert "n = 6" in project.cli("run", "workflow/all", "--input", "text=abc")
    again = project.cli("run", "workflow/all", "--input", "text=abc")
    assert "n = 6" in again
    assert "cache" in again


def test_plan_and_apply_with_the_registry_in_a_bucket(project: Project) -> None:
    project.cli("apply", "-y")
    assert "generation 1" in project.cli("status")
    assert project.cli("plan", "--detailed-exitcode", code=0)
    (project.folder / "src" / "work.py").write_text(CODE.replace("2 * x", "3 * x"))
    project.commit()
    project.cli("plan", "--detailed-exitcode", code=2)
    project.cli("apply", "-y")
    project.cli("plan", "--detailed-exitcode", code=0)
    project.cli("registry", "verify")
    assert project.store in project.cli("doctor")


def test_a_server_that_ignores_conditions_is_refused(tmp_path: Path, steady_environment: dict[str, str]) -> None:
    project = Project(tmp_path, s3.required(s3.rclone()), steady_environment)
    assert "refused[FO734]" in project.cli("apply", "-y", code=5)
