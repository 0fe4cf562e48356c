"""Everything that the engine has a hand in, run on a real one: what comes out, and that a run here gives the same.

One project (`works/`) with a small workflow for each thing; all of them run together once, in some minutes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from flyteops.argo.daylight import once
from flyteops.model.entities import Schedule
from flyteops.operations.sources import load_program
from flyteops.wiring import open_workspace
from tests.conftest import git
from tests.e2e.engine import Engine, going, kubectl, need_engine, nodes_of, open_gates, phase, word

pytestmark = pytest.mark.e2e
PROJECT = Path(__file__).parent / "works"
SPACE = "flyteops-works"
SECRETS = {"variable": "value of the variable", "key": "value of the key", "asked": "value that was asked for"}
ZONE = ZoneInfo("Europe/Berlin")
WITHIN_S = 900
BRACES = "{{workflow.name}}"

STARTED = {
    "launched": "launched", "serial": "serial", "serial-too": "serial", "one-at-a-time": "one-at-a-time",
    "scripts": "scripts", "retried": "retried", "batched": "batched", "stopped": "stopped", "terminated": "stopped",
    "handled": "handled", "never": "never", "queued": "queued", "queued-too": "queued", "some": "some",
    "too-few": "too_few", "secret": "secret", "broken": "broken", "outer": "outer", "bounded": "bounded",
    "stopped-at-a-gate": "consent", "sidecar": "sidecar", "publish": "publish",
    "consent": "consent", "refusal": "consent", "resumed": "consent", "resumed-by-name": "consent", "late": "late",
    "several": "several", "asked": "asked", "wrong": "asked", "braces": "asked",
}  # fmt: skip
ANSWERS = (
    ("outer", "asks.body.publish.ask", "yes"),
    ("consent", "publish.ask", "yes"), ("refusal", "publish.ask", "no"), ("resumed-by-name", "publish.ask", None),
    ("several", "first.ask", "yes"), ("several", "second.ask", "no"), ("asked", "score.ask", word("int", 4)),
    ("wrong", "score.ask", word("str", "4")), ("braces", "score.ask", BRACES),
)  # fmt: skip
CLOCKS = """\
apiVersion: flyteops/v1
launch_plans:
  at-once:
    workflow: clock
    schedule:
      cron: "{slot:%M %H} * * *"
      timezone: Europe/Berlin
      start: "2026-01-01T00:00:00Z"
      kickoff_time_input: started
  made-up:
    workflow: clock
    schedule:
      {{cron: "{slot:%M %H} * * *", timezone: Europe/Berlin, dst: engine, catchup: last, kickoff_time_input: started}}
  passed-over:
    workflow: clock
    schedule: {{cron: "{passed:%M %H} * * *", timezone: {zone}, catchup: last, kickoff_time_input: started}}
