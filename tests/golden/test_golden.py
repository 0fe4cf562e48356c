"""Whole projects in; diagnostics, plan and manifests out, byte for byte. Rewritten only by `--update-golden`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CASES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", ".")))
SHIPPED = {"digits": ROOT / "pipelines" / "digits", "hello": ROOT / "pipelines" / "hello"}
"""Cases whose project is one of those that ship."""


@pytest.mark.parametrize("name", CASES)
def test_the_project_gives_exactly_this(
    name: str, make_project: Callable[[Path], Path], run_cli: Callable[[list[str]], Any], request: pytest.FixtureRequest
) -> None:
    case = HERE / name
    project = make_project(SHIPPED.get(name, case / "project"))
    validate = run_cli(["validate"])
    plan = run_cli(["plan", "-o", "json", "--at", "2026-01-31T08:00:00Z"])
    render = run_cli(["render", "--out", "manifests"])
    assert [validate.code, plan.code, render.code] == [0, 0, 0], validate.stderr + plan.stderr + render.stderr
    found = {"diagnostics.txt": validate.stdout + validate.stderr, "plan.json": plan.stdout} | manifests(project)
    if request.config.getoption("--update-golden"):
        rewrite(case, found)
    assert found == expected(case)


def manifests(project: Path) -> dict[str, str]:
    """What render wrote: path to text."""
    files = (path for path in (project / "manifests").rglob("*") if path.is_file())
    return {path.relative_to(project).as_posix(): path.read_text(encoding="utf-8") for path in files}


def expected(case: Path) -> dict[str, str]:
    """What the case holds besides its project."""
    files = (path for path in case.rglob("*") if path.is_file() and path.relative_to(case).parts[0] != "project")
    return {path.relative_to(case).as_posix(): path.read_text(encoding="utf-8") for path in files}


def rewrite(case: Path, found: dict[str, str]) -> None:
    """Makes the case say what was found."""
    for name in expected(case).keys() - found.keys():
        (case / name).unlink()
    for name, content in found.items():
        (case / name).parent.mkdir(parents=True, exist_ok=True)
        (case / name).write_text(content, encoding="utf-8")
