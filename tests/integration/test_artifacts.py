"""Artifacts on this machine: published by runs, found at a launch, kept by the run that found them."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Repository


@pytest.fixture
def nightly(project) -> Repository:
    return project("nightly")


def train(repository: Repository, rows: int, region: str) -> str:
    """Publishes a version; the id of its run."""
    words = ("--input", f"rows={rows}", "--input", f"region={region}")
    return repository.answer("run", "workflow/train", *words)["execution"]


def text(repository: Repository, *words: str) -> str:
    return repository.answer("run", *words)["outputs"]["text"]


def versions(repository: Repository, *words: str) -> list[dict]:
    return repository.answer("artifacts", "ls", *words)["artifact/model"]


def test_the_newest_version_of_the_partitions_wins(nightly: Repository) -> None:
    train(nightly, 1, "us")
    train(nightly, 2, "us")
    train(nightly, 3, "eu")
    assert text(nightly, "workflow/report") == "2 us by hand"
    assert text(nightly, "launch_plan/report-eu") == "3 eu by hand"
    # A trigger's binding is a query for whoever starts it by hand.
    assert text(nightly, "launch_plan/on-model") == "3 eu by hand"
    # What the caller gives is not looked for.
    (nightly.root / "other.txt").write_text("given", "utf-8")
    assert text(nightly, "launch_plan/report-eu", "--input", "model=other.txt") == "given"


def test_every_run_makes_a_version_of_its_own(nightly: Repository) -> None:
    runs = [train(nightly, 1, "us"), train(nightly, 1, "us")]
    found = versions(nightly)
    assert [each["run"] for each in found] == [*reversed(runs)]
    assert len({each["id"] for each in found}) == 2
    assert {each["value"]["digest"] for each in found} == {found[0]["value"]["digest"]}
    # A run that is continued adds nothing, and a run of the workflow as a part of another neither.
    nightly.answer("run", "workflow/train", "--execution", runs[0], "--input", "rows=1", "--input", "region=us")
    assert versions(nightly) == found


def test_partitions_and_times(nightly: Repository) -> None:
    nightly.answer("run", "launch_plan/nightly", "--slot", "2026-01-31T23:30:00-05:00")
    train(nightly, 1, "us")
    newest, slot = versions(nightly)
    assert (slot["partitions"], slot["time"]) == ({"region": "eu", "size": "small"}, "2026-02-01")
    assert (newest["partitions"], newest["time"]) == ({"region": "us", "size": "small"}, newest["created"][:10])
    assert versions(nightly, "model", "--partition", "region=eu") == [slot]
    assert versions(nightly, "-n", "1") == [newest]


def test_a_launch_without_a_match_names_what_there_is(nightly: Repository) -> None:
    nothing = nightly.flyteops("run", "workflow/report")
    assert (nothing.code, "nothing of it was published yet" in nothing.stderr) == (4, True)
    train(nightly, 1, "eu")
    other = nightly.flyteops("run", "workflow/report")
    assert other.code == 4
    assert "no version of artifact/model has region=us" in other.stderr
    assert "there are artifact/model@" in other.stderr
    assert "(region=eu, size=small, " in other.stderr


def test_a_run_keeps_the_version_that_it_was_launched_with(nightly: Repository) -> None:
    first = train(nightly, 1, "us")
    assert text(nightly, "workflow/report", "--execution", "kept") == "1 us by hand"
    train(nightly, 2, "us")
    again = nightly.flyteops("run", "workflow/report", "--execution", "kept")
    assert (again.code, f"of run {first}" in again.stderr) == (0, True)
    assert text(nightly, "workflow/report", "--execution", "other") == "2 us by hand"


def test_what_waits_for_a_version_is_named(nightly: Repository) -> None:
    eu = nightly.flyteops("run", "workflow/train", "--input", "rows=1")
    assert "note: published artifact/model@" in eu.stderr
    assert "note: launch_plan/on-model waits for it: flyteops run launch_plan/on-model" in eu.stderr
    us = nightly.flyteops("run", "workflow/train", "--input", "rows=1", "--input", "region=us")
    assert "waits for it" not in us.stderr
    # A run that fails publishes nothing.
    nightly.edit("src/nightly/steps.py", "    path = Path(", "    raise ValueError\n    path = Path(")
    before = versions(nightly)
    assert nightly.flyteops("run", "workflow/train", "--input", "rows=9").code == 6
    assert versions(nightly) == before


def test_an_artifact_is_planned_and_retired_as_every_entity(nightly: Repository) -> None:
    assert nightly.flyteops("apply", "-y").code == 0
    nightly.edit("pipelines/nightly.yaml", "size: small", "size: large")
    (change,) = nightly.answer("plan")["changes"]
    assert (change["address"], change["action"]) == ("artifact/model", "update")
    assert [(each["path"], each["before"], each["after"]) for each in change["fields"]] == [
        ("partitions.size", "small", "large")
    ]
    text = (nightly.root / "pipelines" / "nightly.yaml").read_text("utf-8")
    head, _, rest = text.partition("artifacts:\n")
    kept = rest[rest.index("launch_plans:") :].replace("  report-eu", "#").replace("  on-model", "#")
    kept = head.replace(", default: {artifact: model, partitions: {region: us}}", "") + kept
    (nightly.root / "pipelines" / "nightly.yaml").write_text(kept, "utf-8")
    gone = {each["address"]: each["action"] for each in nightly.answer("plan")["changes"]}
    assert gone == {
        "artifact/model": "retire",
        "launch_plan/on-model": "retire",
        "launch_plan/report-eu": "retire",
        "workflow/report": "update",
    }
