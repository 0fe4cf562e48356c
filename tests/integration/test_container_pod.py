"""The steps of a container's pod as they are emitted, one after the other on this machine."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

from flyteops.adapters.store_file import FileStore
from flyteops.argo.faults import Findings
from flyteops.argo.kinds import work_pod
from flyteops.argo.target import Target
from flyteops.execution.graph import graph_of_task
from flyteops.execution.invocation import step_invocation
from flyteops.execution.steps import Step
from flyteops.model.digest import Json, canonical
from flyteops.model.entities import Interface, Task, Variable
from flyteops.model.program import Program
from flyteops.model.types import FILE, FLOAT, INT, STR, ListOf, optional, type_wire
from flyteops.model.works import ContainerWork, OutputFolder
from flyteops.runtime.session import parsed
from flyteops.runtime.stored import keep_literal, read_literal
from tests.integration.local_runs import OURS

PROGRAM = """
cd "$0"
a=$(cat $IN/a)
test ! -e $IN/absent
cp $IN/data data
tr -d '[]"' < $IN/names > count
wc -c < data > size
echo "$a" > doubled
"""
TASK = Task(
    name="area",
    work=ContainerWork(image="ghcr.io/acme/area:v2", command=("sh", "-euc", PROGRAM, OutputFolder())),
    interface=Interface(
        inputs=(
            Variable(name="a", type=FLOAT),
            Variable(name="absent", type=optional(STR)),
            Variable(name="data", type=FILE),
            Variable(name="names", type=ListOf(INT)),
        ),
        outputs=(
            Variable(name="doubled", type=FLOAT),
            Variable(name="data", type=FILE),
            Variable(name="size", type=INT),
        ),
    ),
)


class Pod:
    """The emitted pod, its volumes in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FileStore(str(folder / "store"))
        target = Target(namespace="kinds", store=f"file://{folder / 'store'}", default_image="ghcr.io/acme/base:v1")
        found = Findings(program=Program(project="kinds", domain="d", tasks={}, workflows={}), address="task/area")
        self.body = json.loads(json.dumps(work_pod(TASK, TASK.settings, verb="task", target=target, found=found)))
        assert not found.diagnostics
        graph = graph_of_task(TASK)
        step: Step = graph.steps["task"]
        self.invocation = base64.b64encode(canonical(step_invocation("kinds", step))).decode()
        for name in ("inputs", "outputs", "work"):
            (folder / name).mkdir()

    def put(self, name: str, of: Json, value: Json) -> None:
        key = "runs/r1/inputs.json"
        before = self.store.get(key)
        documents = {**(parsed(before or b"{}") or {}), name: keep_literal(self.store, of, value)}
        self.store.replace(key, canonical(documents), expected=before)

    def runner(self, container: dict) -> subprocess.CompletedProcess[str]:
        said = {
            "{{workflow.uid}}": "r1",
            "{{inputs.parameters.invocation}}": self.invocation,
            "$(FLYTEOPS_ATTEMPT)": "a1",
        }
        args = [said.get(each, each).replace("/flyteops/", f"{self.folder}/") for each in container["args"]]
        assert container["command"] == ["python", "-P", "-m", "flyteops.runtime"]
        environment = {"PYTHONPATH": OURS, "PATH": os.environ["PATH"]}
        return subprocess.run(
            [sys.executable, *container["command"][1:], *args],
            capture_output=True, text=True, env=environment, cwd=self.folder / "work", check=False,
        )  # fmt: skip

    def program(self, container: dict) -> None:
        mounted = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
        assert mounted["/var/inputs"] == "flyteops-inputs"
        assert mounted["/var/outputs"] == "flyteops-outputs"
        command = [each.replace("$$", "$") for each in container["command"]]
        assert command[-1] == "/var/outputs"
        environment = {"IN": str(self.folder / "inputs"), "PATH": os.environ["PATH"]}
        subprocess.run([*command[:-1], str(self.folder / "outputs")], env=environment, check=True)


def test_inputs_program_outputs(tmp_path: Path) -> None:
    pod = Pod(tmp_path)
    data = tmp_path / "data.txt"
    data.write_text("12345")
    pod.store.put_file("data/59/5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5", str(data))
    blob: Json = {
        "uri": "x", "size": 5, "format": "",
        "sha256": "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5",
    }  # fmt: skip
    pod.put("a", "float", 2.5)
    pod.put("absent", type_wire(optional(STR)), None)
    pod.put("data", type_wire(FILE), {"$blob": blob})
    pod.put("names", type_wire(ListOf(INT)), [1, 2])
    before, program = pod.body["initContainers"]
    ended = pod.runner(before)
    assert ended.returncode == 0, ended.stderr
    pod.program(program)
    ended = pod.runner(pod.body["container"])
    assert ended.returncode == 0, ended.stderr
    committed = parsed(pod.store.get("runs/r1/task/commit.json") or b"")
    assert committed is not None
    outputs = committed["outputs"]
    assert isinstance(outputs, dict)
    assert read_literal(pod.store, outputs["doubled"]) == ("float", 2.5)
    assert read_literal(pod.store, outputs["size"]) == ("int", 5)
    kept = read_literal(pod.store, outputs["data"])[1]
    assert isinstance(kept, dict)
    assert kept["$blob"]["sha256"] == blob["sha256"]  # type: ignore[call-overload, index]


def test_an_output_that_is_not_written_fails_the_task(tmp_path: Path) -> None:
    pod = Pod(tmp_path)
    for name, of in (("a", "float"), ("absent", type_wire(optional(STR))), ("names", type_wire(ListOf(INT)))):
        pod.put(name, of, {"float": 1.0}.get(str(of), None if name == "absent" else []))
    ended = pod.runner(pod.body["container"])
    assert ended.returncode == 82
    assert "output doubled: nothing was written to " in ended.stderr
