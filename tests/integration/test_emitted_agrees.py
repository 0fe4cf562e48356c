"""What is emitted does what the local run does: launched runs, mapped workflows, gates, failure handlers."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from flyteops.adapters.store_file import FileStore
from flyteops.argo import Target, emit, verify
from flyteops.operations.sources import load_program
from flyteops.wiring import open_workspace
from tests.integration.small_engine import Engine


@pytest.fixture
def depot(project, tmp_path):
    """A repository of the depot, and an engine for one of its workflows with a store beside it."""
    repository = project("depot")

    def engine(workflow: str, **answers: str) -> Engine:
        workspace = open_workspace(repository.root, environ={}, flags={})
        program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
        plan = program.launch_plan(workflow)
        assert plan is not None
        target = Target(namespace="depot", store="file:///store", default_image="ghcr.io/acme/base:v7")
        body = emit(program, target=target, plans=(plan,))[0].body
        assert verify(body) == ()
        store = tmp_path / "cluster"
        store.mkdir(exist_ok=True)
        return Engine(
            body=body, store=f"file://{store}", code=str(repository.root / "src"), folder=tmp_path, answers=answers
        )

    engine.repository = repository
    engine.store = FileStore(tmp_path / "cluster")
    return engine


def outputs(store: FileStore, run: str = "run") -> dict[str, Any]:
    found = store.get(f"runs/{run}/outputs.json")
    assert found is not None
    return {name: each["value"] for name, each in json.loads(found)["outputs"].items()}


def plain(value: Any) -> Any:
    """Optionals without their marks."""
    if isinstance(value, dict):
        return (
            plain(value["value"])
            if set(value) == {"$u", "value"}
            else {key: plain(each) for key, each in value.items()}
        )
    return [plain(each) for each in value] if isinstance(value, list) else value


def runs(root: Path) -> set[str]:
    return {each.name for each in (root / "runs").iterdir()}


def test_launched_and_mapped_runs_return_the_same_and_bear_the_same_names(depot):
    engine = depot("day")
    assert engine.run() == "Succeeded", engine.logs
    local = depot.repository.answer("run", "day", "--execution", "run")
    assert outputs(depot.store) == local["outputs"] == {"sum": 35, "tags": ["small", "small", "7 kg"]}
    cluster = Path(engine.store.removeprefix("file://"))
    assert runs(cluster) == runs(depot.repository.root / ".flyteops" / "store")
    assert not [pod for pod in engine.pods if pod.startswith("each/items(0)/body/tag-case0")], "a case not taken"


def test_failures_of_items_count_the_same(depot):
    engine = depot("most")
    assert engine.run() == "Succeeded", engine.logs
    assert (
        plain(outputs(depot.store)) == depot.repository.answer("run", "most")["outputs"] == {"o0": [1, None, 3, None]}
    )


def test_a_failed_run_calls_its_handler_with_the_same_error(depot):
    engine = depot("broken")
    assert engine.run() == "Failed"
    assert engine.pods[-2:] == ["exit/failure failure", "exit/handler-0 task"]
    assert engine.logs["exit/handler-0"] == "user fails 1 ValueError: cannot send ''"


def test_handlers_of_workflows_inside_come_first(depot):
    engine = depot("patient")
    assert engine.run() == "Failed"
    called = [pod.partition(" ")[0] for pod in engine.pods if "handler" in pod]
    assert called == ["own/handler-0", "exit/handler-0", "exit/handler-1"]
    why = "ValueError: cannot send ''"
    assert [engine.logs[each] for each in called] == [
        f"user fails 1 {why}", f"user inner.fails 1 {why}", f"user inner.fails 1 {why}",
    ]  # fmt: skip
    assert "failed at fails: ValueError: cannot send ''" in engine.logs["own/land"]


def word(of: str, value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps({"type": of, "value": value}).encode()).decode().rstrip("=")


def test_gates_open_with_an_answer(depot):
    engine = depot("checked", padding=word("int", 4), publish="yes")
    assert engine.run() == "Succeeded", engine.logs
    answer = depot.repository.answer("run", "checked", "--approve", "publish", "--answer", "padding=4")
    assert outputs(depot.store) == answer["outputs"] == {"weights": [6, 8]}


@pytest.mark.parametrize(
    ("publish", "padding", "why"),
    [
        ("no", word("int", 4), "publish was refused"),
        ("none", word("int", 4), "publish went on without an answer"),
        ("{{workflow.name}}", word("int", 4), "publish went on without an answer"),
        ("perhaps", word("int", 4), "publish was answered 'perhaps': say yes or no"),
        ("yes", word("str", "4"), "str does not fit int"),
        ("yes", "x", "padding was given no value"),
    ],
)
def test_gates_take_nothing_else(depot, publish, padding, why):
    engine = depot("checked", padding=padding, publish=publish)
    assert engine.run() == "Failed"
    assert why in "".join(engine.logs.values())
