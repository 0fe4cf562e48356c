"""Versions of artifacts in a store: what a run writes at its end, and what the first pod of another finds."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from flyteops.argo import emit, verify
from flyteops.runtime.artifacts import newest, rows
from flyteops.runtime.session import Session
from flyteops.runtime.verbs import begun, perform
from tests.contract.memory_store import MemoryStore
from tests.unit.argo.programs import TARGET
from tests.unit.compile.project import program

PROGRAM = program(
    """
workflows:
  train:
    inputs: {rows: int = 1, region: 'enum["eu", "us"] = "eu"', at: datetime | None = null}
    nodes:
      add: {task: "m:add", inputs: {a: $inputs.rows, b: 1}}
    outputs: {sum: $add}
  report:
    inputs:
      total: {type: float, default: {artifact: sum, partitions: {region: eu}}}
    nodes:
      half: {task: "m:half", inputs: {x: $inputs.total}}
artifacts:
  sum:
    from: workflow/train.sum
    partitions: {region: $inputs.region, kind: small}
    time_partition: {granularity: hour, of: $inputs.at}
launch_plans:
  waits: {workflow: report, trigger: {artifact: sum, partitions: {kind: small}, bind: {total: $artifact}}}
  given: {workflow: report, default_inputs: {total: 0.5}}
"""
)
SHELF = "churn/development/sum"


def emitted(plan: str, step: str) -> tuple[dict[str, Any], list[str]]:
    """What a pod of the plan's template is told, and the arguments of its container."""
    found = PROGRAM.launch_plan(plan)
    assert found is not None
    (template,) = emit(PROGRAM, target=TARGET, plans=(found,))
    assert verify(template.body) == ()
    body: Any = template.body
    templates = {each["name"]: each for each in body["spec"]["templates"]}
    (task,) = (each for each in templates["main"]["dag"]["tasks"] if each["name"] == step)
    told = json.loads(base64.b64decode(task["arguments"]["parameters"][0]["value"]))
    return told, templates[task["template"]]["container"]["args"]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def session(store: MemoryStore, run: str, scope: str = "shared") -> Session:
    return Session(store=store, run=run, attempt="a", scope=scope, cache="on", folder="", code=(), note=lambda *_: None)


def literal(of: Any, value: Any) -> dict[str, Any]:
    return {"v": 1, "type": of, "value": value, "digest": "d"}


def publish(store: MemoryStore, run: str, total: int, *, region: str = "eu", at: str | None = None, ms: int) -> None:
    """A run of `train` that has ended: its last pod is run with what is emitted for it."""
    told, arguments = emitted("train", "outputs")
    assert "--scope" in arguments
    inputs = {"region": literal({"enum": ["eu", "us"]}, region)}
    if at is not None:
        inputs["at"] = literal({"union": ["none", "datetime"]}, {"$u": "x", "value": at})
    store.create(f"runs/{run}/inputs.json", json.dumps(inputs).encode())
    committed = {"outputs": {"sum": literal("int", total)}, "digest": "d", "nonce": "n", "committed_ms": ms}
    store.create(f"runs/{run}/outputs.json", json.dumps(committed).encode())
    assert perform(session(store, run), "outputs", told).code == 0


def test_a_repeated_step_adds_nothing(store: MemoryStore) -> None:
    for _ in range(2):
        publish(store, "one", 1, at="2026-01-31T08:59:59+02:00", ms=1_700_000_000_000)
    (row,) = rows(store, "shared", SHELF)
    assert {key: row[key] for key in ("artifact", "run", "output", "partitions", "time", "created_ms")} == {
        "artifact": "sum",
        "run": "one",
        "output": "sum",
        "partitions": {"kind": "small", "region": "eu"},
        "time": "2026-01-31T06Z",
        "created_ms": 1_700_000_000_000,
    }
    publish(store, "two", 2, ms=1_700_000_000_001)
    assert [each["run"] for each in rows(store, "shared", SHELF)] == ["two", "one"]
    assert [each["time"] for each in rows(store, "shared", SHELF)] == ["2023-11-14T22Z", "2026-01-31T06Z"]
    # Another scope sees nothing of it.
    assert list(rows(store, "dev/anna", SHELF)) == []


def begin(store: MemoryStore, plan: str) -> tuple[int, str | None, Any]:
    told, arguments = emitted(plan, "begin")
    assert ("--scope" in arguments) is any("query" in each for each in told["inputs"])
    answer = begun(session(store, f"of-{plan}"), told, kickoff="", inputs="")
    written = store.get(f"runs/of-{plan}/inputs.json")
    message = answer.error["message"] if answer.error else None
    return answer.code, message, json.loads(written)["total"]["value"] if written else None  # type: ignore[return-value]


def test_the_first_pod_finds_the_newest_that_fits(store: MemoryStore) -> None:
    publish(store, "one", 1, ms=1)
    publish(store, "two", 2, ms=2)
    publish(store, "three", 3, region="us", ms=3)
    # Converted as every value that is given.
    assert begin(store, "report") == (0, None, 2.0)
    assert begin(store, "waits") == (0, None, 3.0)
    assert begin(store, "given") == (0, None, 0.5)


def test_without_a_match_the_run_ends_and_says_why(store: MemoryStore) -> None:
    publish(store, "three", 3, region="us", ms=3)
    message = 'the input total: there is no version of the artifact sum with {"region": "eu"}'
    assert begin(store, "report") == (82, message, None)


def test_what_is_no_row_is_passed_over(store: MemoryStore) -> None:
    publish(store, "one", 1, ms=1)
    store.create(f"artifacts/v1/shared/{SHELF}/999-x.json", b"{")
    found = newest(store, "shared", {"shelf": SHELF, "partitions": {}, "artifact": "sum"})
    assert found is not None
    assert found["run"] == "one"
