"""A real API server with Argo's own definitions takes every golden object, and refuses what the verifier refuses."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from flyteops.argo import emit, verify
from tests.unit.argo.programs import TARGET, many

GOLDEN = sorted((Path(__file__).parents[1] / "unit" / "argo" / "golden").glob("*.yaml"))
NAMESPACE = TARGET.namespace
pytestmark = pytest.mark.e2e


def kubectl(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", autouse=True)
def namespace() -> None:
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG is unset: no API server to ask")
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    kubectl("create", "namespace", NAMESPACE)


def dry_run(body: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-", stdin=json.dumps(body))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_golden_object_is_taken(path: Path) -> None:
    answer = kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", str(path))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["metadata"]["name"] in answer.stdout


@pytest.mark.parametrize("count", [200, 201, 1000])
def test_the_limits_of_the_engine_hold(count: int) -> None:
    program = many(count)
    plan = program.launch_plan("wide")
    assert plan is not None
    answer = dry_run(dict(emit(program, target=TARGET, plans=(plan,))[0].body))
    assert (answer.returncode, answer.stderr) == (0, "")


def wide(body: dict[str, Any]) -> None:
    tasks = body["spec"]["templates"][0]["dag"]["tasks"]
    tasks.append({**tasks[0], "name": "one-more"})


REFUSED: dict[str, Callable[[dict[str, Any]], object]] = {
    "201 tasks": wide,
    "unknown field": lambda b: b["spec"].update(flyteops=True),
    "number for a duration": lambda b: b["spec"]["templates"][1].update(pendingTimeout=5),
}


@pytest.mark.parametrize("mutation", REFUSED)
def test_server_and_verifier_refuse_the_same(mutation: str) -> None:
    program = many(200)
    plan = program.launch_plan("wide")
    assert plan is not None
    body: dict[str, Any] = copy.deepcopy(dict(emit(program, target=TARGET, plans=(plan,))[0].body))
    REFUSED[mutation](body)
    assert verify(body) != ()
    assert dry_run(body).returncode != 0
