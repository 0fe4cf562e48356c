"""Secrets, pod templates, actors and tests: laid open into their users, in the digest, changed by overlays."""

from __future__ import annotations

import pytest

from flyteops.execution.graph import graph_of_task
from flyteops.execution.invocation import step_invocation
from flyteops.model.digest import sha256_hex
from flyteops.model.entities import Task
from flyteops.model.errors import InvalidProject
from flyteops.model.examples import Example
from flyteops.model.ids import EntityId, Kind
from flyteops.model.literals import Literal
from flyteops.model.surroundings import (
    ActorUse,
    ExternalSecret,
    KubernetesSecret,
    PodTemplate,
    SecretUse,
    SopsSecret,
    WarmFunction,
)
from flyteops.model.types import INT
from flyteops.model.wire import entity_digest, task_wire
from flyteops.model.works import FunctionRef
from flyteops.plan.fields import field_changes
from tests.unit.compile.project import program, told

SECRETS = """
secrets:
  hf: {kubernetes: {name: hf, key: token}}
  db: {external: {store: vault, key: ml/db, property: password, refresh: 1h}, scope: domain}
  mail: {sops: {file: secrets/mail.enc.yaml, key: smtp.password}}
"""
ENCRYPTED = {"secrets/mail.enc.yaml": "smtp:\n    password: ENC[AES256_GCM,data:x]\nsops: {version: 3.9.0}\n"}
HF = KubernetesSecret(name="hf", key="token")


def one(options: str, *, more: str = "", domain: str = "development", over: str = "") -> Task:
    files = {"a.yaml": f"{SECRETS}{more}\ntasks:\n  t: {{function: 'm:number', {options}}}\n"}
    if over:
        files["b.yaml"] = f"domain: production\n{over}"
    return program(files=files, domain=domain, beside=ENCRYPTED).tasks["t"]


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidProject) as caught:
        program(text)
    return told(caught.value.diagnostics)


# ------------------------------------------------------------------------------------------------ secrets


def test_secrets_by_variable_and_file() -> None:
    assert one("secrets: {HF_TOKEN: hf, /etc/db.txt: {secret: db, as: file}, /etc/m: mail}").secrets == (
        SecretUse(
            secret="db",
            kind="file",
            target="/etc/db.txt",
            source=ExternalSecret(store="vault", key="ml/db", property="password", refresh_s=3600, scope="domain"),
        ),
        SecretUse(
            secret="mail",
            kind="file",
            target="/etc/m",
            source=SopsSecret(
                file="secrets/mail.enc.yaml",
                key="smtp.password",
                sha256=sha256_hex(ENCRYPTED["secrets/mail.enc.yaml"].encode()),
            ),
        ),
        SecretUse(secret="hf", kind="variable", target="HF_TOKEN", source=HF),
    )


def test_secrets_by_name_for_code_that_asks() -> None:
    assert one("secrets: [hf]").secrets == (SecretUse(secret="hf", kind="context", source=HF),)


def test_another_source_is_a_change_of_every_task_that_uses_it() -> None:
    before = one("secrets: {HF_TOKEN: hf}")
    after = one("secrets: {HF_TOKEN: hf}", domain="production", over="secrets:\n  hf: {kubernetes: {key: another}}\n")
    assert entity_digest(before) != entity_digest(after)
    changes = field_changes(EntityId(Kind.TASK, "t"), task_wire(before), task_wire(after), origins={})
    assert [(each.path, each.before, each.after) for each in changes] == [
        ("secrets.HF_TOKEN.from.kubernetes.key", "token", "another")
    ]


def test_no_key_of_the_cache_knows_a_secret() -> None:
    plain, given = one("cache: true"), one("cache: true, secrets: {HF_TOKEN: hf}")
    bare, told_ = (step_invocation("p", graph_of_task(each).steps["task"]) for each in (plain, given))
    assert bare["cache"] == told_["cache"]
    assert "secrets" not in bare
    assert told_["secrets"] == [{"secret": "hf", "kind": "variable", "target": "HF_TOKEN"}]


def test_a_variable_of_a_node_and_a_secret_is_refused() -> None:
    assert refused("""
secrets: {hf: {kubernetes: {name: hf, key: token}}}
tasks:
  t: {function: 'm:number', secrets: {HF_TOKEN: hf}}
workflows:
  w:
    nodes:
      n: {task: t, overrides: {env: {HF_TOKEN: x}}}
""") == [
        (
            'FO361 9:38-46 | the variable "HF_TOKEN" is given by env and a secret | one of the two would be lost | '
            "keep one of them"
        )
    ]


# ------------------------------------------------------------------------------------------------ templates


