"""Kinds of tasks in the cluster's words: the steps of a container, scripts as they are, and what is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flyteops.argo import emit_task, verify
from flyteops.argo.target import CodeBundle, RunnerInstall
from flyteops.model.entities import Amount, Resources, Retries, Task, TaskSettings
from flyteops.model.errors import InvalidProject
from flyteops.model.works import (
    ContainerWork,
    Distributed,
    DynamicWork,
    FunctionRef,
    FunctionWork,
    InputArgument,
    ManifestWork,
    OutputFolder,
    RefWork,
    ScriptWork,
    TaskWork,
)
from tests.unit.argo.programs import TARGET, program_of, task

Body = dict[str, Any]
CODE = CodeBundle(uri="s3://b/code.tgz", image="ghcr.io/acme/tools:v1", command=("unpack",))
WHOLE = replace(TARGET, runner=RunnerInstall(image="ghcr.io/acme/runner:v1"), code=CODE)
AREA = ContainerWork(image="ghcr.io/acme/area:v2", command=("./area.sh", "$(HOME) $x", OutputFolder()))
SETTINGS = TaskSettings(
    resources=Resources(cpu=Amount(request="2", limit=None), gpu=1, shared_memory="1Gi"),
    retries=Retries(limit=1),
    env=(("MODE", "fast"),),
)


def of(work: TaskWork, settings: TaskSettings = SETTINGS) -> Task:
    return replace(task("it"), work=work, settings=settings)


def emitted(work: TaskWork) -> Body:
    (found,) = emit_task(program_of(of(work)), of(work), target=WHOLE)
    return dict(found.body)


def pod(body: Body) -> Body:
    return next(each for each in body["spec"]["templates"] if each["name"].startswith("task-"))


def test_a_container_runs_between_two_steps_of_ours() -> None:
    body = emitted(AREA)
    assert verify(body) == ()
    found = pod(body)
    names = [each["name"] for each in found["initContainers"]]
    assert names == ["flyteops-runner", "flyteops-inputs", "program"]
    before, program = found["initContainers"][1:]
    assert before["args"][0] == "container-inputs"
    assert found["container"]["args"][0] == "container-outputs"
    assert program["command"] == ["./area.sh", "$$(HOME) $$x", "/var/outputs"]
    assert program["resources"]["limits"] == {"nvidia.com/gpu": "1"}
    assert [each["name"] for each in program["env"]] == ["HOME", "TMPDIR", "MODE"]
    mounts = {each["name"]: each["mountPath"] for each in program["volumeMounts"]}
    assert mounts == {
        "flyteops-work": "/flyteops/work",
        "flyteops-shm": "/dev/shm",
        "flyteops-inputs": "/var/inputs",
        "flyteops-outputs": "/var/outputs",
    }
    for ours in (before, found["container"]):
        assert "nvidia.com/gpu" not in ours["resources"]["limits"]
        assert [each["name"] for each in ours["env"]] == ["FLYTEOPS_ATTEMPT", "HOME", "TMPDIR"]
        assert not {"flyteops-code", "flyteops-shm"} & {each["name"] for each in ours["volumeMounts"]}
    # A program that fails has no exit code for the engine: an unknown one is its own failure, not the platform's.
    assert found["retryStrategy"]["expression"] == (
        "lastRetry.status == 'Error' || lastRetry.exitCode in ['84', '86', '87']"
        " || (asInt(retries) < 1 && lastRetry.exitCode not in ['64', '81', '82', '83'])"
    )


def test_a_script_is_a_task_like_any_other() -> None:
    body = emitted(ScriptWork(script="echo $x"))
    assert verify(body) == ()
    assert pod(body)["container"]["args"][0] == "task"


MUTATIONS: dict[str, tuple[Callable[[Body], object], str]] = {
    "program first": (lambda t: t["initContainers"].reverse(), "does not come last"),
    "no program": (lambda t: t["initContainers"].pop(), "do not come together"),
    "other verb": (lambda t: t["container"]["args"].__setitem__(0, "task"), "do not come together"),
    "other verb before": (lambda t: t["initContainers"][1]["args"].__setitem__(0, "task"), "another verb"),
    "over our runner": (
        lambda t: t["initContainers"][2]["volumeMounts"][-1].update(mountPath="/flyteops/runner"),
        "mountPath",
    ),
    "privileged": (lambda t: t["initContainers"][2]["securityContext"].update(privileged=True), "privileged"),
    "a tag in the command": (
        lambda t: t["initContainers"][2]["command"].append("{{inputs.parameters.invocation}}"),
        "tag of the engine",
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_second_opinion_knows_the_steps(name: str) -> None:
    body = copy.deepcopy(emitted(AREA))
    mutate, expected = MUTATIONS[name]
    mutate(pod(body))
    assert any(expected in str(each) for each in verify(body)), verify(body)


FUNCTION = FunctionRef(module="m", name="f")
REFUSED: dict[str, tuple[TaskWork, str, str]] = {
    "argument": (replace(AREA, command=(InputArgument(name="a"),)), "FO810", 'has the value of the input "a"'),
    "gang": (
        FunctionWork(function=FUNCTION, returns="none", code="c", cluster=Distributed(framework="ray", hosts=2)),
        "FO811",
        "nothing starts a gang of ray there",
    ),
    "dynamic": (DynamicWork(function=FUNCTION, code="c"), "FO811", "a pod has its runner only"),
    "object": (
        ManifestWork(path="k.yaml", sha256="0", document={}, done="status.x"),
        "FO811",
        "nothing there applies k.yaml",
    ),
    "reference": (RefWork(project="nlp", domain="d", task="t", version="active"), "FO811", "nlp/d is not brought"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_cluster_runs_is_refused(name: str) -> None:
    work, code, words = REFUSED[name]
    with pytest.raises(InvalidProject) as found:
        emitted(work)
    (fault,) = found.value.diagnostics
    assert fault.code == code
    assert words in fault.message
