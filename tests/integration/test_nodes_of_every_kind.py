"""Runs inside a run, gates and failure handlers on this machine; and that a plan says what runs again in there."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

YAML, STEPS = "pipelines/depot.yaml", "src/depot/steps.py"


@pytest.fixture
def depot(project):
    return project("depot")


def run(repository, *words: str, code: int = 0) -> dict:
    ended = repository.flyteops("run", *words, "-o", "json")
    assert ended.code == code, ended.stderr + ended.stdout
    return json.loads(ended.stdout)


def phases(answer: dict) -> dict[str, str]:
    return {node["path"]: node["phase"] for node in answer["nodes"] if node["kind"] != "switch"}


def ran(answer: dict) -> frozenset[str]:
    """The task steps that really ran."""
    return frozenset(
        node["path"] for node in answer["nodes"] if node["task"] and node["phase"] == "succeeded" and not node["cached"]
    )


def runs_of(repository) -> list[str]:
    return sorted(each.name for each in (repository.root / ".flyteops/store/runs").iterdir())


def logs(repository, name: str) -> list[str]:
    """What the logs of the steps of a name say, sorted."""
    found = (repository.root / ".flyteops/runs").rglob(f"{name}/*/log.txt")
    return sorted(each.read_text().strip() for each in found)


# ------------------------------------------------------------------------------------------- runs inside


def test_each_launched_run_is_one_of_its_own_in_the_store(depot):
    answer = run(depot, "day", "--execution", "monday")
    assert answer["outputs"] == {"sum": 35, "tags": ["small", "small", "7 kg"]}
    assert phases(answer) == dict.fromkeys(
        ["each", "each/pack", "each/tag.case0", "each/weigh", "heavy", "heavy/pack", "heavy/tag.case0", "heavy/weigh",
         "parcels", "sum"], "succeeded",
    )  # fmt: skip
    names = [re.sub(r"-[0-9a-f]{12}$", "", each) for each in runs_of(depot)]
    assert names == ["monday", "monday-each-0", "monday-each-1", "monday-each-2", "monday-heavy"]
    by_path = {node["path"]: node for node in answer["nodes"]}
    assert by_path["heavy"]["run"] in runs_of(depot)
    assert by_path["each/weigh"]["items"] == 3
    kept = json.loads((depot.root / ".flyteops/store/runs" / by_path["heavy"]["run"] / "inputs.json").read_text())
    assert {name: each["value"] for name, each in kept.items()} == {"padding": 10, "size": 5}


def test_a_second_run_takes_what_is_inside_from_the_cache_too(depot):
    run(depot, "day")
    assert ran(run(depot, "day")) == frozenset()


def test_a_continued_run_repeats_no_finished_child(depot):
    depot.edit(STEPS, "    return sum(weights) + more\n", "    raise ValueError('no')\n")
    failed = run(depot, "day", "--execution", "monday", "--cache", "off", code=6)
    assert phases(failed)["sum"] == "failed"
    before = {path: path.read_bytes() for path in (depot.root / ".flyteops/store/runs").rglob("commit.json")}
    depot.edit(STEPS, "    raise ValueError('no')\n", "    return sum(weights) + more\n")
    answer = run(depot, "day", "--execution", "monday", "--cache", "off")
    assert ran(answer) == {"sum"}
    assert before == {path: path.read_bytes() for path in before}


def test_what_changed_inside_a_finished_child_is_refused(depot):
    run(depot, "day", "--execution", "monday")
    depot.edit(STEPS, "return size * 2", "return size * 3")
    ended = depot.flyteops("run", "day", "--execution", "monday")
    assert ended.code == 4
    assert "steps of the execution monday changed after they had finished: each, heavy" in ended.stderr


def test_items_of_a_mapped_workflow_may_fail_as_far_as_it_says(depot):
    assert run(depot, "most")["outputs"] == {"o0": [1, None, 3, None]}
    failed = run(depot, "most", "--input", "sizes=[1, 0, 0]", code=6)
    assert failed["error"]["message"].startswith("item ")
    assert "nothing in it" in failed["error"]["message"]
    failed = run(depot, "all_of", code=6)
    assert re.fullmatch(r"item 1: the run \S+ failed at weigh: ValueError: nothing in it", failed["error"]["message"])
    assert run(depot, "most", "--input", "sizes=[]")["outputs"] == {"o0": []}


def test_a_launched_run_goes_by_the_terms_of_its_plan(depot):
    depot.edit(YAML, "fixed_inputs: {padding: 10}}", "fixed_inputs: {padding: 10}, overwrite_cache: true}")
    run(depot, "day")
    assert ran(run(depot, "day")) == {"heavy/pack", "heavy/tag.case0", "heavy/weigh"}


def test_a_title_is_shown_and_planned(depot):
    assert depot.flyteops("apply", "-y").code == 0
    depot.edit(YAML, "more: $heavy.weight}}", "more: $heavy.weight}, overrides: {name: All of it}}")
    assert "All of it" in depot.flyteops("graph", "day").stdout
    assert 'nodes.sum.overrides: (not set) -> {name: "All of it"}' in depot.flyteops("plan").stdout
    assert "overrides.name  All of it" in depot.flyteops("explain", "workflow/day.sum").stdout
    assert re.search(r"on_failure.inputs.error +\$error", depot.flyteops("explain", "workflow/broken").stdout)


# ----------------------------------------------------------------------------------------------- failures


def test_on_failure_is_told_why_after_the_siblings_are_gone(depot):
    mark = depot.root / "mark"
    answer = run(depot, "broken", "--input", f"mark={mark}", code=6)
    assert phases(answer) == {"fails": "failed", "slow": "not_run", "on_failure": "succeeded"}
    assert not mark.exists()
    assert logs(depot, "on_failure") == [f"user fails 1 ValueError: cannot send '{mark}'"]
    assert answer["error"]["message"] == "ValueError: cannot send '<project>/mark'"


def test_a_sub_workflow_calls_its_own_handler_then_the_run_its_own(depot):
    answer = run(depot, "patient", code=6)
    assert phases(answer) == {
        "after": "not_run", "inner.fails": "failed", "inner.slow": "succeeded", "own": "failed",
        "own/fails": "failed", "own/slow": "not_run", "own/on_failure": "succeeded",
        "inner.on_failure": "succeeded", "on_failure": "succeeded",
    }  # fmt: skip
    assert [node["path"] for node in answer["nodes"]][-2:] == ["inner.on_failure", "on_failure"]
    why = "ValueError: cannot send ''"
    assert logs(depot, "on_failure") == sorted([f"user fails 1 {why}", f"user inner.fails 1 {why}"])
    assert logs(depot, "inner.on_failure") == [f"user inner.fails 1 {why}"]


def test_a_continued_run_that_fails_again_calls_its_handler_again(depot):
    run(depot, "broken", "--execution", "monday", code=6)
    answer = run(depot, "broken", "--execution", "monday", code=6)
    assert phases(answer)["on_failure.2"] == "succeeded"


def test_a_failing_handler_changes_nothing_of_the_run(depot):
    head = "def note(error: dict, mark: str) -> None:\n"
    depot.edit(STEPS, head, head + "    raise ValueError\n")
    answer = run(depot, "broken", code=6)
    assert phases(answer)["on_failure"] == "failed"
    assert answer["error"]["message"] == "ValueError: cannot send ''"


def test_an_interrupt_ends_every_run_and_calls_no_handler(depot):
    depot.edit(STEPS, 'raise ValueError(f"cannot send', 'time.sleep(60)\n    raise ValueError(f"cannot send')
    depot.edit(STEPS, "time.sleep(1.5)", "time.sleep(60)")
    flyteops = [sys.executable, "-m", "flyteops", "--no-input", "run", "patient", "-o", "json"]
    running = subprocess.Popen(
        flyteops, cwd=depot.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    wait_for(lambda: len(list((depot.root / ".flyteops/runs").rglob("log.txt"))) >= 2)
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=30)
    answer = json.loads(out)
    assert (running.returncode, answer["phase"]) == (130, "aborted")
    assert "succeeded" not in phases(answer).values()
    assert not any("on_failure" in path for path in phases(answer))


def wait_for(true) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


# -------------------------------------------------------------------------------------------------- gates


def test_gates_are_answered_with_the_command(depot):
    answer = run(depot, "checked", "--approve", "publish", "--answer", "padding=4")
    assert answer["outputs"] == {"weights": [6, 8]}
    assert {path for path in phases(answer) if "/" not in path} == {"each", "padding", "parcels", "pause", "publish"}
    paused = next(node for node in answer["nodes"] if node["path"] == "pause")
    assert paused["duration_s"] >= 0.5


def test_a_refused_gate_fails_its_node_and_can_be_approved_later(depot):
    answer = run(depot, "checked", "--refuse", "publish", "--answer", "padding=4", "--execution", "monday", code=6)
    assert answer["error"] == {"code": 81, "cause": "refused", "message": "publish was refused"}
    assert "--refuse" not in answer["again"]
    answer = run(depot, "checked", "--approve", "publish", "--execution", "monday")
    assert answer["outputs"] == {"weights": [6, 8]}, "the padding was answered before"


def test_a_gate_that_nobody_opens_in_time_fails(depot):
    depot.edit(YAML, "timeout: 1h", "timeout: 300ms")
    answer = on_terminal(depot, "run", "checked", "-o", "json")
    assert "padding: How much padding?\n  a value of int, then Enter:" in answer
    assert "(too late)" in answer
    assert "nobody answered padding within 0.3 s (timeout)" in answer


def test_a_gate_whose_value_is_not_there_fails(depot):
    depot.edit(YAML, "approve: {value: $parcels,", "approve: {value: $parcels.9,")
    depot.edit(YAML, "over: {size: $publish}", "over: {size: [1]}")
    answer = run(depot, "checked", "--approve", "publish", "--answer", "padding=4", code=6)
    assert answer["error"]["message"] == "input value: the value has no part 9"


def test_gates_ask_on_the_terminal(depot):
    answer = on_terminal(
        depot, "run", "checked", typed=[("then Enter:", "many"), ("whole number", "4"), ("[y/n]", "yes")]
    )
    assert "must be int, not many" in answer
    assert "publish: Send them?\n  value: [1, 2]\n  approve? [y/n]" in answer
    assert "weights = [6, 8]" in answer


def test_a_closed_terminal_gives_every_question_up(depot):
    depot.edit(YAML, "  checked:\n", "  checked:\n    failure_policy: after_executable_nodes\n")
    told = on_terminal(depot, "run", "checked", typed=[("then Enter:", "\x04")])
    assert "padding waits for int, and nobody can be asked here" in told
    assert "publish waits for consent, and nobody can be asked here" in told


def on_terminal(repository, *words: str, typed: list[tuple[str, str]] | None = None) -> str:
    """What a command writes on a terminal where somebody types answers to what it asks."""
    import pty
    import select

    child, handle = pty.fork()
    if child == 0:  # pragma: no cover - the command itself
        os.environ.pop("CI", None)
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
        os.chdir(repository.root)
        os.execv(sys.executable, [sys.executable, "-m", "flyteops", *words])  # noqa: S606
    written, answers = "", list(typed or [])
    until = time.monotonic() + 60
    try:
        while time.monotonic() < until:
            if not select.select([handle], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(handle, 4096)
            except OSError:
                break
            if not data:
                break
            written += data.decode().replace("\r\n", "\n")
            if answers and answers[0][0] in written.rpartition("\x00")[2]:
                os.write(handle, answers.pop(0)[1].encode() + b"\n")
                written += "\x00"
    finally:
        os.waitpid(child, 0)
        os.close(handle)
    return written.replace("\x00", "")


# --------------------------------------------------------------------------------------------------- plan


@dataclass(frozen=True)
class Edit:
    """One edit, and the steps of `day` that run again because of it."""

    name: str
    path: str
    old: str
    new: str
    ran: frozenset[str]


TOTAL = frozenset({"sum"})
PACKED = frozenset({"each/pack", "each/tag.case0"})
LAUNCHED = frozenset({"heavy/pack", "heavy/tag.case0"})
WEIGHED = frozenset({"each/weigh", "heavy/weigh"})
EDITS = (
    Edit("comment", STEPS, "def weigh(", "# a comment\ndef weigh(", frozenset()),
    Edit("concurrency", YAML, "concurrency: 2", "concurrency: 3", frozenset()),
    Edit("code inside", STEPS, "return size * 2", "return size * 3", PACKED | LAUNCHED | WEIGHED | TOTAL),
    Edit("code with an equal result", STEPS, "size * 2", "2 * size", WEIGHED),
    Edit("fixed input of the plan", YAML, "padding: 10", "padding: 11", LAUNCHED | TOTAL),
    Edit("default of the workflow", YAML, "padding: int = 1}", "padding: int = 2}", PACKED | TOTAL),
    Edit("given to the plan", YAML, "extra: int = 5", "extra: int = 6", LAUNCHED | TOTAL | {"heavy/weigh"}),
    Edit("list that is walked", STEPS, "[n + 1 for", "[n + 2 for", PACKED | TOTAL | {"parcels", "each/weigh"}),
    Edit("condition inside", YAML, "$inputs.size > 2", "$inputs.size > 1", frozenset({"each/tag.case0"})),
)


@pytest.mark.parametrize("edit", EDITS, ids=[edit.name for edit in EDITS])
def test_what_ran_inside_is_what_the_plan_said(depot, edit):
    assert depot.flyteops("apply", "-y").code == 0
    run(depot, "day")
    depot.edit(edit.path, edit.old, edit.new)
    depot.commit(edit.name)
    rows = [row for row in depot.answer("plan")["nodes"] if row["workflow"] == "day"]
    said = {outcome: {row["node"] for row in rows if row["outcome"] == outcome} for outcome in ("yes", "maybe")}
    assert depot.flyteops("apply", "-y").code == 0
    answer = run(depot, "day")
    assert ran(answer) == edit.ran
    reached = {path for path, phase in phases(answer).items() if phase == "succeeded"}
    assert said["yes"] & reached <= edit.ran, "the plan said yes, and it did not run"
    assert edit.ran <= said["yes"] | said["maybe"], "it ran, and the plan had not said so"
    assert depot.answer("plan")["changes"] == []
