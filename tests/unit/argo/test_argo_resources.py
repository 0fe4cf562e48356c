"""Requests and limits, as written to what `explain` says and what the pod asks for: one table, three readers."""

from __future__ import annotations

from typing import Any

import pytest

from flyteops.argo import emit_task, verify
from flyteops.argo.hera import round_trip
from flyteops.model.program import Program
from flyteops.operations.effective import settings_rows
from tests.unit.argo.programs import TARGET
from tests.unit.compile.project import program, told


def body_of(text: str) -> tuple[Program, dict[str, Any], tuple[str, ...]]:
    found = program(text)
    emitted = emit_task(found, found.tasks["tell"], target=TARGET)[0]
    body: Any = emitted.body
    assert verify(body) == ()
    assert round_trip(body) == ()
    return found, next(each for each in body["spec"]["templates"] if each["name"].startswith("task-")), emitted.notes


def asked(resources: str, field: str, *, profile: str = "{}") -> tuple[str | None, str | None, str | None]:
    """What explain says, the request and the limit of the pod."""
    resources = resources.replace("FIELD", field)
    text = f"resources: {{p: {profile.replace('FIELD', field)}}}\ntasks: {{tell: {{function: 'm:tell', {resources}}}}}"
    found, pod, _ = body_of(text)
    rows = dict(settings_rows(found.tasks["tell"].settings))
    name = field.replace("_", "-")
    sides = pod["container"].get("resources", {})
    return rows[f"resources.{field}"], *(sides.get(side, {}).get(name) for side in ("requests", "limits"))


@pytest.mark.parametrize("field", ["cpu", "memory", "ephemeral_storage"])
@pytest.mark.parametrize(
    ("below", "above", "request_limit"),
    [
        # one side sets the other; both stand as they are
        ("none", "none", (None, None)),
        ("none", "request", ("low", "low")),
        ("none", "limit", ("high", "high")),
        ("request", "none", ("low", "low")),
        ("limit", "none", ("high", "high")),
        ("both", "none", ("low", "high")),
        ("request", "limit", ("low", "high")),
        ("limit", "request", ("low", "high")),
        ("none", "both", ("low", "high")),
        # a side over a profile that says both replaces that side only
        ("both", "request", ("low", "high")),
        ("both", "limit", ("low", "high")),
        # over a plain amount a side keeps the other one
        ("plain", "limit", ("low", "high")),
        ("plain", "request", ("low", "low")),
    ],
)
def test_one_given_alone_sets_the_other(
    field: str, below: str, above: str, request_limit: tuple[str | None, str | None]
) -> None:
    low, high = ("1", "2") if field == "cpu" else ("1Gi", "2Gi")
    said = {
        "none": "{}",
        "plain": f"{{FIELD: {low}}}",
        "request": f"{{FIELD: {{request: {low}}}}}",
        "limit": f"{{FIELD: {{limit: {high}}}}}",
        "both": f"{{FIELD: {{request: {low}, limit: {high}}}}}",
    }
    own = said[above][1:-1]
    written = f"resources: {{like: p{', ' + own if own else ''}}}"
    shown, request, limit = asked(written, field, profile=said[below])
    names = {None: None, "low": low, "high": high}
    assert (request, limit) == tuple(names[each] for each in request_limit)
    if request == limit:
        assert shown == request
    else:
        assert shown == f"request {request}, limit {limit}"


@pytest.mark.parametrize(
    ("field", "limit"), [("cpu", None), ("memory", "2"), ("ephemeral_storage", "2")]
)  # no throttling of cpu
def test_a_plain_amount(field: str, limit: str | None) -> None:
    assert asked("resources: {FIELD: 2}", field) == ("request 2" if limit is None else "2", "2", limit)


@pytest.mark.parametrize("gpu", ["2", "{request: 2}", "{limit: 2}", "{request: 2, limit: 2}"])
def test_devices_stand_in_limits_and_need_no_accelerator(gpu: str) -> None:
    found, pod, _ = body_of(f"tasks: {{tell: {{function: 'm:tell', resources: {{gpu: {gpu}}}}}}}")
    assert dict(settings_rows(found.tasks["tell"].settings))["resources.gpu"] == "2"
    assert pod["container"]["resources"] == {"limits": {"nvidia.com/gpu": "2"}}
    assert "nodeSelector" not in pod


