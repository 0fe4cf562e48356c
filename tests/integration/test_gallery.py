"""The gallery works: it is valid, planned, emitted, and every example in it runs and gives what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "pipelines" / "gallery"
PAGE = ROOT / "docs" / "coming-from-flyte.md"
NEED_A_LIBRARY = {"torch", "keras"}
"""Workflows whose library is not among what the tests install."""
BLOCK = re.compile(r"^```(?:yaml|python)\n# ((?:pipelines|src)/\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def gallery(make_project: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    project = make_project(GALLERY)
    for name in ("API_TOKEN", "DATABASE"):
        monkeypatch.setenv(f"FLYTEOPS_SECRET_{name}", f"the value of {name}")
    return project


def test_every_example_gives_what_it_says(gallery: Path, run_cli: Callable[..., Any], tmp_path: Path) -> None:
    ended = run_cli(["test"])
    assert ended.code == 0, ended.stdout
    ran = set(re.findall(r"^  ok +\S+  (?:workflow|launch_plan|task)/(\S+)", ended.stdout, re.MULTILINE))

    why = tmp_path / "why.txt"
    failed = run_cli(["run", "workflow/failing", "--input", f"path={why}"])
    assert (failed.code, why.read_text("utf-8")) == (6, "NonRecoverable: no such region")
    retried = run_cli(["run", "workflow/retried", "--input", f"attempts={tmp_path / 'attempts'}"])
    assert (retried.code, "worked at attempt 3" in retried.stdout) == (0, True), retried
    held = run_cli(["run", "workflow/gates", "--approve", "publish", "--answer", "score=5"])
    assert (held.code, 'said = "A REPORT"' in held.stdout) == (0, True), held
    secret = run_cli(["run", "task/fingerprint"])
    assert (secret.code, "the value of" in secret.stdout + secret.stderr) == (0, False), secret
    trained = run_cli(["run", "workflow/train_model", "--input", "region=eu"])
    assert trained.code == 0, trained
    predicted = run_cli(["run", "workflow/predict"])
    assert (predicted.code, 'said = "model-eu-10 says 1"' in predicted.stdout) == (0, True), predicted

    ran |= {"failing", "retried", "gates", "train_model", "predict"}
    declared = re.findall(r"^  ([a-z_]+):$(?=(?:\n    .*|\n *)*\n    nodes:)", _declared(), re.MULTILINE)
    assert set(declared) - ran - NEED_A_LIBRARY == set(), "a workflow of the gallery that nothing runs"


def _declared() -> str:
    """The workflows sections of all files."""
    texts = (path.read_text("utf-8") for path in sorted((GALLERY / "pipelines").glob("*.yaml")))
    return "\n".join(text.partition("\nworkflows:\n")[2].partition("\ntests:\n")[0] for text in texts)


@pytest.mark.parametrize("domain", ["development", "production"])
def test_it_is_planned_and_applied(gallery: Path, run_cli: Callable[..., Any], domain: str) -> None:
    assert run_cli(["apply", "-y", "-d", domain]).code == 0
    again = run_cli(["plan", "-d", domain])
    assert "No changes" in again.stdout, again.stdout


@pytest.mark.parametrize("name", ["torch", "keras"])
def test_frameworks_where_they_are(gallery: Path, run_cli: Callable[..., Any], name: str) -> None:
    pytest.importorskip({"torch": "torch", "keras": "tensorflow"}[name])
    assert run_cli(["run", f"workflow/{name}"]).code == 0


def test_the_page_shows_what_the_gallery_says() -> None:
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    assert len(blocks) > 25
    for path, shown in blocks:
        assert shown in (GALLERY / path).read_text("utf-8"), f"{path} does not say:\n{shown}"


def test_every_block_of_ours_on_the_page_names_its_file() -> None:
    yaml = re.findall(r"^```yaml\n(.*)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [first for first in yaml if not first.startswith("# pipelines/")] == []
