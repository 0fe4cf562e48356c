"""How long an apply waits for what it applied, what the engine says of clocks, which runs go on."""

from __future__ import annotations

import pytest

from flyteops.model.digest import JsonObject
from flyteops.model.errors import OutsideFailed
from flyteops.model.state import ObjectRef
from flyteops.operations.cluster_health import runs_not_over, wait_until_served
from flyteops.operations.cluster_side import ClusterSide
from flyteops.ports.cluster import ClusterFailed, Live
from flyteops.reconcile import API, CRON, DIGEST, TEMPLATE, WORKFLOW, Wanted

REF = ObjectRef(api_version=API, kind=CRON, namespace="churn", name="nightly")
REFUSED: JsonObject = {"conditions": [{"type": "SpecError", "status": "True", "message": "no such template"}]}


class Answers:
    """A cluster that answers lists of clocks from a script; the last answer stays."""

    def __init__(self, *bodies: JsonObject, runs: tuple[JsonObject, ...] | None = ()) -> None:
        self.bodies = list(bodies)
        self.runs = runs
        self.asked: list[str] = []

    def list(self, api_version: str, kind: str, namespace: str, *, selector: str) -> tuple[Live, ...]:
        self.asked.append(f"{kind} {namespace} {selector}")
        if kind == WORKFLOW:
            if self.runs is None:
                raise ClusterFailed("partial", "a page is missing")
            return tuple(Live(ref=REF, body={"metadata": {"labels": labels}}) for labels in self.runs)
        if kind == TEMPLATE:
            return ()
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        return (Live(ref=REF, body=body),)


def served(digest: str = "d", status: JsonObject | None = None) -> JsonObject:
    return {"metadata": {"annotations": {DIGEST: digest}}, **({"status": status} if status else {})}


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


def listen(*bodies: JsonObject, wait_s: float = 2.0) -> tuple[list[str], float, int]:
    told: list[str] = []
    time, cluster = Time(), Answers(*bodies)
    wanted = Wanted(ref=REF, body={}, digest="d", address="launch_plan/nightly")
    side = ClusterSide(cluster=cluster, namespace="churn", selector="a=b", wanted=(wanted,), wait_s=wait_s)
    wait_until_served(side, clock=time, wait=time.wait, report=told.append)
    return told, time.s, len(cluster.asked)


def test_what_is_served_as_applied_is_not_waited_for() -> None:
    assert listen(served()) == ([], 0.0, 2)
    assert listen(served("other"), wait_s=0.0) == ([], 0.0, 0)


def test_it_ends_as_soon_as_everything_is_served() -> None:
    told, took_s, _ = listen(served("before"), served("before"), served())
    assert (told, took_s) == (["waiting until 1 of 1 objects are as they were applied"], 1.0)


def test_what_somebody_else_keeps_changing_is_a_failure() -> None:
    going = {"metadata": {"annotations": {DIGEST: "d"}, "deletionTimestamp": "2026-01-31T08:00:00Z"}}
    for body in (served("other"), going):
        with pytest.raises(OutsideFailed, match="after 2 s CronWorkflow/churn/nightly is not there as it was applied"):
            listen(body)


def test_what_the_engine_said_at_an_earlier_slot_is_told_and_refuses_nothing() -> None:
    told, took_s, _ = listen(served(status=REFUSED))
    assert (told, took_s) == (
        ["at its last slot the engine could not start CronWorkflow/churn/nightly: no such template"],
        0.0,
    )
    mended: JsonObject = {"conditions": [{"type": "SpecError", "status": "False"}]}
    assert listen(served(status=mended))[0] == []


def test_runs_are_counted_by_where_they_came_from_and_never_guessed() -> None:
    nightly = {"flyteops/kind": "launch_plan", "flyteops/name": "nightly"}
    cluster = Answers({}, runs=(nightly, nightly, {"flyteops/kind": "workflow", "flyteops/name": "train"}, {}))
    assert runs_not_over(cluster, namespace="churn", selector="a=b") == {"launch_plan/nightly": 2, "workflow/train": 1}
    assert cluster.asked == ["Workflow churn a=b,workflows.argoproj.io/completed!=true"]
    assert runs_not_over(Answers({}, runs=None), namespace="churn", selector="a=b") is None
