"""What explain tells of the gallery, to the letter: every value with its place and writer, cache key, users.

Rewritten only by `--update-golden`; the examples are edited often, so that places move: read what is rewritten.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GALLERY = Path(__file__).resolve().parents[2] / "pipelines" / "gallery"
EXPECTED = Path(__file__).with_name("explained")
TOLD = {
    "task-with-overlay": ["task/process", "-d", "production"],
    "task-cached-by-version": ["task/by_version"],
    "task-on-an-actor": ["task/score"],
    "task-with-secrets": ["task/fingerprint"],
    "workflow-with-gates": ["workflow/gates"],
    "workflow-with-a-handler": ["workflow/failing"],
    "node-with-overrides": ["workflow/machines.fit"],
    "plan-like-another": ["launch_plan/nightly-us", "-d", "production"],
    "role": ["role/registrar"],
}


@pytest.fixture
def gallery(make_project: Callable[[Path], Path]) -> Path:
    return make_project(GALLERY)


def test_every_value_has_its_place(gallery: Path, run_cli: Callable[..., Any], request: pytest.FixtureRequest) -> None:
    found = {}
    for name, words in TOLD.items():
        ended = run_cli(["explain", *words])
        assert ended.code == 0, (name, ended)
        found[name] = ended.stdout
    if request.config.getoption("--update-golden"):
        EXPECTED.mkdir(exist_ok=True)
        for name, text in found.items():
            (EXPECTED / f"{name}.txt").write_text(text, encoding="utf-8")
    assert found == {path.stem: path.read_text("utf-8") for path in EXPECTED.glob("*.txt")}