"""

Found = dict[str, dict[str, Any]]


class Works:
    """The project's runs, by what they show."""

    def __init__(self, engine: Engine, slot: datetime) -> None:
        self.engine = engine
        self.slot = slot
        self.names: dict[str, str] = {}
        self.runs: Found = {}
        self.found: Found = {}

    def drive(self) -> None:
        """All runs to their ends."""
        self.names = dict(zip(STARTED, self.engine.start(*STARTED.values()), strict=True))
        waiting = [*ANSWERS]
        resume, consume, stop, shut = True, True, True, True
        begun = self.engine.store / "marks" / "stopped"
        deadline = time.monotonic() + WITHIN_S
        while True:
            found = self.engine.found()
            self.runs = {key: found[name] for key, name in self.names.items()}
            for each in [each for each in waiting if each[1] in open_gates(self.runs[each[0]])]:
                self.engine.answer(self.names[each[0]], each[1], each[2])
                waiting.remove(each)
            if resume and open_gates(self.runs["resumed"]) == {"publish.ask"}:
                self.engine.resume(self.names["resumed"])
                resume = False
            if stop and open_gates(self.runs["stopped-at-a-gate"]) == {"publish.ask"}:
                self.engine.shut(self.names["stopped-at-a-gate"], "Stop")
                stop = False
            if shut and begun.exists() and len(begun.read_text("utf-8").splitlines()) == len(("stopped", "terminated")):
                self.engine.shut(self.names["stopped"], "Stop")
                self.engine.shut(self.names["terminated"], "Terminate")
                shut = False
            if consume and phase(self.runs["publish"]) == "Succeeded":
                (self.names["consume"],) = self.engine.start("consume")
                consume = False
            clocks = [self.by_clock(found, plan) for plan in ("at-once", "made-up")]
            ended = all(clocks) and not any(map(going, [*self.runs.values(), *clocks[0], *clocks[1]]))
            if ended and not waiting and not consume:
                self.found = found
                return
            assert time.monotonic() < deadline, {key: nodes_of(run) for key, run in self.runs.items() if going(run)}
            time.sleep(2)

    def by_clock(self, found: Found, plan: str) -> list[dict[str, Any]]:
        """The runs that the clock of a plan has started."""

        def is_one(run: dict[str, Any]) -> bool:
            labels = run["metadata"].get("labels", {})
            return labels.get("flyteops/name") == plan and "workflows.argoproj.io/cron-workflow" in labels

        return [run for run in found.values() if is_one(run)]

    def outputs(self, key: str, below: str = "outputs.json") -> dict[str, Any]:
        """What a run has returned."""
        return self.engine.outputs(self.runs[key], below)

    def errors(self, key: str) -> list[str]:
        """What failed attempts of a run have left."""
        folder = self.engine.store / "runs" / self.runs[key]["metadata"]["uid"]
        return [json.loads(path.read_text("utf-8"))["message"] for path in sorted(folder.rglob("error.json"))]

    def pods(self, key: str) -> list[tuple[str, str]]:
        """From when to when each pod of a run was at work, in order."""
        nodes = self.runs[key]["status"]["nodes"].values()
        return sorted((each["startedAt"], each["finishedAt"]) for each in nodes if each["type"] == "Pod")


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    need_engine()
    folder = tmp_path_factory.mktemp("works")
    store = folder / "store"
    shutil.copytree(PROJECT, folder / "project")
    shutil.copytree(PROJECT / "src", store / "code")
    (store / "marks").mkdir()
    for each in (store, store / "marks", *store.parents[:3]):
        each.chmod(0o777)
    slot = (datetime.now(ZONE) + timedelta(seconds=130)).replace(second=0, microsecond=0)
    passed = passed_over(slot)
    clocks = CLOCKS.format(slot=slot, passed=passed, zone=passed.tzinfo)
    (folder / "project" / "pipelines" / "clocks.yaml").write_text(clocks, encoding="utf-8")
    git(folder / "project", "init", "--quiet")
    workspace = open_workspace(folder / "project", environ={}, flags={})
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    engine = Engine(SPACE, store, program)
    engine.make()
    try:
        made = [f"--from-literal={name}={value}" for name, value in SECRETS.items()]
        kubectl("create", "secret", "generic", "works", "-n", SPACE, *made)
        engine.apply(*sorted({*program.workflows, *program.launch_plans}))
        started_last(engine, "made-up", slot - timedelta(days=2))
        started_last(engine, "passed-over", passed)
        found = Works(engine, slot)
        found.drive()
        yield found
    finally:
        engine.delete()


def passed_over(slot: datetime) -> datetime:
    """Some hours before, in a zone where it is a slot that the clock may leave out, so that it is written twice."""
    for name in sorted(available_timezones()):
        early = (slot - timedelta(hours=4)).astimezone(ZoneInfo(name))
        if "/" in name and once(Schedule(cron=f"{early:%M %H} * * *", timezone=name), f"{early:%M %H} * * *").lines:
            return early
    pytest.skip("at this hour no zone has a clock that changed some hours ago")