NOTE = (
    "partition of task/tell is looked for by the label accelerator-partition: name its labels in node_pools when hosts "
    "are labelled otherwise"
)
ABSENT = {"matchExpressions": [{"key": "accelerator-partition", "operator": "DoesNotExist"}]}
WHOLE = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [ABSENT]}}}


@pytest.mark.parametrize(
    ("partition", "selector", "affinity"),
    [
        ("", {"accelerator": "a100"}, None),
        (", partition: none", {"accelerator": "a100"}, WHOLE),
        (", partition: 1g.10gb", {"accelerator": "a100", "accelerator-partition": "1g.10gb"}, None),
    ],
)
def test_three_ways_to_ask_for_a_part(partition: str, selector: dict[str, str], affinity: object) -> None:
    text = f"tasks: {{tell: {{function: 'm:tell', resources: {{gpu: 1, accelerator: a100{partition}}}}}}}"
    _, pod, notes = body_of(text)
    assert (pod["nodeSelector"], pod.get("affinity")) == (selector, affinity)
    assert (NOTE in notes) is bool(partition)


def test_queue_and_seconds_reach_the_pod_itself() -> None:
    text = """
        tasks:
          tell:
            function: m:tell
            labels: {team: x}
            resources:
              queue: train
              priority: high
              tolerations: [{key: down, operator: Exists, effect: NoExecute, tolerationSeconds: 300}]
    """
    found, pod, notes = body_of(text)
    assert pod["metadata"] == {"labels": {"kueue.x-k8s.io/queue-name": "train", "team": "x"}}
    assert pod["tolerations"] == [
        {"key": "down", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    ]
    assert pod["priorityClassName"] == "high"
    assert "queue of task/tell needs Kueue and its integration of pods in the cluster" in notes
    rows = dict(settings_rows(found.tasks["tell"].settings))
    assert rows["resources.tolerations"] == "down:NoExecute for 300s"
    assert rows["resources.queue"] == "train"


POOLS = """
node_pools:
  cpu: {cpu: 16, memory: 64Gi, selector: {pool: cpu}, price_per_hour: 1}
  spot: {like: cpu, spot: true, selector: {pool: spot}, tolerations: [{key: spot, operator: Exists}]}
  a100: {gpu: 8, accelerator: a100, selector: {pool: a100}}
  parts: {gpu: 56, accelerator: a100, partitions: [1g.10gb, 2g.20gb], selector: {pool: parts}}
"""


@pytest.mark.parametrize(
    ("options", "shown", "selector"),
    [
        ("", "cpu", {"pool": "cpu"}),
        ("interruptible: true", "spot (spot)", {"pool": "spot"}),
        ("resources: {gpu: 1}, interruptible: true", "a100", {"pool": "a100"}),
        ("resources: {gpu: 1, accelerator: a100, partition: none}", "a100", {"pool": "a100"}),
        ("resources: {gpu: 1, partition: 2g.20gb}", "parts",
         {"accelerator-partition": "2g.20gb", "pool": "parts"}),
        ("resources: {node_selector: {pool: a100}}", "a100", {"pool": "a100"}),
    ],
)  # fmt: skip
def test_the_pod_goes_to_the_pool_that_explain_names(options: str, shown: str, selector: dict[str, str]) -> None:
    found, pod, notes = body_of(f"{POOLS}\ntasks: {{tell: {{function: 'm:tell', {options}}}}}")
    assert dict(settings_rows(found.tasks["tell"].settings))["node_pool"] == shown
    assert pod["nodeSelector"] == selector
    assert ({"key": "spot", "operator": "Exists"} in pod.get("tolerations", [])) is ("(spot)" in shown)
    no_spot = "interruptible of task/tell has no effect: no spot pool fits, it goes to a100"
    assert (no_spot in notes) is ("interruptible" in options and "gpu" in options)


def test_a_plain_project_is_told_nothing_of_pools() -> None:
    found, pod, _ = body_of("tasks: {tell: {function: 'm:tell', resources: {gpu: 512, memory: 100Ti}}}")
    assert "node_pool" not in dict(settings_rows(found.tasks["tell"].settings))
    assert told(found.warnings) == []
    assert "nodeSelector" not in pod
