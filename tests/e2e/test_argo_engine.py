"""Emitted templates really run: controller, kubelet, our runtime in every pod, under the restricted profile."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flyteops.argo import CodeInImage, Target, emit, verify
from flyteops.execution.graph import mapped_outputs
from flyteops.model.entities import (
    CachePolicy,
    Case,
    Fail,
    GiveValue,
    Interface,
    MapCall,
    Node,
    Resources,
    Retries,
    Switch,
    TaskCall,
    TaskSettings,
    Timeout,
    Workflow,
)
from flyteops.model.program import Program
from flyteops.model.types import INT, STR, ListOf
from tests.e2e.engine import IMAGE, kubectl, need_engine, nodes_of, place, with_store
from tests.unit.argo.programs import above, out, program_of, said, task, var

pytestmark = pytest.mark.e2e
SPACE = "flyteops-e2e"
HOSTILE = "{{workflow.name}} $(HOME) {{{$x"
CODE = """
import os, sys
def make(): return 1
def double(x):
    if x == 3: raise ValueError("three")
    return 2 * x
def add(x): return x + 100
def greet(): return os.environ["GREETING"]
def stop(): sys.exit(7)
"""

MAKE = task("make", (), (var("o0"),), settings=TaskSettings(cache=CachePolicy()))
DOUBLE = task("double", (var("x"),), (var("o0"),), settings=TaskSettings(cache=CachePolicy()))
ADD = task("add", (var("x"),), (var("o0"),), settings=TaskSettings(retries=Retries(limit=1)))
STOP = task("stop", settings=TaskSettings(retries=Retries(limit=1)))
GREET = task(
    "greet",
    (),
    (var("o0", STR),),
    settings=TaskSettings(
        env=(("GREETING", HOSTILE),),
        resources=Resources(gpu=1, accelerator="nvidia-tesla-a100", shared_memory="8Mi"),
        timeout=Timeout(run_s=60, queued_s=300),
    ),
)


def mapped(items: list[int]) -> MapCall:
    return MapCall(
        callee="double", over=(said("x", items, ListOf(INT)),), inputs=(), concurrency=2, min_success_ratio=0.5
    )


def call(name: str, value: int) -> TaskCall:
    return TaskCall(task=name, inputs=(said("x", value, INT),))


def flow() -> Program:
    inner = Switch(
        cases=(Case(when=above("a", "o0", 3), then=GiveValue(bound=out("a", "o0"))),),
        otherwise=TaskCall(task="add", inputs=(out("a", "o0", to="x"),)),
        outputs=(var("o0"),),
    )
    route = Switch(
        cases=(Case(when=above("a", "o0", 5), then=call("add", 1)), Case(when=above("a", "o0", 1), then=inner)),
        otherwise=Fail(message="no"),
        outputs=(var("o0"),),
    )
    last = TaskCall(task="add", inputs=(out("route", "o0", to="x"),))
    items = mapped([1, 2, 3])
    nodes = (
        Node(name="a", body=TaskCall(task="make", inputs=()), outputs=(var("o0"),)),
        Node(name="g", body=TaskCall(task="greet", inputs=()), outputs=(var("o0", STR),)),
        Node(name="m", body=items, outputs=mapped_outputs(DOUBLE.interface.outputs, items)),
        Node(name="route", body=route, outputs=(var("o0"),)),
        Node(name="z", body=last, outputs=(var("o0"),), after=("m", "route")),
    )
    workflow = Workflow(
        name="flow", interface=Interface(outputs=(var("r"),)), nodes=nodes, outputs=(out("z", "o0", to="r"),)
    )
    return program_of(MAKE, DOUBLE, ADD, GREET, workflow)


def failing() -> Program:
    never = task(
        "double", (var("x"),), (var("o0"),), settings=TaskSettings(retries=Retries(limit=2, never=("ValueError",)))
    )
    route = Switch(
        cases=(Case(when=above("a", "o0", 5), then=TaskCall(task="stop", inputs=())),),
        otherwise=Fail(message="too low {{x}}"),
        outputs=(),
    )
    empty = mapped([])
    nodes = (
        Node(name="a", body=TaskCall(task="make", inputs=()), outputs=(var("o0"),)),
        Node(name="c", body=call("double", 3), outputs=(var("o0"),)),
        Node(name="e", body=empty, outputs=mapped_outputs(never.interface.outputs, empty)),
        Node(name="f", body=TaskCall(task="add", inputs=(out("c", "o0", to="x"),)), outputs=(var("o0"),)),
        Node(name="route", body=route, outputs=()),
        Node(name="s", body=TaskCall(task="stop", inputs=()), outputs=()),
    )
    workflow = Workflow(
        name="bad", interface=Interface(), nodes=nodes, outputs=(), failure_policy="after_executable_nodes"
    )
    # Not cached: the tests run in any order.
    make = task("make", (), (var("o0"),))
    return program_of(make, never, ADD, STOP, workflow)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    need_engine()
    folder = tmp_path_factory.mktemp("store")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o777)
    code = folder / "code" / "churn"
    code.mkdir(parents=True)
    (code / "steps.py").write_text(CODE, encoding="utf-8")
    kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=place(SPACE, folder))
    yield folder
    kubectl("delete", "namespace", SPACE, "--wait=true", check=False)
    kubectl("delete", "persistentvolume", SPACE, "--wait=false", check=False)


def run(program: Program, name: str) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """The finished run, and per node its phase and exit code; retries end in `(0)`, `(1)`…"""
    plan = program.launch_plan(name)
    assert plan is not None
    target = Target(namespace=SPACE, store="file:/store", default_image=IMAGE, code=CodeInImage(roots=("/store/code",)))
    emitted = emit(program, target=target, plans=(plan,))[0]
    assert verify(emitted.body) == ()
    body = with_store(json.loads(json.dumps(emitted.body)))
    kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=json.dumps(body))
    started = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"generateName": f"{name}-", "namespace": SPACE},
        "spec": {"workflowTemplateRef": {"name": emitted.name}},
    }
    created = kubectl("create", "-f", "-", "-o", "name", stdin=json.dumps(started)).strip()
    deadline = time.monotonic() + 300
    while True:
        found = json.loads(kubectl("get", "-n", SPACE, created, "-o", "json"))
        status = found.get("status", {})
        if status.get("phase") in ("Succeeded", "Failed", "Error"):
            break
        assert time.monotonic() < deadline, status
        time.sleep(2)
    return found, nodes_of(found)


def test_a_workflow_runs_and_runs_again_from_the_cache(store: Path) -> None:
    first, nodes = run(flow(), "flow")
    assert first["status"]["phase"] == "Succeeded"
    assert nodes["a.compute(0)"] == ("Succeeded", "0")
    assert nodes["route-case0"] == ("Skipped", "")
    assert nodes["m.items(2:2).compute(0)"] == ("Failed", "80")
    commits = store / "runs" / first["metadata"]["uid"]
    assert value(commits / "outputs.json", "r") == 201
    assert value(commits / "g" / "commit.json", "o0") == HOSTILE
    again, nodes = run(flow(), "flow")
    assert again["status"]["phase"] == "Succeeded"
    assert [nodes[name] for name in ("a.compute", "m.items(0:0).compute", "m.items(1:1).compute")] == [
        ("Skipped", "")
    ] * 3
    assert value(store / "runs" / again["metadata"]["uid"] / "outputs.json", "r") == 201


def test_a_failing_workflow_ends_as_it_should(store: Path) -> None:
    found, nodes = run(failing(), "bad")
    assert found["status"]["phase"] == "Failed"
    assert nodes["c(0)"] == ("Failed", "81")
    assert "c(1)" not in nodes
    assert [nodes[f"s({attempt})"] for attempt in range(2)] == [("Failed", "80")] * 2
    assert "s(2)" not in nodes
    assert (nodes["f"], nodes["route(0)"], nodes["e.items"]) == (("Omitted", ""), ("Failed", "81"), ("Skipped", ""))
    assert nodes["e.gather(0)"] == ("Succeeded", "0")


def value(path: Path, output: str) -> object:
    return json.loads(path.read_text(encoding="utf-8"))["outputs"][output]["value"]