def started_last(engine: Engine, plan: str, at: datetime) -> None:
    """Lets the clock of a plan believe that it has started its last run then."""
    (clock,) = [
        each["metadata"]["name"]
        for each in engine.applied
        if each["kind"] == "CronWorkflow" and each["metadata"]["name"].startswith(f"{plan}-")
    ]
    spec = json.loads(kubectl("get", "cronworkflow", clock, "-n", engine.space, "-o", "json"))["spec"]
    used = ",".join(f"CRON_TZ={spec['timezone']} {line}" for line in spec["schedules"])
    annotations = {"cronworkflows.argoproj.io/last-used-schedule": used}
    status = {"lastScheduledTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    patch = json.dumps({"metadata": {"annotations": annotations}, "status": status})
    kubectl("patch", "cronworkflow", clock, "-n", engine.space, "--type=merge", "-p", patch)


def test_gates_wait_for_what_the_note_says(works: Works) -> None:
    assert works.outputs("consent") == {"said": "a report"}
    assert works.outputs("asked") == {"score": 4}
    failed = {
        "refusal": ["publish was refused"],
        "resumed": ["publish went on without an answer: nobody gave one in time, or it was resumed without one"],
        "resumed-by-name": [
            "publish went on without an answer: nobody gave one in time, or it was resumed without one"
        ],
        "late": ["publish went on without an answer: nobody gave one in time, or it was resumed without one"],
        "several": ["second was refused"],
        "wrong": ["str does not fit int"],
        "braces": ["score went on without an answer: nobody gave one in time, or it was resumed without one"],
    }
    assert {key: works.errors(key) for key in failed} == failed
    assert {phase(works.runs[key]) for key in failed} == {"Failed"}
    assert nodes_of(works.runs["several"])["first"] == ("Succeeded", "")
    stopped = nodes_of(works.runs["stopped-at-a-gate"])
    assert [stopped[name] for name in ("publish.ask", "publish.pass", "outputs")] == [
        ("Failed", ""), ("Omitted", ""), ("Omitted", ""),
    ]  # fmt: skip


def test_a_handler_sees_inputs_and_error_also_of_a_run_that_was_stopped(works: Works) -> None:
    assert phase(works.runs["handled"]) == "Failed"
    said = works.outputs("handled", "on_failure/commit.json")
    assert said == {"o0": "here: user fails 1 ValueError: cannot send 'here'"}
    # The engine calls the handler while the pod is still ending: what that leaves may come too late to be seen.
    assert works.outputs("stopped", "on_failure/commit.json")["o0"] in (
        "here: stopped slow 1 stopped by SIGTERM",
        "here: lost  1 a pod was lost, or never began",
    )
    assert [name for name in nodes_of(works.runs["terminated"]) if name.startswith("onExit")] == []
    assert [phase(works.runs[key]) for key in ("stopped", "terminated")] == ["Failed", "Failed"]


def test_runs_inside_a_run_each_work_for_themselves(works: Works) -> None:
    assert works.outputs("launched") == {"each": [100, 8], "sum": 118}
    nodes = nodes_of(works.runs["launched"])
    assert nodes["each.items(0:0).body.deep.body.route-case0"] == ("Skipped", "")
    assert nodes["each.items(1:1).body.deep.body.route-case0(0)"] == ("Succeeded", "0")


def test_a_launched_run_asks_and_fails_for_itself(works: Works) -> None:
    assert works.outputs("outer", "asks/commit.json") == {"said": "a report"}
    uid = works.runs["outer"]["metadata"]["uid"]
    (inner,) = [
        each.name for each in (works.engine.store / "runs").iterdir() if each.name.startswith(f"{uid[:23]}-fails-")
    ]
    assert works.outputs("outer", f"../{inner}/on_failure/commit.json") == {
        "o0": "there: user fails 1 ValueError: cannot send 'there'"
    }
    why = f"the run {inner} failed at fails: ValueError: cannot send 'there'"
    assert works.outputs("outer", "on_failure/commit.json") == {"o0": f"outer: never fails 1 {why}"}


def test_items_fail_as_far_as_they_may(works: Works) -> None:
    assert works.outputs("batched") == {"each": [10, 20, 30, 40, 50, 60, None, 80, 90, 100, 110, 120]}
    assert sorted(name for name in nodes_of(works.runs["batched"]) if ".items(" in name) == [
        "each.items(0:0-4)(0)", "each.items(1:5-9)(0)", "each.items(2:10-11)(0)",
    ]  # fmt: skip
    assert works.outputs("some") == {"each": [10, None, 20]}
    assert phase(works.runs["too-few"]) == "Failed"
    assert nodes_of(works.runs["too-few"])["each.gather(0)"] == ("Failed", "81")


def test_scripts_containers_and_what_stands_beside(works: Works) -> None:
    ended = nodes_of(works.runs["broken"])
    assert sorted(name for name in ended if name.endswith(")")) == ["once(0)", "twice(0)", "twice(1)"]
    assert works.outputs("scripts") == {"shown": "TWO WORDS", "area": 30}
    assert works.outputs("sidecar") == {"said": "good day"}


def test_secrets_reach_the_task_and_stand_in_no_object(works: Works) -> None:
    wanted = [hashlib.sha256(value.encode()).hexdigest()[:8] for value in SECRETS.values()]
    assert works.outputs("secret") == {"hidden": wanted}
    kinds = "workflows,workflowtemplates,cronworkflows,workflowtaskresults,pods,events"
    objects = kubectl("get", kinds, "-n", SPACE, "-o", "json")
    for value in SECRETS.values():
        assert value not in objects
        assert base64.b64encode(value.encode()).decode() not in objects


def test_what_is_published_is_found_when_a_run_begins(works: Works) -> None:
    assert works.outputs("publish") == {"number": 8}
    assert works.outputs("consume") == {"number": 16}


def test_of_two_runs_at_once_one_computes(works: Works) -> None:
    assert (works.outputs("serial"), works.outputs("serial-too")) == ({"o": 7}, {"o": 7})
    assert (works.engine.store / "marks" / "serial").read_text("utf-8") == "called\n"


def test_runs_and_pods_wait_for_one_another(works: Works) -> None:
    first, second = sorted((works.pods(key)[0][0], works.pods(key)[-1][1]) for key in ("queued", "queued-too"))
    assert first[1] <= second[0]
    pods = works.pods("one-at-a-time")
    assert [each for each, after in pairwise(pods) if each[1] > after[0]] == []
    assert works.outputs("one-at-a-time") == {"c": [2, 4]}


def test_attempts_are_as_many_as_were_said(works: Works) -> None:
    marks = works.engine.store / "marks"
    assert works.outputs("retried") == {"said": "worked at attempt 3"}
    assert (marks / "never").read_text("utf-8") == "tried\n"
    assert nodes_of(works.runs["never"])["done(0)"] == ("Failed", "81")
    # By our runner, or on a slow machine by the pod's own deadline: then nothing is left in the store.
    assert set(works.errors("bounded")) <= {"the attempt took longer than 2 s (timeout.run)"}
    ended = {name: each[0] for name, each in nodes_of(works.runs["bounded"]).items() if name.startswith("slow(")}
    assert ended == {"slow(0)": "Failed", "slow(1)": "Failed"}


def test_the_clock_starts_a_slot_once_and_makes_up_a_missed_one(works: Works) -> None:
    (run,) = works.by_clock(works.found, "at-once")
    assert works.engine.outputs(run) == {"slot": works.slot.astimezone(UTC).isoformat()}
    made_up = works.by_clock(works.found, "made-up")
    yesterday = (works.slot - timedelta(days=1)).astimezone(UTC).isoformat()
    assert min(works.engine.outputs(each)["slot"] for each in made_up) == yesterday
    assert works.by_clock(works.found, "passed-over") == []
    clocks = json.loads(kubectl("get", "cronworkflows", "-n", SPACE, "-o", "json"))["items"]
    assert [each["status"].get("conditions", []) for each in clocks] == [[], [], []]


LOCAL = {
    "consent": ("consent", "--approve", "publish"),
    "asked": ("asked", "--answer", "score=4"),
    "launched": ("launched",),
    "batched": ("batched",),
    "some": ("some",),
    "scripts": ("scripts",),
    "publish": ("publish",),
    "consume": ("consume",),
    "serial": ("serial", "--input", "path=serial"),
    "one-at-a-time": ("one-at-a-time",),
    "retried": ("retried", "--input", "path=retried"),
}


def test_runs_here_return_the_same(
    works: Works, make_project: Callable[[Path], Path], run_cli: Callable[..., Any], tmp_path: Path
) -> None:
    make_project(PROJECT)
    for key, (plan, *words) in LOCAL.items():
        given = [each.replace("path=", f"path={tmp_path}/") for each in words]
        ended = run_cli(["--no-input", "run", plan, *given, "-o", "json"])
        assert ended.code == 0, ended.stderr
        assert json.loads(ended.stdout)["outputs"] == works.outputs(key), key
