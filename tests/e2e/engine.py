"""A namespace of the real engine with a store of its own: objects as they are emitted, runs started, gates answered.

Wanted: KUBECONFIG, a running workflow-controller, and FLYTEOPS_E2E_IMAGE, an image with `python` (3.11 or newer), bash
and the package. The controller's setting `executor.securityContext` must be `{allowPrivilegeEscalation: false,
capabilities: {drop: [ALL]}}`, else the restricted profile refuses the engine's own containers. The store is a folder of
this machine behind a volume claim, put into the pods by the tests alone.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flyteops.argo import CodeInImage, Target, emit, verify
from flyteops.model.program import Program

IMAGE = os.environ.get("FLYTEOPS_E2E_IMAGE", "")
OVER = ("Succeeded", "Failed", "Error")
PLACE = """
apiVersion: v1
kind: Namespace
metadata: {name: SPACE, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: flyteops-run, namespace: SPACE}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: flyteops-executor, namespace: SPACE}
---
apiVersion: v1
kind: Secret
type: kubernetes.io/service-account-token
metadata:
  name: flyteops-executor.service-account-token
  namespace: SPACE
  annotations: {kubernetes.io/service-account.name: flyteops-executor}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: executor, namespace: SPACE}
rules: [{apiGroups: [argoproj.io], resources: [workflowtaskresults], verbs: [create, patch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: executor, namespace: SPACE}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: executor}
subjects: [{kind: ServiceAccount, name: flyteops-executor, namespace: SPACE}]
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: SPACE}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteMany]
  hostPath: {path: FOLDER}
  storageClassName: ""
  claimRef: {name: store, namespace: SPACE}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: store, namespace: SPACE}
spec:
  accessModes: [ReadWriteMany]
  storageClassName: ""
  volumeName: SPACE
  resources: {requests: {storage: 1Gi}}
