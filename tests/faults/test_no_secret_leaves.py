"""P13: credentials of the environment and of the settings are in nothing that a command writes, also when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .counting import Counts

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "sesame-key-7f3a",
    "AWS_SECRET_ACCESS_KEY": "sesame-secret-81bd",
    "AWS_SESSION_TOKEN": "sesame-token-55e0",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "PGPASSWORD": "sesame-pg-90aa",
}
SETTINGS = """\
apiVersion: flyteops/v1
project: churn
code: {roots: [src]}
declarations: [pipelines]
store: s3://bucket/prefix
registry: ${FLYTEOPS_REGISTRY}
"""
REGISTRIES = ("postgresql://ann:sesame-url-13c7@127.0.0.1:9/churn?connect_timeout=1", "store:registry")
COMMANDS = (
    ("plan",), ("apply", "-y"), ("doctor",), ("status", "-o", "json"), ("history",), ("run", "task/f"),
)  # fmt: skip


@pytest.mark.parametrize("registry", REGISTRIES, ids=["database", "bucket"])
def test_no_credential_is_in_any_output(
    tmp_path: Path, make_project: Callable[[Path], Path], registry: str, counts: Counts
) -> None:
    source = tmp_path / "source"
    (source / "pipelines").mkdir(parents=True)
    (source / "src").mkdir()
    (source / "flyteops.yaml").write_text(SETTINGS)
    (source / "pipelines" / "all.yaml").write_text("apiVersion: flyteops/v1\ntasks:\n  f: {function: work:f}\n")
    (source / "src" / "work.py").write_text("def f() -> int:\n    return 1\n")
    project = make_project(source)
    environment = {**os.environ, **CREDENTIALS, "FLYTEOPS_REGISTRY": registry}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "flyteops", *words],
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for words in COMMANDS
    ]
    for words, process in zip(COMMANDS, running, strict=True):
        said, _ = process.communicate(timeout=120)
        assert "sesame" not in said, (words, said)
        assert process.returncode in (0, 1, 4, 5), (words, said)
        assert "bug in flyteops" not in said, (words, said)
        counts.add(commands=1)
    for path in (project / ".flyteops").rglob("*"):
        if path.is_file():
            assert b"sesame" not in path.read_bytes(), path
