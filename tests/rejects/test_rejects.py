"""One bad input for every code, and the exact message that it gets."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
CODE = re.compile(r"FO(?:-I)?\d{3}")
CASES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and path.name.startswith("FO"))


@pytest.mark.parametrize("name", CASES)
def test_the_message_is_exactly_this(
    name: str,
    make_project: Callable[[Path], Path],
    run_cli: Callable[..., Any],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = HERE / name
    project = make_project(case / "project")
    prepare(case, project)
    for line in text(case / "env", "").splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    provoke = case / "provoke.py"
    if provoke.exists():
        ended = run_cli(["version"], instead=runpy.run_path(str(provoke))["provoke"])
    else:
        ended = run_cli(shlex.split(text(case / "cmd", "validate")))
    found = (ended.stdout + ended.stderr).rstrip() + "\n"
    code = CODE.match(name)[0]
    expected_exit = int(text(case / "expected_exit", "4"))
    if request.config.getoption("--update-golden"):
        (case / "expected.txt").write_text(found, encoding="utf-8")
    assert found == text(case / "expected.txt", "")
    assert f"[{code}]" in found, "the case does not show its code"
    assert ended.code == expected_exit


def prepare(case: Path, project: Path) -> None:
    """Runs the case's own preparation, with the command line and Python of this environment on PATH."""
    script = case / "setup.sh"
    if script.exists():
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        subprocess.run(["sh", "-eu", str(script)], cwd=project, env=environment, check=True, capture_output=True)


def text(path: Path, default: str) -> str:
    """A file's text, or what stands for it when there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else default