"""


def kubectl(*arguments: str, stdin: str = "", check: bool = True) -> str:
    """What kubectl says; its words are shown when it fails."""
    done = subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


def place(space: str, store: Path) -> str:
    """A namespace with all that runs need there, and a volume over a folder."""
    return PLACE.replace("SPACE", space).replace("FOLDER", str(store))


def need_server() -> None:
    """Skips with the reason when there is no API server to ask."""
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG is unset: no cluster to ask")
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")


def need_engine() -> None:
    """Skips with the reason when there is no engine to run on."""
    need_server()
    if not IMAGE:
        pytest.skip("FLYTEOPS_E2E_IMAGE is unset: no image with python and the package")


class Engine:
    """One namespace, one store, one program."""

    def __init__(self, space: str, store: Path, program: Program) -> None:
        self.space = space
        self.store = store
        self.program = program
        self.templates: dict[str, str] = {}
        self.applied: list[dict[str, Any]] = []

    def make(self) -> None:
        """The namespace, and the volume over the folder of the store."""
        kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=place(self.space, self.store))

    def delete(self) -> None:
        """All of it."""
        kubectl("delete", "namespace", self.space, "--wait=true", check=False)
        kubectl("delete", "persistentvolume", self.space, "--wait=false", check=False)

    def apply(self, *plans: str) -> None:
        """The objects of launch plans, or workflows by their default ones, verified and with the store put in."""
        target = Target(
            namespace=self.space, store="file:/store", default_image=IMAGE, code=CodeInImage(roots=("/store/code",))
        )
        for name in plans:
            plan = self.program.launch_plan(name)
            assert plan is not None, name
            emitted = emit(self.program, target=target, plans=(plan,))
            self.templates[name] = emitted[0].name
            for each in emitted:
                assert verify(each.body) == ()
                self.applied.append(with_store(json.loads(json.dumps(each.body))))
        self.put(*self.applied)

    def put(self, *bodies: dict[str, Any]) -> None:
        """Objects as they are."""
        listed = {"apiVersion": "v1", "kind": "List", "items": list(bodies)}
        kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=json.dumps(listed))

    def start(self, *plans: str) -> list[str]:
        """A run of each plan; their names."""
        items = [
            {
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "Workflow",
                "metadata": {"generateName": f"{plan.replace('_', '-')}-", "namespace": self.space},
                "spec": {"workflowTemplateRef": {"name": self.templates[plan]}},
            }
            for plan in plans
        ]
        listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
        return [name.rpartition("/")[2] for name in kubectl("create", "-f", "-", "-o", "name", stdin=listed).split()]

    def found(self) -> dict[str, dict[str, Any]]:
        """All runs by name."""
        listed = json.loads(kubectl("get", "workflows", "-n", self.space, "-o", "json"))["items"]
        return {each["metadata"]["name"]: each for each in listed}

    def answer(self, run: str, node: str, answer: str | None, *, phase: str = "Succeeded") -> None:
        """What `argo node set RUN --node-field-selector name=RUN.NODE --output-parameter answer=… --phase …` does."""

        def change(body: dict[str, Any]) -> None:
            (found,) = [each for each in body["status"]["nodes"].values() if each["name"] == f"{run}.{node}"]
            found |= {"phase": phase, "finishedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
            if answer is not None:
                found["outputs"]["parameters"] = [{"name": "answer", "value": answer}]

        self._edited(run, change)

    def resume(self, run: str) -> None:
        """What `argo resume RUN` does: every gate goes on, with its default."""

        def change(body: dict[str, Any]) -> None:
            for each in body["status"]["nodes"].values():
                if each["type"] == "Suspend" and each["phase"] == "Running":
                    each |= {"phase": "Succeeded", "finishedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
                    for parameter in each.get("outputs", {}).get("parameters", []):
                        parameter["value"] = parameter.pop("valueFrom")["default"]

        self._edited(run, change)

    def shut(self, run: str, how: str) -> None:
        """What `argo stop` and `argo terminate` do."""
        patch = json.dumps({"spec": {"shutdown": how}})
        kubectl("patch", "workflow", run, "-n", self.space, "--type=merge", "-p", patch)

    def _edited(self, run: str, change: Callable[[dict[str, Any]], None]) -> None:
        for _ in range(5):
            body = json.loads(kubectl("get", "workflow", run, "-n", self.space, "-o", "json"))
            change(body)
            done = subprocess.run(
                ["kubectl", "replace", "-f", "-"], input=json.dumps(body), capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                return
            assert "the object has been modified" in done.stderr, done.stderr
        raise AssertionError(f"{run} is changed all the time")

    def outputs(self, run: dict[str, Any], below: str = "outputs.json") -> dict[str, Any]:
        """What a run, or one of its steps, has left in the store."""
        path = self.store / "runs" / run["metadata"]["uid"] / below
        written = json.loads(path.read_text(encoding="utf-8"))["outputs"]
        return {name: plain(each["value"]) for name, each in written.items()}


def with_store(body: dict[str, Any]) -> dict[str, Any]:
    """The object with the store's volume in every container that is told of the store or runs beside one."""
    for template in body["spec"].get("templates", []):
        if "container" not in template:
            continue
        template["volumes"].append({"name": "store", "persistentVolumeClaim": {"claimName": "store"}})
        for each in (template["container"], *template.get("initContainers", [])):
            if "--store" in each.get("args", []):
                each["volumeMounts"].append({"name": "store", "mountPath": "/store"})
    return body


def going(run: dict[str, Any]) -> bool:
    """Whether a run is not over."""
    return run.get("status", {}).get("phase") not in OVER


def phase(run: dict[str, Any]) -> str:
    """The phase of a run."""
    return str(run.get("status", {}).get("phase", ""))


def nodes_of(run: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Per node its phase and exit code; retries end in `(0)`, `(1)`…"""
    return {
        node["name"].partition(".")[2]: (node["phase"], node.get("outputs", {}).get("exitCode", ""))
        for node in run.get("status", {}).get("nodes", {}).values()
        if node["type"] != "Retry"
    }


def open_gates(run: dict[str, Any]) -> set[str]:
    """The gates that wait."""
    nodes = run.get("status", {}).get("nodes", {}).values()
    return {
        node["name"].partition(".")[2] for node in nodes if node["type"] == "Suspend" and node["phase"] == "Running"
    }


def word(of: str, value: object) -> str:
    """An answer of a gate: base64url of type and value."""
    return base64.urlsafe_b64encode(json.dumps({"type": of, "value": value}).encode()).decode().rstrip("=")


def plain(value: Any) -> Any:
    """Optionals without their marks."""
    if isinstance(value, dict):
        return (
            plain(value["value"]) if set(value) == {"$u", "value"} else {name: plain(of) for name, of in value.items()}
        )
    return [plain(each) for each in value] if isinstance(value, list) else value
