"""The page of the language as a project: each of its blocks is read, planned, rendered, and run where it can run.

`projects/language` has a file per block, word for word but for what the page leaves out with three dots; `rest.yaml`
has what it says in its running text, `pools.yaml` a pool that its machines fit.
"""

from __future__ import annotations

import json

import pytest

WORDS = (
    'error[FO217]: output "rows" does not exist on node "prep"\n'
    "  --> pipelines/train.yaml:49:24\n"
    "   |\n"
    "49 |         inputs: {data: $prep.rows}\n"
    "   |                        ^^^^^^^^^^ prep returns o0: File\n"
    "   = help: write $prep, or name the output: tasks.prep.outputs: [rows]\n"
)


@pytest.fixture
def page(project, monkeypatch):
    repository = project("language")
    for name in ("HF_TOKEN", "DB", "SLACK_HOOK"):
        monkeypatch.setenv(f"FLYTEOPS_SECRET_{name}", "not told to anybody")
    return repository


def phases(answer: dict) -> dict[str, str]:
    return {node["path"]: node["phase"] for node in answer["nodes"] if node["kind"] != "switch"}


def test_every_block_is_valid_in_every_domain(page) -> None:
    ended = page.flyteops("validate")
    assert (ended.code, ended.stdout) == (
        0, "valid: 16 tasks, 4 workflows, 4 launch plans in 3 domains (development, staging, production)\n",
    )  # fmt: skip
    assert "error[" not in ended.stderr
    assert ended.stderr.endswith("4 warnings\n"), "three images and a task of another project, none in the lock"


@pytest.mark.parametrize("domain", ["development", "production"])
def test_every_block_is_planned(page, domain) -> None:
    plan = page.answer("plan", "-d", domain)
    changed = {change["address"] for change in plan["changes"]}
    assert {
        "task/area", "task/pack", "task/plan", "task/query", "task/finetune", "task/etl", "task/shared_embed",
        "task/churn.model:score", "workflow/train", "launch_plan/nightly-us", "artifact/model",
    } <= changed  # fmt: skip


def test_what_was_applied_needs_no_change(page) -> None:
    assert page.flyteops("apply", "-y").code == 0
    assert "No changes" in page.flyteops("plan").stdout


def test_the_workflow_of_the_page_ends_each_of_its_ways(page) -> None:
    """More rows make a better model: the first case, the second, and the failure with its handler."""
    good = page.answer("run", "train", "--input", "rows=10", "--input", "days=[2026-01-31, 2026-02-01]")
    assert good["outputs"]["scores"] == [10.31, 10.01]
    assert (phases(good)["route.case0"], phases(good)["route.case1"]) == ("succeeded", "skipped")

    middling = page.answer("run", "nightly-us", "--input", "rows=7", "--slot", "2026-01-31T02:00:00Z")
    assert (phases(middling)["route.case0"], phases(middling)["route.case1"]) == ("skipped", "succeeded")
    assert middling["outputs"]["scores"] == []

    poor = page.flyteops("run", "train", "--input", "rows=2", "-o", "json")
    assert poor.code == 6
    answer = json.loads(poor.stdout)
    assert (phases(answer)["done"], phases(answer)["on_failure"]) == ("not_run", "succeeded")
    (log,) = (page.root / ".flyteops/runs").glob("*/on_failure/*/log.txt")
    assert log.read_text("utf-8") == "accuracy is too low\n"


def test_the_running_text_of_the_page_runs(page) -> None:
    answer = page.answer("run", "rest", "--approve", "publish", "--answer", "often=2")
    assert answer["outputs"] == {
        "way": "$often",
        "spelled": "2026-01-31T08:00:00+00:00; 1:30:00; 1.0; Dr x; {'a': [1, 2]}; $ xxx no",
        "count": ["xx", "xx"],
        "inner": "xxx",
        "launched": "x",
        "all": ["a", "b"],
        "runs": ["a", "b"],
    }


def test_tasks_of_every_kind_run_or_say_why_not(page) -> None:
    def wrong(*words: str) -> str:
        ended = page.flyteops("run", *words)
        assert ended.code == 4
        return ended.stderr.split("error[FO355]: ")[1].partition("\n")[0]

    assert page.answer("run", "task/pack", "--input", "folder=src")["outputs"]["archive"].keys() >= {"sha256"}
    assert page.answer("run", "task/query", "--input", "limit=1")["outputs"] == {"o0": [41]}
    graph = page.answer("run", "task/plan", "--input", 'texts=["a", "b"]')
    assert phases(graph) == dict.fromkeys(["task", "task/tell0", "task/tell1"], "succeeded")
    assert [
        wrong("task/area", "--input", "a=1", "--input", "b=2"),
        wrong("task/finetune", "--input", "epochs=1"),
        wrong("task/etl", "--input", "day=2026-01-31"),
        wrong("task/shared_embed", "--input", "text=a"),
    ] == [
        "the task area cannot run on this machine: it is a container of ghcr.io/acme/area:v2",
        "the task finetune cannot run on this machine: torchrun wants 4 hosts",
        "the task etl cannot run on this machine: k8s/spark.yaml is an object of Kubernetes",
        "the task shared_embed cannot run on this machine: it belongs to nlp/production",
    ]
    tested = page.flyteops("test")
    assert (tested.code, "1 test passed" in tested.stdout) == (0, True), tested


def test_it_is_rendered_and_read_back(page) -> None:
    pytest.importorskip("hera")
    ended = page.flyteops("render", "-d", "production", "--verify", "--out", "out")
    assert ended.code == 0, ended.stderr
    kinds = sorted(path.name.rpartition("-")[0] for path in (page.root / "out").iterdir())
    assert kinds == [
        "cronworkflow-nightly", "cronworkflow-nightly-us", "cronworkflow-often", "workflowtemplate-again",
        "workflowtemplate-inner", "workflowtemplate-nightly", "workflowtemplate-nightly-us", "workflowtemplate-often",
        "workflowtemplate-on-model", "workflowtemplate-rest", "workflowtemplate-train",
    ]  # fmt: skip


def test_effective_values_are_those_of_base_overlay_and_defaults(page) -> None:
    """One field of the profile is changed by the overlay; the task's own word beats its defaults."""
    told = {
        line.split()[0]: " ".join(line.split()[1:])
        for line in page.flyteops("explain", "task/fit", "-d", "production").stdout.splitlines()
        if line.startswith("  ")
    }
    assert told["resources.memory"] == "128Gi pipelines/production.yaml:6 overlay production"
    assert told["resources.cpu"] == "request 8 pipelines/train.yaml:6 profile a100"
    assert told["retries.limit"] == "3 pipelines/train.yaml:27"
    assert told["retries.backoff"] == "from 10s, times 2, at most 5m pipelines/train.yaml:27"
    assert told["service_account"] == "churn pipelines/production.yaml:4 defaults of the overlay production"
    scored = page.flyteops("explain", "task/churn.model:score", "-d", "production").stdout
    assert "retries.limit" in scored
    assert " 5 " in scored


def test_the_error_of_the_page_is_told_in_its_words(page) -> None:
    page.edit("pipelines/train.yaml", "inputs: {data: $prep}", "inputs: {data: $prep.rows}")
    ended = page.flyteops("validate", "-d", "development")
    assert ended.code == 4
    assert WORDS in ended.stderr
