"""Launch plans on this machine: what a caller may give, and what each option does to a run."""

from __future__ import annotations

import json

import pytest

from tests.integration.conftest import Repository

SLOT = "2026-01-31T01:30:00Z"


@pytest.fixture
def nightly(project) -> Repository:
    return project("nightly")


def model(repository: Repository, *words: str) -> str:
    """The text of the model that a run makes."""
    uri = repository.answer("run", *words)["outputs"]["model"]["uri"]
    return (repository.root / uri.removeprefix("file://<project>/")).read_text("utf-8")


def test_the_four_ways_to_launch(nightly: Repository) -> None:
    # Nothing given: the plan's default and what it fixes.
    assert model(nightly, "launch_plan/nightly") == "200 eu by hand"
    # A default of the plan may be changed by the caller.
    assert model(nightly, "launch_plan/nightly", "--input", "rows=5") == "5 eu by hand"
    # What is fixed may not, whatever the value.
    for value in ("us", "eu"):
        refused = nightly.flyteops("run", "launch_plan/nightly", "--input", f"region={value}")
        assert (refused.code, "error[FO281]" in refused.stderr) == (4, True)
    # The default plan of the workflow fixes and gives nothing.
    assert model(nightly, "workflow/train", "--input", "rows=5", "--input", "region=us") == "5 us by hand"
    without = nightly.flyteops("run", "launch_plan/train")
    assert (without.code, "error[FO282]" in without.stderr) == (4, True)


def test_inputs_of_a_file_and_a_slot(nightly: Repository) -> None:
    for name, text in (("given.yaml", "rows: 7\n"), ("given.json", json.dumps({"rows": 7}))):
        (nightly.root / name).write_text(text, "utf-8")
        words = ("launch_plan/nightly", "--inputs", name, "--slot", SLOT)
        assert model(nightly, *words) == "7 eu 2026-01-31T01:30:00+00:00"


def test_a_plan_that_overwrites_the_cache_computes_and_keeps(nightly: Repository) -> None:
    def cached(address: str, *words: str) -> list[bool]:
        return [each["cached"] for each in nightly.answer("run", address, "--input", "rows=200", *words)["nodes"]]

    assert cached("launch_plan/nightly") == [False]
    assert cached("launch_plan/nightly") == [False]
    # What it computed is there for others, and for the plan itself when the caller says so.
    assert cached("workflow/train") == [True]
    assert cached("launch_plan/nightly", "--cache", "on") == [True]


def test_a_plan_that_overwrites_the_cache_is_warned_about(nightly: Repository) -> None:
    warned = "launch_plan/nightly overwrites the cache: each of its runs computes everything anew"
    assert warned in nightly.answer("plan")["warnings"]
    nightly.edit("pipelines/nightly.yaml", "    overwrite_cache: true\n", "")
    assert warned not in nightly.answer("plan")["warnings"]


def test_files_go_where_the_plan_says_and_are_read_from_there(nightly: Repository) -> None:
    path = nightly.root / ".flyteops" / "store" / "teams" / "nightly" / "data"
    found = nightly.answer("run", "launch_plan/nightly")["outputs"]["model"]
    assert [each.name for each in path.rglob("*") if each.is_file()] == [found["sha256"]]
    assert (
        found["uri"] == f"file://<project>/.flyteops/store/teams/nightly/data/{found['sha256'][:2]}/{found['sha256']}"
    )
    # The entry of the cache names that place, and a run without the option finds the file there.
    again = nightly.answer("run", "workflow/train", "--input", "rows=200")
    assert (again["nodes"][0]["cached"], again["outputs"]["model"]["uri"]) == (True, found["uri"])
    path.joinpath(found["sha256"][:2], found["sha256"]).unlink()
    assert nightly.answer("run", "workflow/train", "--input", "rows=200")["nodes"][0]["cached"] is False


def test_who_would_be_told(nightly: Repository) -> None:
    said = nightly.flyteops("run", "launch_plan/nightly").stderr
    assert "note: in a cluster the channel hook (webhook) is told: run succeeded\n" in said
    assert "oncall" not in said
    assert "channel" not in nightly.flyteops("run", "workflow/train", "--input", "rows=1").stderr


def test_a_change_of_a_channel_is_a_change_of_every_plan_that_uses_it(nightly: Repository) -> None:
    assert nightly.flyteops("apply", "-y").code == 0
    nightly.edit("pipelines/nightly.yaml", "hooks.acme.com/x", "hooks.acme.com/y")
    (change,) = nightly.answer("plan")["changes"]
    assert change["address"] == "launch_plan/nightly"
    assert [(each["path"], each["after"]) for each in change["fields"]] == [
        ("notifications.0.channel.webhook.url", "https://hooks.acme.com/y")
    ]


def test_a_bare_name_means_the_plan_that_bears_its_workflows_name(nightly: Repository) -> None:
    own = "apiVersion: flyteops/v1\nlaunch_plans:\n  train: {workflow: train, default_inputs: {rows: 7, region: us}}\n"
    (nightly.root / "pipelines" / "own.yaml").write_text(own, "utf-8")
    assert model(nightly, "train") == "7 us by hand"
    assert model(nightly, "workflow/train") == "7 us by hand"
