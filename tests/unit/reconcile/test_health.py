"""What the engine says of clocks, and how long an apply listens."""

from __future__ import annotations

import pytest

from flyteops.model.digest import Json, JsonObject
from flyteops.model.errors import OutsideFailed
from flyteops.model.state import ObjectRef
from flyteops.operations.cluster_health import runs_not_over, wait_until_healthy
from flyteops.operations.cluster_side import ClusterSide
from flyteops.ports.cluster import ClusterFailed, Live
from flyteops.reconcile import API, CRON, WORKFLOW, Wanted

REF = ObjectRef(api_version=API, kind=CRON, namespace="churn", name="nightly")
REFUSED: JsonObject = {"conditions": [{"type": "SpecError", "status": "True", "message": "no such template"}]}


class Answers:
    """A cluster that answers lists from a script; the last answer stays."""

    def __init__(self, *statuses: Json, runs: tuple[JsonObject, ...] | None = ()) -> None:
        self.statuses = list(statuses)
        self.runs = runs
        self.asked: list[str] = []

    def list(self, api_version: str, kind: str, namespace: str, *, selector: str) -> tuple[Live, ...]:
        self.asked.append(f"{kind} {namespace} {selector}")
        if kind == WORKFLOW:
            if self.runs is None:
                raise ClusterFailed("partial", "a page is missing")
            return tuple(Live(ref=REF, body={"metadata": {"labels": labels}}) for labels in self.runs)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return (Live(ref=REF, body={"status": status} if status else {}),)


class Time:
    """A clock that moves while somebody waits."""

    def __init__(self) -> None:
        self.s = 0.0

    def now_ms(self) -> int:
        return int(self.s * 1000)

    def monotonic_s(self) -> float:
        return self.s

    def wait(self, seconds: float) -> None:
        self.s += seconds


def listen(*statuses: Json, wait_s: float = 2.0) -> tuple[list[str], float, list[str]]:
    told: list[str] = []
    time, cluster = Time(), Answers(*statuses)
    wanted = Wanted(ref=REF, body={}, digest="d", address="launch_plan/nightly")
    side = ClusterSide(cluster=cluster, namespace="churn", selector="a=b", wanted=(wanted,), wait_s=wait_s)
    wait_until_healthy(side, clock=time, wait=time.wait, report=told.append)
    return told, time.s, cluster.asked


def test_it_ends_as_soon_as_the_engine_has_written_a_status() -> None:
    told, took_s, asked = listen(None, None, {"phase": "Active"})
    assert (told, took_s) == (["waiting for the engine to take up 1 clocks"], 1.0)
    assert asked == ["CronWorkflow churn a=b"] * 3


def test_without_an_engine_it_says_so_and_ends_well() -> None:
    told, took_s, _ = listen(None)
    assert took_s == 2.0
    assert told[-1] == "no engine has taken up 1 of 1 clocks in 2 s: nightly"
    assert listen(None, wait_s=0.0) == ([], 0.0, [])


def test_what_the_engine_refuses_is_a_failure_in_its_words() -> None:
    with pytest.raises(OutsideFailed, match="cannot start 1 of its clocks: nightly: no such template"):
        listen({"phase": "Active"} | REFUSED)
    assert listen({"conditions": [{"type": "SpecError", "status": "False"}]})[0] == []


def test_runs_are_counted_by_where_they_came_from_and_never_guessed() -> None:
    nightly = {"flyteops/kind": "launch_plan", "flyteops/name": "nightly"}
    cluster = Answers(None, runs=(nightly, nightly, {"flyteops/kind": "workflow", "flyteops/name": "train"}, {}))
    assert runs_not_over(cluster, namespace="churn", selector="a=b") == {"launch_plan/nightly": 2, "workflow/train": 1}
    assert cluster.asked == ["Workflow churn a=b,workflows.argoproj.io/completed!=true"]
    assert runs_not_over(Answers(None, runs=None), namespace="churn", selector="a=b") is None
