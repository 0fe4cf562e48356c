"""One pod: resources, places, limits, retries, environment, images; and text that tries to be more than text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml

from flyteops.argo import CodeInImage, Interruptible, Target, emit, emit_task, object_text, verify
from flyteops.argo.pod import env_text
from flyteops.argo.retry import retry_strategy
from flyteops.model.entities import Backoff, Image, LaunchPlan, Resources, Retries, Task, TaskSettings, Toleration
from flyteops.model.errors import InvalidProject
from tests.unit.argo.programs import FIT, HELLO, PREP, TARGET, TELL, program_of, task

PLAIN = Target(namespace="default", store="file:/store", default_image="flyteops.local/base:1", argo="4.0")


def pod_of(one: Task, target: Target = TARGET) -> dict[str, Any]:
    body: Any = emit_task(program_of(one), one, target=target)[0].body
    assert verify(body, argo=target.argo) == ()
    return next(each for each in body["spec"]["templates"] if each["name"].startswith("task-"))


def refused(one: Task) -> list[tuple[str, str]]:
    with pytest.raises(InvalidProject) as found:
        emit_task(program_of(one), one, target=TARGET)
    return [(each.code, each.message) for each in found.value.diagnostics]


def test_a_pod_of_a_gpu_profile() -> None:
    pod = pod_of(FIT)
    assert pod["container"]["resources"] == {
        "requests": {"cpu": "8", "memory": "64Gi"},
        "limits": {"memory": "64Gi", "nvidia.com/gpu": "1"},
    }
    assert pod["nodeSelector"] == {"accelerator": "nvidia-tesla-a100", "pool": "gpu", "spot": "true"}
    assert pod["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "spot", "operator": "Exists", "effect": "NoSchedule"},
    ]
    assert (pod["priorityClassName"], pod["serviceAccountName"]) == ("training", "churn")
    assert (pod["activeDeadlineSeconds"], pod["pendingTimeout"]) == (7800, "21600s")
    assert pod["volumes"][-1] == {"name": "flyteops-shm", "emptyDir": {"medium": "Memory", "sizeLimit": "8Gi"}}
    assert pod["container"]["volumeMounts"][-1] == {"name": "flyteops-shm", "mountPath": "/dev/shm"}
    assert pod["container"]["image"] == f"ghcr.io/acme/train@sha256:{'b' * 64}"
    assert pod["metadata"] == {"labels": {"team": "growth"}, "annotations": {"example.com/note": "for {ops}"}}


def test_the_command_line_of_a_pod() -> None:
    container = pod_of(PREP, PLAIN)["container"]
    assert container["command"] == ["python", "-P", "-m", "flyteops.runtime"]
    assert container["args"] == [
        "task", "--store", "file:/store", "--run", "{{workflow.uid}}", "--attempt", "$(FLYTEOPS_ATTEMPT)",
        "--scope", "shared", "--code", "/app", "{{inputs.parameters.invocation}}",
    ]  # fmt: skip
    assert container["env"] == [
        {"name": "FLYTEOPS_ATTEMPT", "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}},
        {"name": "HOME", "value": "/flyteops/work"},
        {"name": "TMPDIR", "value": "/flyteops/work"},
    ]
    brought = pod_of(PREP)
    assert brought["container"]["command"] == ["python", "-P", "/flyteops/runner/runner.zip"]
    assert [each["command"] for each in brought["initContainers"]] == [
        ["cp", "/runner/runner.zip", "/flyteops/runner"],
        ["fetch", "s3://acme-flyteops/production/code/abc.tar.gz", "/flyteops/code"],
    ]


def test_retries() -> None:
    lost = "lastRetry.status == 'Error' || lastRetry.exitCode in ['-1', '84', '86', '87']"
    assert retry_strategy(Retries()) == {"limit": "3", "retryPolicy": "Always", "expression": lost}
    assert retry_strategy(Retries(limit=2, backoff=Backoff(initial_s=0.5, factor=1.5, max_s=90))) == {
        "limit": "5",
        "retryPolicy": "Always",
        "expression": f"{lost} || (asInt(retries) < 2 && lastRetry.exitCode not in ['64', '81', '82', '83'])",
        "backoff": {"duration": "1s", "factor": "2", "cap": "90s"},
    }


@pytest.mark.parametrize("value", ["", "{", "{{", "{{{", "}}", "a{{b}}", "{{=1}}", "$", "$$", "$(HOME)", "$({{", "{$("])
def test_the_environment_arrives_as_written(value: str) -> None:
    text = env_text(value)
    assert "{{" not in text
    assert expanded(text, {"FLYTEOPS_OPEN_BRACE": "{", "HOME": "wrong"}) == value


def expanded(text: str, known: dict[str, str]) -> str:
    """What the kubelet makes of a value: its own three rules, written again."""
    done, index = "", 0
    while index < len(text):
        if text.startswith("$$", index):
            done, index = done + "$", index + 2
        elif text.startswith("$(", index) and ")" in text[index:]:
            end = text.index(")", index)
            name = text[index + 2 : end]
            done, index = done + known.get(name, f"$({name})"), end + 1
        else:
            done, index = done + text[index], index + 1
    return done


def test_what_a_cluster_cannot_do_is_noted() -> None:
    settings = TaskSettings(interruptible=True)
    target = replace(TARGET, interruptible=Interruptible())
    one = task("one", settings=settings)
    notes = emit_task(program_of(one), one, target=target)[0].notes
    assert notes[1] == "interruptible of task/one has no effect: the cluster names no label of such hosts"


@pytest.mark.parametrize(
    ("image", "reference", "note"),
    [
        (None, "ghcr.io/acme/base:v7", 'image "ghcr.io/acme/base:v7" is not pinned: ghcr.io/acme/base:v7'),
        (Image(name="x", reference="docker.io/x/y:1"), "docker.io/x/y:1", 'image "x" is not pinned: docker.io/x/y:1'),
        (Image(name="x", reference="x/y:1", digest="d" * 64), f"x/y:1@sha256:{'d' * 64}", None),
        (Image(name="x", reference=f"x/y@sha256:{'e' * 64}"), f"x/y@sha256:{'e' * 64}", None),
        (Image(name="x", registry="r.io:5000/a", python="3.12"), "r.io:5000/a/x",
         'image "x" is not built yet: no pod can start until it is pushed and pinned'),
    ],
)  # fmt: skip
def test_images(image: Image | None, reference: str, note: str | None) -> None:
    one = task("one", settings=TaskSettings(image=image))
    assert pod_of(one)["container"]["image"] == reference
    assert emit_task(program_of(one), one, target=TARGET)[0].notes == ((note,) if note else ())


@pytest.mark.parametrize("reference", ["", "X/y", "x y", "x/y:{{=1}}", "x/y@sha256:12", "-x", "x/y:tag\n", "../x"])
def test_what_is_no_image_is_refused(reference: str) -> None:
    one = task("one", settings=TaskSettings(image=Image(name="x", reference=reference)))
    assert refused(one) == [("FO806", f'"{reference}" is not a reference to an image')]


def test_a_digest_that_is_none_is_refused() -> None:
    one = task("one", settings=TaskSettings(image=Image(name="x", reference="x/y", digest="latest")))
    assert refused(one) == [("FO806", '"latest" is not a digest of an image')]


HOSTILE = (
    "{{workflow.parameters.x}}",
    "{{=sprig.env('HOME')}}",
    '"}}],"serviceAccountName":"admin","x":[{"',
    "; rm -rf / $(id) `id`\n-rf",
    "y",
    "null",
    "0x1f",
    "- a: b # c",
    "'\"\\ \t\u2028\u0085\ufeff\U0001f600",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_free_text_stays_text(text: str) -> None:
    """Descriptions, messages, inputs, environment, annotations of a plan: they come back as they were."""
    said = replace(TELL, description=text, settings=TaskSettings(env=(("SAID", text),)))
    plan = LaunchPlan(name="hello", workflow="hello", description=text, annotations=(("example.com/said", text),))
    program = program_of(said, replace(HELLO, description=text), plan)
    body: Any = emit(program, target=TARGET, plans=(plan,))[0].body
    assert verify(body) == ()
    parsed = yaml.safe_load(object_text(body))
    assert parsed == body
    assert parsed["metadata"]["annotations"]["example.com/said"] == text
    spec = json.dumps(body["spec"])
    assert spec.count("{{") == sum(map(spec.count, ("{{workflow.uid}}", "{{inputs.parameters.invocation}}")))


@pytest.mark.parametrize("text", ["{{workflow.uid}}", "a{{b"])
def test_where_the_engine_reads_its_braces_are_refused(text: str) -> None:
    one = task(
        "one",
        labels=((text, "x"),),
        annotations=(("example.com/a", text),),
        service_account=text,
        settings=TaskSettings(
            resources=Resources(
                priority=text, shared_memory=text, node_selector=(("k", text),), tolerations=(Toleration(key=text),)
            )
        ),
    )
    assert {code for code, _ in refused(one)} == {"FO804", "FO809"}
    assert sorted(message.split(" holds")[0] for _, message in refused(one)) == sorted(
        [
            '"example.com/a" in annotations',
            "a key of labels",
            "a node selector",
            "a toleration",
            f'the priority "{text}" is not a name that Kubernetes takes',
            f'the service account "{text}" is not a name that Kubernetes takes',
            "the size of shared memory",
        ]
    )


@pytest.mark.parametrize(
    "key", ["workflows.argoproj.io/x", "sidecar.istio.io/inject", "vault.hashicorp.com/agent", "pod.k8s.io/a"]
)
def test_keys_that_steer_the_engine_are_refused(key: str) -> None:
    one = task("one", annotations=((key, "x"),))
    assert refused(one) == [
        ("FO808", f'the key "{key}" of annotations belongs to the engine or to what runs beside it')
    ]


@pytest.mark.parametrize("key", ["kueue.x-k8s.io/queue-name", "app.kubernetes.io/part-of", "team", "acme.com/a"])
def test_other_keys_are_free(key: str) -> None:
    one = task("one", labels=((key, "x"),))
    assert pod_of(one)["metadata"] == {"labels": {key: "x"}}


def test_control_characters_and_broken_text_are_refused() -> None:
    one = task("one", settings=TaskSettings(env=(("A", "\x00"), ("B", "\ud800"))))
    assert refused(one) == [
        ("FO804", 'the variable "A" holds a character that Kubernetes does not carry'),
        ("FO804", 'the variable "B" holds a character that Kubernetes does not carry'),
    ]


def test_a_target_is_checked_too() -> None:
    target = replace(PLAIN, store="file:/{{=1}}", code=CodeInImage(roots=("/{{x",)))
    with pytest.raises(InvalidProject) as found:
        emit_task(program_of(PREP), PREP, target=target)
    assert [each.message for each in found.value.diagnostics] == [
        'the setting "/{{x" holds "{{", which the engine would replace',
        'the setting "file:/{{=1}}" holds "{{", which the engine would replace',
    ]
