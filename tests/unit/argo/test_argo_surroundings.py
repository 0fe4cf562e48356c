"""Secrets, pod templates, actors and batches on emitted pods; and what the second opinion says to pods that cheat."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from flyteops.argo import emit, emit_task, verify
from flyteops.argo.hera import round_trip
from flyteops.model.entities import (
    CachePolicy,
    Interface,
    LaunchPlan,
    MapCall,
    Node,
    Resources,
    Task,
    TaskSettings,
    Timeout,
    Workflow,
)
from flyteops.model.errors import InvalidProject
from flyteops.model.surroundings import (
    ActorUse,
    ExternalSecret,
    KubernetesSecret,
    PodTemplate,
    SecretUse,
    SopsSecret,
)
from flyteops.model.types import INT, ListOf
from flyteops.model.works import ContainerWork
from tests.unit.argo.programs import TARGET, given, program_of, task, var

HF = KubernetesSecret(name="hf", key="token")
SECRETS = (
    SecretUse(secret="tls", kind="file", target="/etc/key.pem", source=KubernetesSecret(name="tls", key="tls.key")),
    SecretUse(secret="hf-token", kind="variable", target="HF_TOKEN", source=HF),
    SecretUse(secret="asked", kind="context", source=HF),
)
TEMPLATE = PodTemplate(
    name="sidecar",
    primary="main",
    spec={
        "containers": [
            {"name": "proxy", "image": "ghcr.io/acme/proxy:v2", "args": ["--port", "1"],
             "ports": [{"containerPort": 1}]},
            {"name": "main", "env": [{"name": "LEVEL", "value": "1"}],
             "volumeMounts": [{"name": "cache", "mountPath": "/cache"}]},
        ],
        "initContainers": [{"name": "warm", "image": "ghcr.io/acme/warm:v1"}],
        "volumes": [{"name": "cache", "emptyDir": {"sizeLimit": "1Gi"}}],
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "hostAliases": [{"ip": "10.0.0.7", "hostnames": ["db"]}],
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
            {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "x"}}}]}},
    },
)  # fmt: skip
LOCKED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
FIT = replace(task("fit", (var("rows"),), (var("o0"),)), secrets=SECRETS, pod_template=TEMPLATE)


def body_of(one: Task) -> Any:
    (emitted,) = emit_task(program_of(one), one, target=TARGET)
    assert verify(emitted.body, argo=TARGET.argo) == ()
    assert round_trip(emitted.body) == ()
    return emitted.body


def pod_of(one: Task) -> Any:
    return next(each for each in body_of(one)["spec"]["templates"] if each["name"].startswith("task-"))


def test_secrets_are_references_and_files_that_only_their_owner_reads() -> None:
    pod = pod_of(replace(FIT, pod_template=None))
    assert {"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "hf", "key": "token", "optional": False}}} in (
        pod["container"]["env"]
    )
    assert pod["volumes"][-1] == {
        "name": "flyteops-secrets",
        "projected": {
            "defaultMode": 0o400,
            "sources": [
                {"secret": {"name": "tls", "items": [{"key": "tls.key", "path": "files/0"}], "optional": False}},
                {"secret": {"name": "hf", "items": [{"key": "token", "path": "context/asked"}], "optional": False}},
            ],
        },
    }
    assert pod["container"]["volumeMounts"][-2:] == [
        {"name": "flyteops-secrets", "mountPath": "/etc/key.pem", "readOnly": True, "subPath": "files/0"},
        {"name": "flyteops-secrets", "mountPath": "/run/secrets/flyteops", "readOnly": True, "subPath": "context"},
    ]


def test_an_external_secret_is_read_from_a_secret_that_somebody_else_brings_and_the_note_says_so() -> None:
    source = ExternalSecret(store="vault", key="ml/db", property="password", refresh_s=3600, scope="domain")
    one = replace(
        FIT, pod_template=None, secrets=(SecretUse(secret="db", kind="variable", target="DB", source=source),)
    )
    (emitted,) = emit_task(program_of(one), one, target=TARGET)
    body: Any = emitted.body
    leaf = next(each for each in body["spec"]["templates"] if each["name"].startswith("task-"))
    name = leaf["container"]["env"][-1]["valueFrom"]["secretKeyRef"]["name"]
    assert name.startswith("flyteops-db-")
    assert [note for note in emitted.notes if "secret db" in note] == [
        (
            f"secret db: pods read the key value of the Secret {name}, which flyteops does not make: an ExternalSecret "
            "with that target brings it (ClusterSecretStore vault, key ml/db, property password, every 3600s); "
            "a pod does not start without it"
        )
    ]


def test_what_sops_encrypts_reaches_no_pod() -> None:
    source = SopsSecret(file="secrets/db.enc.yaml", key="password")
    one = replace(
        FIT, pod_template=None, secrets=(SecretUse(secret="db", kind="variable", target="DB", source=source),)
    )
    with pytest.raises(InvalidProject) as refused:
        emit_task(program_of(one), one, target=TARGET)
    assert [each.code for each in refused.value.diagnostics] == ["FO835"]


def test_a_template_is_laid_around_the_task() -> None:
    pod = pod_of(FIT)
    assert pod["sidecars"] == [
        {
            "name": "proxy", "image": "ghcr.io/acme/proxy:v2", "args": ["--port", "1"],
            "ports": [{"containerPort": 1}], "securityContext": LOCKED,
        }
    ]  # fmt: skip
    assert pod["initContainers"][-1] == {"name": "warm", "image": "ghcr.io/acme/warm:v1", "securityContext": LOCKED}
    assert pod["container"]["env"][-1] == {"name": "LEVEL", "value": "1"}
    assert pod["container"]["volumeMounts"][-1] == {"name": "cache", "mountPath": "/cache"}
    assert pod["volumes"][-1] == {"name": "cache", "emptyDir": {"sizeLimit": "1Gi"}}
    assert pod["nodeSelector"] == {"disk": "ssd"}
    assert pod["hostAliases"] == [{"ip": "10.0.0.7", "hostnames": ["db"]}]
    assert "podAntiAffinity" in pod["affinity"]


def test_a_container_without_a_command_is_noted() -> None:
    def notes(one: Task) -> list[str]:
        (emitted,) = emit_task(program_of(one), one, target=TARGET)
        return [note for note in emitted.notes if "command" in note]

    beside: dict[str, Any] = {"name": "proxy", "image": "ghcr.io/acme/proxy:v2", "command": ["/proxy"]}
    told = replace(TEMPLATE, spec={"containers": [beside, {"name": "main"}]})
    assert notes(FIT) == [
        (
            "the container proxy of the pod template sidecar has no command: Argo's controller reads that of the "
            "image, and no pod is made where it cannot reach the image's registry"
        )
    ]
    assert notes(replace(FIT, pod_template=told)) == []


def test_what_a_task_needs_of_its_host_holds_in_every_choice_of_the_template() -> None:
    wanted = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    spec = {"affinity": {"nodeAffinity": {required: {"nodeSelectorTerms": [wanted, wanted]}}}}
    resources = Resources(gpu=1, accelerator="nvidia-a100", partition="none")
    one = replace(
        FIT, secrets=(), pod_template=PodTemplate(name="t", primary="main", spec=spec),
        settings=TaskSettings(resources=resources),
    )  # fmt: skip
    terms = pod_of(one)["affinity"]["nodeAffinity"][required]["nodeSelectorTerms"]
    assert [[each["operator"] for each in term["matchExpressions"]] for term in terms] == [["In", "DoesNotExist"]] * 2


def test_a_label_of_the_host_that_both_give_is_refused() -> None:
    one = replace(FIT, settings=TaskSettings(resources=Resources(node_selector=(("disk", "hdd"),))))
    with pytest.raises(InvalidProject) as refused:
        emit_task(program_of(one), one, target=TARGET)
    assert [(each.code, each.message) for each in refused.value.diagnostics] == [
        (
            "FO836",
            (
                "the pod template sidecar does not fit task/fit: the label disk of the host is hdd by the task, "
                "ssd by the template"
            ),
        )
    ]


def test_text_of_a_template_is_never_read_by_the_engine() -> None:
    spec = {"containers": [{"name": "proxy", "image": "x:1", "args": ["{{workflow.name}}"]}]}
    one = replace(FIT, pod_template=PodTemplate(name="t", primary="main", spec=spec))
    with pytest.raises(InvalidProject) as refused:
        emit_task(program_of(one), one, target=TARGET)
    assert {each.code for each in refused.value.diagnostics} == {"FO804"}


def test_the_program_of_a_container_task_has_secrets_and_template() -> None:
    work = ContainerWork(image=f"ghcr.io/acme/area@sha256:{'c' * 64}", command=("./area.sh",))
    pod = pod_of(replace(FIT, work=work))
    program = next(each for each in pod["initContainers"] if each["name"] == "program")
    assert {"LEVEL", "HF_TOKEN"} <= {each["name"] for each in program["env"]}
    assert {"/etc/key.pem", "/cache"} <= {each["mountPath"] for each in program["volumeMounts"]}
    assert "HF_TOKEN" not in {each["name"] for each in pod["container"]["env"]}


# ------------------------------------------------------------------------------------------------ batches


def test_a_pod_of_a_map_takes_a_batch_and_an_actor_bounds_them() -> None:
    settings = TaskSettings(timeout=Timeout(run_s=10), cache=CachePolicy())
    score = replace(task("score", (var("n"),), (var("o0"),), settings=settings), batch=50)
    score = replace(score, actor=ActorUse(name="scorer", replicas=2))
    over = given("ns", ListOf(INT), to="n")
    node = Node(name="m", body=MapCall(callee="score", over=(over,), inputs=(), concurrency=9), outputs=())
    flow = Workflow(name="w", interface=Interface(inputs=(var("ns", ListOf(INT)),)), nodes=(node,), outputs=())
    program = replace(program_of(score), workflows={"w": flow})
    (emitted,) = emit(program, target=TARGET, plans=(LaunchPlan(name="w", workflow="w"),))
    assert verify(emitted.body, argo=TARGET.argo) == ()
    templates: Any = emitted.body["spec"]["templates"]  # type: ignore[index]
    by_kind = {each["name"].partition("-")[0]: each for each in templates}
    words = by_kind["size"]["container"]["args"]
    assert words[words.index("--batch") + 1] == "50"
    assert by_kind["item"]["activeDeadlineSeconds"] == 10 * 50 + 600
    assert by_kind["map"]["parallelism"] == 2
    assert "lookup" not in by_kind
    assert [note for note in emitted.notes if "task/score" in note] == [
        (
            "task/score runs on the actor scorer: each call is a pod of its own here, which is as warm as its own "
            "batch; replicas bound the pods of one map"
        ),
        "a pod of the map over task/score takes 50 items, one after the other",
    ]


# ------------------------------------------------------------------------------------------ second opinion

MUTATIONS = {
    "a sidecar without the profile": lambda pod: pod["sidecars"][0].pop("securityContext"),
    "a privileged sidecar": lambda pod: pod["sidecars"][0].update(securityContext={"privileged": True}),
    "a sidecar that reads a secret": lambda pod: pod["sidecars"][0].update(
        env=[{"name": "T", "valueFrom": {"secretKeyRef": {"name": "hf", "key": "token", "optional": False}}}]
    ),
    "a sidecar that mounts secrets": lambda pod: pod["sidecars"][0].update(
        volumeMounts=[{"name": "flyteops-secrets", "mountPath": "/x"}]
    ),
    "a sidecar of the engine's name": lambda pod: pod["sidecars"][0].update(name="wait"),
    "a port of the host": lambda pod: pod["sidecars"][0]["ports"][0].update(hostPort=1),
    "a folder of the host": lambda pod: pod["volumes"].append({"name": "h", "hostPath": {"path": "/"}}),
    "a token": lambda pod: pod["volumes"].append(
        {"name": "t", "projected": {"sources": [{"serviceAccountToken": {}}]}}
    ),
    "a secret of nobody": lambda pod: pod["volumes"].append({"name": "s", "secret": {"secretName": "tls"}}),
    "a secret for all": lambda pod: next(each for each in pod["volumes"] if each["name"] == "flyteops-secrets")[
        "projected"
    ].update(defaultMode=0o444),
    "a secret that may be missing": lambda pod: next(
        each for each in pod["container"]["env"] if each["name"] == "HF_TOKEN"
    )["valueFrom"]["secretKeyRef"].update(optional=True),
    "a mount over the runner": lambda pod: pod["container"]["volumeMounts"].append(
        {"name": "cache", "mountPath": "/flyteops/runner"}
    ),
    "a mount that leaves its volume": lambda pod: pod["container"]["volumeMounts"].append(
        {"name": "cache", "mountPath": "/b", "subPath": "../x"}
    ),
    "two mounts at one place": lambda pod: pod["container"]["volumeMounts"].append(
        {"name": "cache", "mountPath": "/cache"}
    ),
    "a volume of no one": lambda pod: pod["container"]["volumeMounts"].append({"name": "no", "mountPath": "/n"}),
    "the host's network": lambda pod: pod.update(hostNetwork=True),
    "a patch": lambda pod: pod.update(podSpecPatch="{}"),
    "a named host": lambda pod: pod.update(nodeName="x"),
    "an expression in an argument": lambda pod: pod["sidecars"][0].update(args=["{{workflow.name}}"]),
    "two containers of one name": lambda pod: pod["sidecars"].append(pod["sidecars"][0]),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_second_opinion_catches(name: str) -> None:
    body = copy.deepcopy(body_of(FIT))
    MUTATIONS[name](next(each for each in body["spec"]["templates"] if each["name"].startswith("task-")))
    assert verify(body, argo=TARGET.argo) != ()