def test_a_template_is_typed_field_by_field() -> None:
    more = """
pod_templates:
  side:
    primary: main
    spec:
      containers: [{name: proxy, image: "x:1", env: [{name: A, value: 1}], ports: [{containerPort: 80}]}]
      nodeSelector: {disk: 010}
"""
    assert one("pod_template: side", more=more).pod_template == PodTemplate(
        name="side",
        primary="main",
        spec={
            "containers": [
                {
                    "name": "proxy",
                    "image": "x:1",
                    "env": [{"name": "A", "value": "1"}],
                    "ports": [{"containerPort": 80}],
                }
            ],
            "nodeSelector": {"disk": "010"},
        },
    )


def test_a_template_written_at_the_task() -> None:
    found = one("pod_template: {spec: {nodeSelector: {disk: ssd}}}").pod_template
    assert found == PodTemplate(name="t", primary="main", spec={"nodeSelector": {"disk": "ssd"}})


# ------------------------------------------------------------------------------------------------- actors

ACTOR = """
resources:
  small: {cpu: 1, memory: 1Gi}
actors:
  scorer: {image: "ghcr.io/acme/x:1", resources: small, replicas: 2, idle: 90s, warm: ["m:number"]}
"""


def test_an_actor_gives_its_tasks_image_and_resources() -> None:
    found = one("actor: scorer", more=ACTOR)
    assert found.actor == ActorUse(
        name="scorer",
        replicas=2,
        idle_s=90,
        warm=(WarmFunction(function=FunctionRef(module="m", name="number"), code="code-of-number"),),
    )
    assert found.settings.image is not None
    assert found.settings.image.reference == "ghcr.io/acme/x:1"
    assert found.settings.resources.memory is not None


def test_a_default_gives_way_to_the_actor() -> None:
    defaults = "\ndefaults: {task: {image: 'ghcr.io/acme/base:7', resources: {cpu: 8}}}\n"
    found = one("actor: scorer", more=ACTOR + defaults)
    assert found.settings.image is not None
    assert found.settings.image.reference == "ghcr.io/acme/x:1"
    assert found.settings.resources.cpu is not None
    assert found.settings.resources.cpu.request == "1"


# ------------------------------------------------------------------------------------------------- tests


def test_a_test_is_typed_by_what_it_runs() -> None:
    found = program("""
workflows:
  w:
    inputs: {a: int, b: int = 3}
    nodes: {n: {task: "m:add", inputs: [a, b]}}
    outputs: {sum: $n}
launch_plans:
  p: {workflow: w, fixed_inputs: {a: 7}}
tests:
  of-task: {task: "m:add", inputs: {a: 1, b: 2}, expect: {o0: 3}}
  of-plan: {launch_plan: p, inputs: {b: 1}, expect: {sum: 8}}
""").examples

    def value(number: int) -> Literal:
        return Literal(type=INT, value=number)

    assert {name: (each.target, each.inputs, each.expect) for name, each in found.items()} == {
        "of-task": (EntityId(Kind.TASK, "m:add"), (("a", value(1)), ("b", value(2))), (("o0", value(3)),)),
        "of-plan": (EntityId(Kind.LAUNCH_PLAN, "p"), (("a", value(7)), ("b", value(1))), (("sum", value(8)),)),
    }
    assert all(isinstance(each, Example) for each in found.values())


def test_a_test_that_gives_a_fixed_input_is_refused() -> None:
    assert refused("""
workflows:
  w:
    inputs: {a: int}
    nodes: {n: {task: "m:add", inputs: {a: $inputs.a, b: 1}}}
    outputs: {sum: $n}
launch_plans:
  p: {workflow: w, fixed_inputs: {a: 7}}
tests:
  t: {launch_plan: p, inputs: {a: 1}, expect: {sum: 8}}
""") == [
        (
            'FO281 11:32-33 | the input "a" is fixed by launch_plan/p | leave it out, or test the workflow, '
            "where it is free"
        )
    ]


def test_what_is_laid_open_keeps_the_place_where_it_is_written() -> None:
    found = program(f"""{SECRETS.split("  db:", maxsplit=1)[0]}
pod_templates:
  side: {{spec: {{nodeSelector: {{disk: ssd}}}}}}
actors:
  scorer: {{replicas: 2}}
tasks:
  t: {{function: "m:number", secrets: {{HF: hf}}, pod_template: side, actor: scorer}}
""").origins
    paths = ("secrets.HF.from.kubernetes.key", "pod_template.spec.nodeSelector.disk", "actor.replicas")
    assert [found[f"task/t.{path}"].line for path in paths] == [4, 7, 9]
