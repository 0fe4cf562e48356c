"""Emitted templates really run: controller, kubelet, our runtime in every pod, under the restricted profile.

Wanted: KUBECONFIG, a running workflow-controller, and FLYTEOPS_E2E_IMAGE, an image with `python` (3.11 or newer) and
the package. The store is a folder of this machine behind a volume claim, put into the pods by the test alone.
"""

from __future__ import annotations

import json
import os
import subprocess
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
from tests.unit.argo.programs import above, out, program_of, said, task, var

pytestmark = pytest.mark.e2e
SPACE = "flyteops-e2e"
IMAGE = os.environ.get("FLYTEOPS_E2E_IMAGE", "")
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
PLACE = f"""
apiVersion: v1
kind: Namespace
metadata: {{name: {SPACE}, labels: {{pod-security.kubernetes.io/enforce: restricted}}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: flyteops-run, namespace: {SPACE}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: flyteops-executor, namespace: {SPACE}}}
---
apiVersion: v1
kind: Secret
type: kubernetes.io/service-account-token
metadata:
  name: flyteops-executor.service-account-token
  namespace: {SPACE}
  annotations: {{kubernetes.io/service-account.name: flyteops-executor}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: executor, namespace: {SPACE}}}
rules: [{{apiGroups: [argoproj.io], resources: [workflowtaskresults], verbs: [create, patch]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: executor, namespace: {SPACE}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: executor}}
subjects: [{{kind: ServiceAccount, name: flyteops-executor, namespace: {SPACE}}}]
---
apiVersion: v1
kind: PersistentVolume
metadata: {{name: {SPACE}}}
spec:
  capacity: {{storage: 1Gi}}
  accessModes: [ReadWriteMany]
  hostPath: {{path: FOLDER}}
  storageClassName: ""
  claimRef: {{name: store, namespace: {SPACE}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: store, namespace: {SPACE}}}
spec:
  accessModes: [ReadWriteMany]
  storageClassName: ""
  volumeName: {SPACE}
  resources: {{requests: {{storage: 1Gi}}}}
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


def kubectl(*arguments: str, stdin: str = "", check: bool = True) -> str:
    done = subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG is unset: no cluster to run in")
    if not IMAGE:
        pytest.skip("FLYTEOPS_E2E_IMAGE is unset: no image with python and the package")
    folder = tmp_path_factory.mktemp("store")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o777)
    code = folder / "code" / "churn"
    code.mkdir(parents=True)
    (code / "steps.py").write_text(CODE, encoding="utf-8")
    kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=PLACE.replace("FOLDER", str(folder)))
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
    body = json.loads(json.dumps(emitted.body))
    for template in body["spec"]["templates"]:
        if "container" in template:
            template["volumes"].append({"name": "store", "persistentVolumeClaim": {"claimName": "store"}})
            template["container"]["volumeMounts"].append({"name": "store", "mountPath": "/store"})
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
    nodes = {
        node["name"].partition(".")[2]: (node["phase"], node.get("outputs", {}).get("exitCode", ""))
        for node in status["nodes"].values()
        if node["type"] != "Retry"
    }
    return found, nodes


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
