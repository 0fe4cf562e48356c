from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from flyteops.source.manifests import parse_file
from flyteops.source.reader import read_yaml
from flyteops.source.scalars import core_value
from flyteops.source.schemas import declaration_schema
from flyteops.source.tree import Mapping, Scalar, TreeNode
from tests.unit.source.telling import codes

HEAD = "apiVersion: flyteops/v1\n"


def as_editors_see_it(node: TreeNode) -> object:
    match node:
        case Scalar():
            return core_value(node)
        case Mapping():
            return {name: as_editors_see_it(value) for name, value in node.items()}
    return [as_editors_see_it(item) for item in node.items]


def test_it_is_a_schema_and_every_key_is_described() -> None:
    schema = declaration_schema()
    Draft202012Validator.check_schema(schema)
    for name, table in schema["$defs"].items():
        for key, field in table["properties"].items():
            assert field.get("description"), f"{name}.{key}"


GOOD = [
    "tasks: {fit: {function: a.b:fit}}",
    "tasks: {fit: {function: a:b, retries: 3, timeout: 10m, cache: true, interruptible: false, image: x:1}}",
    "tasks: {fit: {function: a:b, retries: {limit: 1, backoff: {initial: 10s, factor: 1.5, max: 5m}, never: [E]}}}",
    "tasks: {fit: {function: a:b, cache: {version: '3', ignore: [v], max_age: P30D}, env: {A: 1, B: 010}}}",
    "tasks: {fit: {function: a:b, resources: {cpu: 0.5, memory: {request: 1Gi, limit: 2Gi}, gpu: 1}}}",
    "tasks: {fit: {like: other, outputs: [a, b], inputs: {x: int = 3, y: {type: 'list[int]', default: []}}}}",
    "workflows: {w: {nodes: {a: {task: t, inputs: [x]}, b: {map: a:b, over: {x: $a}, concurrency: 3}}, outputs: $a}}",
    (
        "workflows: {w: {nodes: {a: {switch: [{when: $b.c > 1, then: {fail: no}}, {else: {switch: ["
        "{when: $b.d, then: {value: 1}}, {else: {task: t}}]}}]}}}}"
    ),
    (
        "workflows: {w: {nodes: {a: {launch_plan: p, inputs: [x]}, b: {map: {workflow: v}, over: {x: $a}}, c: {sleep: "
        "10m}, d: {approve: {value: $b, prompt: ok, timeout: 2h}}, e: {wait_for_input: {type: int}}}, "
        "on_failure: {task: t, inputs: {text: $error.message}, overrides: {retries: 3}}}}"
    ),
    'launch_plans: {w: {workflow: w, schedule: {cron: "0 2 * * *", catchup: last}, active: false}}',
    "domain: production\ntasks: {'a.b:fit': {retries: null}, old: null}",
    "images: {a: ghcr.io/x/y:1, b: {python: '3.12', apt: [x], packages: ['numpy==2']}}",
    "defaults: {task: {retries: 2, labels: {team: x}}}\nmoved: [{from: task/a, to: task/b}]",
    "artifacts: {a: {from: workflow/w.x, partitions: {r: $inputs.r, k: 1}, time_partition: day}}",
    "artifacts: {a: {from: workflow/w, time_partition: {granularity: hour, of: $inputs.at}}}",
    "channels: {a: {email: {to: [a@b.c], server: 'h:25'}}, b: {like: a}}",
    "launch_plans: {w: {workflow: w, concurrency: 1, notifications: [{phases: [failed], channel: a}], raw_data: a/b}}",
    "launch_plans: {w: {workflow: w, trigger: {artifact: a, bind: {x: $artifact}}}}",
    "launch_plans: {w: {workflow: w, schedule: {every: 1h, jitter: 5m, dst: engine}}}",
    "workspaces: {a: {}, b: {image: i, resources: small, disk: 50Gi, idle: 20m, max: 8h, on_startup: uv sync}}",
    "roles: {a: {actions: [view_inventory, manage_permissions]}}",
    "policies: {a: {role: viewer, users: [anna], github: ['a/b@environment:c']}}",
    "quotas: {a: {cpu: 400, memory: 2Ti, gpu: 16, runs: 50}}",
]
BAD = [
    "tasks: {fit: {function: a.b:fit, retires: 3}}",
    "tasks: {fit: {function: a.b.fit}}",
    "tasks: {Fit: {function: a:b}}",
    "tasks: {fit: {function: a:b, retries: many}}",
    "tasks: {fit: {function: a:b, retries: -1}}",
    "tasks: {fit: {function: a:b, timeout: 10}}",
    "tasks: {fit: {function: a:b, timeout: 1m1h}}",
    "tasks: {fit: {function: a:b, cache: 'yes'}}",
    "tasks: {fit: {function: a:b, env: {LD_PRELOAD: x}}}",
    "resources: {a: {memory: 8GB}}",
    "resources: {a: {cpu: 0}}",
    "workflows: {w: {nodes: {run: {task: t}}}}",
    "workflows: {w: {nodes: {a: {task: t, workflow: w}}}}",
    "workflows: {w: {nodes: {a: {map: t, over: {x: $a}, min_success_ratio: 2}}}}",
    "workflows: {w: {nodes: {a: {sleep: 10}}}}",
    "workflows: {w: {nodes: {a: {wait_for_input: {prompt: x}}}}}",
    "workflows: {w: {nodes: {a: {map: {task: t}, over: {x: $a}}}}}",
    "workflows: {w: {nodes: {a: {task: t}}, on_failure: {sleep: 1m}}}",
    "launch_plans: {w: {workflow: w, schedule: {every: 1h, overlap: maybe}}}",
    "launch_plans: {w: {workflow: w, schedule: {every: 1h, cron: '* * * * *'}}}",
    "moved: [{from: task/a}]",
    "artifacts: {a: {}}",
    "artifacts: {a: {from: task/t.o0}}",
    "channels: {a: {slack: {secret: s}, email: {to: [a@b.c], server: 'h:25'}}}",
    "channels: {a: {email: {to: [nobody], server: 'h:25'}}}",
    "launch_plans: {w: {workflow: w, concurrency: {limit: 0}}}",
    "launch_plans: {w: {workflow: w, notifications: [{phases: [], channel: a}]}}",
    "launch_plans: {w: {workflow: w, raw_data: 's3://b/k'}}",
    "launch_plans: {w: {workflow: w, trigger: {artifact: a, bind: {x: $inputs.x}}}}",
    "workspaces: {a: {disk: lots}}",
    "roles: {a: {actions: [fly]}}",
    "policies: {a: {users: [anna]}}",
    "quotas: {a: {runs: -1}}",
    "task: {}",
]


def judged(text: str) -> tuple[list[str], list[str]]:
    """Codes of the reader and messages of the schema."""
    root, found = read_yaml("a.yaml", (HEAD + text).encode())
    assert root is not None
    assert not found
    validator = Draft202012Validator(declaration_schema())
    return codes(parse_file("a.yaml", root)[1]), [
        each.message for each in validator.iter_errors(as_editors_see_it(root))
    ]


@pytest.mark.parametrize("text", GOOD)
def test_schema_and_reader_accept_the_same(text: str) -> None:
    assert judged(text) == ([], [])


@pytest.mark.parametrize("text", BAD)
def test_schema_and_reader_refuse_the_same(text: str) -> None:
    by_reader, by_schema = judged(text)
    assert by_reader
    assert by_schema


def test_apiversion_is_required() -> None:
    validator = Draft202012Validator(declaration_schema())
    assert not validator.is_valid({"tasks": {}})
    assert validator.is_valid({"apiVersion": "flyteops/v1"})
