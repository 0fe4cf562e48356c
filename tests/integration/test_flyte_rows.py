"""Where Flyte's own parts disagree, ours agree: what is checked, what a local run does, what the emitted object does.

Flyte's client, its server and its pages differ in the places that are named here, or something is dropped without a
word. Each test says what Flyte does, and holds our three against each other.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from flyteops.adapters.store_file import FileStore
from flyteops.argo import Interruptible
from tests.integration.flyte_rows import TARGET, Row, named

STEPS = '''\
"""What the rows run."""

from datetime import date, datetime
from pathlib import Path
from time import sleep
from time import time as clock

from flyteops.types import File


def pair(n: int) -> tuple[int, str]:
    return n, f"n{n}"


def join(a: int, b: str) -> str:
    return f"{a} {b}"


def halves(n: int) -> float:
    return n / 2


def odd(n: int) -> int:
    """One more, of even numbers only.

    Args:
        n: A number.
    """
    if n % 2:
        raise ValueError(f"{n} is odd")
    return n + 1


def total(numbers: list[int]) -> int:
    return sum(numbers)


def at(time: datetime) -> str:
    return time.isoformat()


def day(time: date) -> str:
    return time.isoformat()


def slow(n: int) -> list[float]:
    begun = clock()
    sleep(0.5)
    return [begun, clock()]


def say(text: str) -> str:
    return text
'''
SCHEDULED = """
    workflows:
      w:
        inputs: {time: datetime}
        nodes:
          at: {task: "s:at", inputs: [time]}
        outputs: {said: $at}
    launch_plans:
      p: {workflow: w, schedule: {CLOCK, kickoff_time_input: time}}
"""


@pytest.fixture
def row(tmp_path, make_project, run_cli) -> Row:
    files = tmp_path / "files"
    for path, text in (("flyteops.yaml", "project: rows\n"), ("src/s.py", STEPS)):
        (files / path).parent.mkdir(parents=True, exist_ok=True)
        (files / path).write_text(text, "utf-8")
    (files / "pipelines").mkdir()
    (files / "pipelines" / "rows.yaml").write_text("apiVersion: flyteops/v1\n", "utf-8")
    return Row(root=make_project(files), cluster=tmp_path / "cluster", run_cli=run_cli)


# Flyte: the pages say that unnamed outputs begin at o1, the code begins at o0.
def test_unnamed_outputs_are_o0_and_o1(row):
    text = """
    workflows:
      w:
        nodes:
          pair: {task: "s:pair", inputs: {n: 3}}
          join: {task: "s:join", inputs: {a: $pair.o0, b: $pair.o1}}
        outputs: {said: $join, first: $pair.o0}
    """
    assert row.refused(text.replace("$pair.o1", "$pair.o2")) == ["FO217"]
    row.says(text)
    assert row.locally("w")["outputs"] == row.in_pods().outputs == {"said": "3 n3", "first": 3}


# Flyte: its server refuses lists of unequal length, a local run fails with an index error.
def test_map_over_lists_of_unequal_length(row):
    text = """
    workflows:
      w:
        inputs: {left: "list[int] = [2, 4]", right: "list[str] = [a, b, c]"}
        nodes:
          walk: {map: "s:join", over: {a: $inputs.left, b: $inputs.right}}
        outputs: {all: $walk}
    """
    assert row.refused(text.replace("$inputs.left", "[2, 4]").replace("$inputs.right", "[a]")) == ["FO233"]
    row.says(text)
    here, there = row.locally("w", code=6), row.in_pods()
    why = "the lists of the map walk differ in length: a has 2, b has 3"
    assert (here["error"]["message"], there.phase, there.logs) == (why, "Failed", why + "\n")
    assert there.pods == ("begin begin", "walk/size map-size"), "no item ran"
    row.says(text.replace("[a, b, c]", "[]").replace("[2, 4]", "[]"))
    assert row.locally("w")["outputs"] == row.in_pods().outputs == {"all": []}


# Flyte: its pages say that no concurrency is no bound, its SDK that it is the workflow's, and the server takes neither.
def test_concurrency_bounds_the_items_and_max_parallelism_the_run(row):
    text = """
    workflows:
      w:
        nodes:
          walk: {map: "s:slow", over: {n: [1, 2, 3, 4, 5]}SAID}
        outputs: {times: $walk}
    launch_plans:
      free: {workflow: w}
      bound: {workflow: w, max_parallelism: 3}
    """
    assert row.refused(text.replace("SAID", ", concurrency: 0")) == ["FO324"]
    for said, items in (("", None), (", concurrency: 2", 2)):
        row.says(text.replace("SAID", said))
        for plan, run in (("free", None), ("bound", 3)):
            body, _ = row.emitted(plan)
            assert (named(body, "map").get("parallelism"), body["spec"].get("parallelism")) == (items, run)
            times = row.locally(plan, "--parallel", "4")["outputs"]["times"]
            most = max(sum(start <= at < end for start, end in times) for at, _ in times)
            assert (said, plan, most) == (said, plan, min(each for each in (items, run, 4) if each))


# Flyte: nothing says that a map goes on to its end once enough items have succeeded, or that it stops when too many
# failed; and its outputs turn into lists of optionals without being declared so.
def test_enough_items_of_a_map(row):
    text = """
    workflows:
      w:
        nodes:
          walk: {map: "s:odd", over: {n: [1, 2, 3, 4, 6]}, SAID}
        outputs: {all: $walk}
    """
    assert row.refused(text.replace("SAID", "min_successes: 3, min_success_ratio: 0.6")) == ["FO320"]
    assert row.refused(text.replace("over: {n: [1, 2, 3, 4, 6]}", "over: {}").replace(", SAID", "")) == ["FO236"]
    for said in ("min_success_ratio: 0.6", "min_successes: 3"):
        row.says(text.replace("SAID", said))
        there = row.in_pods()
        assert row.locally("w")["outputs"] == there.outputs == {"all": [None, 3, None, 5, 7]}
        assert sum("map-item" in each for each in there.pods) == 5, "to its end, not to its third success"
    row.says(text.replace("SAID", "min_success_ratio: 0.61"))
    here, there = row.locally("w", code=6), row.in_pods()
    assert here["error"]["message"] in ("item 0: ValueError: 1 is odd", "item 2: ValueError: 3 is odd")
    assert (there.phase, "2 of 5 items failed (0, 2); at least 4 must succeed" in there.logs) == ("Failed", True)


def test_partial_outputs_are_optionals(row):
    text = """
    workflows:
      w:
        nodes:
          walk: {map: "s:odd", over: {n: [2, 4]}, min_success_ratio: 0.5}
          sum: {task: "s:total", inputs: {numbers: $walk}}
        outputs: {sum: $sum}
    """
    assert row.refused(text) == ["FO212"]
    row.says(text.replace(", min_success_ratio: 0.5", ""))
    assert row.locally("w")["outputs"] == row.in_pods().outputs == {"sum": 8}


# Flyte: an int beside a float passes in a local run and fails on the cluster; times are compared at whole seconds.
CONDITIONS = {
    "$half == 3": True,
    "$half >= 2.5 and 3 <= $half": True,
    "$half < $inputs.n": True,
    "not ($half != $inputs.n) or $inputs.n in [1, 2]": False,
    "$inputs.time > $inputs.before": True,
    "$inputs.flag": True,
    "not $inputs.flag or $inputs.none is not none": False,
    "$inputs.region == 'eu' and $inputs.region in ['eu', 'us']": True,
}
NEVER = {
    "$inputs.n == 'a'": "FO242",
    "$inputs.flag > false": "FO242",
    "$inputs.flag & true": "FO240",
    "$inputs.n": "FO244",
    "1 < $inputs.n < 3": "FO240",
    "$inputs.region == 'asia'": "FO245",
    "$inputs.none > 1": "FO243",
}
SWITCHES = """
    workflows:
      w:
        inputs:
          n: int = 6
          time: datetime = 2026-01-31T08:00:00.000002Z
          before: datetime = 2026-01-31T09:00:00.000001+01:00
          flag: bool = true
          none: int | None = null
          region: enum["eu", "us"] = eu
        nodes:
          half: {task: "s:halves", inputs: {n: $inputs.n}}
"""


def switches(conditions):
    cases = (f"{{when: {json.dumps(when)}, then: {{value: true}}}}, {{else: {{value: false}}}}" for when in conditions)
    nodes = "".join(f"          way{i}: {{switch: [{each}]}}\n" for i, each in enumerate(cases))
    return f"{SWITCHES}{nodes}        outputs: {{{', '.join(f'way{i}: $way{i}' for i in range(len(conditions)))}}}\n"


def test_conditions_decide_the_same(row):
    row.says(switches(CONDITIONS))
    wanted = {f"way{i}": holds for i, holds in enumerate(CONDITIONS.values())}
    assert row.locally("w")["outputs"] == row.in_pods().outputs == wanted


def test_conditions_that_could_fail_late_are_refused(row):
    assert row.refused(switches(NEVER)) == list(NEVER.values())


# Flyte: a conditional without an else disappears from the graph without a word.
def test_a_switch_has_an_else(row):
    assert row.refused(switches(["$inputs.flag"]).replace(", {else: {value: false}}", "")) == ["FO323"]


# Flyte: a fixed input given at a launch is refused by the server, and taken without a word by a local run.
def test_default_and_fixed_inputs_at_a_launch(row):
    row.says("""
    workflows:
      w:
        inputs: {a: int = 1, b: str}
        nodes:
          join: {task: "s:join", inputs: [a, b]}
        outputs: {said: $join}
    launch_plans:
      p: {workflow: w, default_inputs: {a: 2}, fixed_inputs: {b: x}}
    """)

    def given(**inputs: object) -> dict[str, object]:
        return {
            name: {"v": 1, "type": type(value).__name__.replace("tuple", "?"), "value": value}
            for name, value in inputs.items()
        }

    assert row.locally("p")["outputs"] == row.in_pods("p").outputs == {"said": "2 x"}
    assert (
        row.locally("p", "--input", "a=3")["outputs"] == row.in_pods("p", given=given(a=3)).outputs == {"said": "3 x"}
    )
    for name, value, code, why in (
        ("b", "y", "FO281", "the input b is fixed by the launch plan"),
        ("c", "y", "FO280", "the run has no input c"),
        ("a", "y", "FO250", "str does not fit int"),
    ):
        here, there = (
            row.flyteops("run", "p", "--input", f"{name}={value}"),
            row.in_pods("p", given=given(**{name: value})),
        )
        assert (here.code, f"error[{code}]" in here.stderr) == (4, True), here.stderr
        assert (there.phase, why in there.logs) == ("Failed", True), there.logs


# Flyte: the pages ask for `?` where the parser takes none; the SDK takes six fields, the server refuses them.
def test_cron(row):
    for cron, emitted in {
        "0 2 ? * MON": "0 2 * * MON",
        "@daily": "0 0 * * *",
        "0 2 * jan-mar 7": "0 2 * jan-mar 0",
        "0 0 29 2 *": "0 0 29 2 *",
    }.items():
        row.says(SCHEDULED.replace("CLOCK", f'cron: "{cron}"'))
        assert row.clock("p")["schedules"] == [emitted]
        assert row.flyteops("next", "p").code == 0, cron


def test_clocks_that_no_engine_keeps_are_refused(row):
    for clock, code in {
        'cron: "0 0 2 * * *"': "FO290",
        'cron: "61 2 * * *"': "FO290",
        'cron: "0 0 30 2 *"': "FO291",
        "every: 90m": "FO292",
        "every: 45s": "FO292",
    }.items():
        assert (clock, row.refused(SCHEDULED.replace("CLOCK", clock))) == (clock, [code])


# Flyte: the time of a slot is given by cron alone: with a rate the run fails for want of its input.
@pytest.mark.parametrize("clock", ['cron: "0 2 * * *"', "every: 6h"])
def test_the_kickoff_time_is_given_under_both_clocks(row, clock):
    text = SCHEDULED.replace("CLOCK", clock)
    assert row.refused(text.replace("kickoff_time_input: time", "jitter: 1m")) == ["FO295"]
    assert row.refused(text.replace("time: datetime}", "time: date}").replace("s:at", "s:day")) == ["FO294"]
    row.says(text)
    assert row.locally("p", "--slot", "2026-01-31T02:00:00Z")["outputs"] == {"said": "2026-01-31T02:00:00+00:00"}
    spec = row.clock("p")["workflowSpec"]
    (parameter,) = (each for each in spec["arguments"]["parameters"] if each["name"] == "kickoff")
    assert parameter["value"] == "{{workflow.scheduledTime}}"
    assert row.in_pods("p", kickoff="2026-01-31T02:00:00Z").outputs == {"said": "2026-01-31T02:00:00+00:00"}


# ------------------------------------------------------------------------------- what is asked of machines

SHAPED = """
    workflows:
      w:
        nodes:
          odd: {task: odd, inputs: {n: 2}}
        outputs: {o: $odd}
    tasks:
      odd: {function: "s:odd", resources: WANTED}
"""


# Flyte: the help text of `resources` says that one value is request and limit, its client fills the request alone.
def test_requests_and_limits(row):
    for wanted, requests, limits in (
        ("memory: 1Gi", "1Gi", "1Gi"),
        ("memory: {request: 1Gi}", "1Gi", "1Gi"),
        ("memory: {limit: 1Gi}", "1Gi", "1Gi"),
        ("memory: {request: 1Gi, limit: 2Gi}", "1Gi", "2Gi"),
        ("cpu: 2", "2", None),
        ("cpu: {request: 1}", "1", "1"),
        ("cpu: {limit: 2}", "2", "2"),
        ("cpu: {request: 500m, limit: 2}", "500m", "2"),
        ("ephemeral_storage: 1Gi", "1Gi", "1Gi"),
    ):
        row.says(SHAPED.replace("WANTED", f"{{{wanted}}}"))
        name = wanted.partition(":")[0]
        made = named(row.emitted()[0], "task")["container"]["resources"]
        there = [made.get(each, {}).get(name.replace("_", "-")) for each in ("requests", "limits")]
        assert (wanted, there) == (wanted, [requests, limits])
        told = requests if requests == limits else f"request {requests}" + (f", limit {limits}" if limits else "")
        (line,) = (
            each for each in row.flyteops("explain", "task/odd").stdout.splitlines() if f"resources.{name} " in each
        )
        assert line.split(f"resources.{name} ")[1].split("pipelines/")[0].strip() == told


# Flyte: an accelerator without a gpu is dropped without a word, and the pages show thousandths of a gpu.
def test_shapes_that_are_never_given_are_refused(row):
    for wanted, code in {
        "{accelerator: nvidia-tesla-a100}": "FO259",
        "{partition: 1g.5gb}": "FO259",
        "{gpu: 500m}": "FO303",
        "{gpu: 0.5}": "FO303",
        "{memory: {request: 2Gi, limit: 1Gi}}": "FO322",
        "{memory: 0}": "FO306",
    }.items():
        assert (wanted, row.refused(SHAPED.replace("WANTED", wanted))) == (wanted, [code])


# Flyte: no word of a partition is no opinion, another from "whole".
def test_partitions(row):
    for said, selector, absent in (
        ("", {}, False),
        (", partition: none", {}, True),
        (", partition: 1g.5gb", {"accelerator-partition": "1g.5gb"}, False),
    ):
        row.says(SHAPED.replace("WANTED", f"{{gpu: 1, accelerator: nvidia-a100{said}}}"))
        made = named(row.emitted()[0], "task")
        assert made["nodeSelector"] == {"accelerator": "nvidia-a100", **selector}
        assert ("DoesNotExist" in json.dumps(made.get("affinity"))) is absent
        assert made["container"]["resources"]["limits"] == {"nvidia.com/gpu": "1"}
    assert row.locally("w")["outputs"] == {"o": 3}, "a laptop has no such label"


# Flyte: the pages say that `retries` decides when a task leaves spot hosts, the code counts the platform's failures.
def test_interruptible_is_said_to_hold_for_every_attempt(row):
    row.says(SHAPED.replace("WANTED", "{cpu: 1}, retries: 2, interruptible: true"))
    body, notes = row.emitted(target=replace(TARGET, interruptible=Interruptible(selector=(("spot", "yes"),))))
    assert named(body, "task")["nodeSelector"] == {"spot": "yes"}
    assert "every attempt of task/odd may be taken away, the last one too: Argo places all of them alike" in notes
    body, notes = row.emitted()
    assert "nodeSelector" not in named(body, "task")
    assert "interruptible of task/odd has no effect: the cluster names no label of such hosts" in notes
    assert row.locally("w")["outputs"] == {"o": 3}, "nobody takes a laptop away"


# Flyte: a budget of retries is not spent by an ordinary exception, though its page says retries are for those.
def test_the_budget_of_retries_is_spent_the_same(row):
    row.says(SHAPED.replace("WANTED", "{cpu: 1}, retries: 2").replace("{n: 2}", "{n: 3}"))
    answer = row.locally("w", code=6)
    assert [node["attempts"] for node in answer["nodes"]] == [3]
    expression = named(row.emitted()[0], "task")["retryStrategy"]["expression"]
    assert "(asInt(retries) < 2 && lastRetry.exitCode not in ['64', '81', '82', '83'])" in expression


# Flyte: the pages allow `cache=True` in overrides, the SDK refuses it for want of a version.
def test_overrides_may_turn_the_cache_on(row):
    row.says("""
    workflows:
      w:
        nodes:
          plain: {task: "s:odd", inputs: {n: 2}}
          kept: {task: "s:odd", inputs: {n: 4}, overrides: {cache: true, retries: 0}}
        outputs: {plain: $plain, kept: $kept}
    """)
    assert [cached(row.locally("w")) for _ in range(2)] == [[], ["kept"]]
    assert row.in_pods().pods == ("kept/lookup lookup", "kept/compute task", "plain task", "outputs outputs")
    assert row.in_pods().pods == ("kept/lookup lookup", "plain task", "outputs outputs")


def cached(answer):
    return [node["path"] for node in answer["nodes"] if node["cached"]]


# ------------------------------------------------------------------------------------------- the cache

KEPT = """
    workflows:
      w:
        nodes:
          odd: {task: odd, inputs: {n: 2}}
        outputs: {o: $odd}
    tasks:
      odd: {function: "s:odd", cache: true}
"""


def keys(store):
    return sorted({name.rpartition("/")[2] for name in FileStore(store).list("cache/")})


# Flyte: editing the description of a parameter empties the cache, though the pages say it does not; and a local key
# leaves the interface out.
def test_keys_are_the_same_here_and_there_and_count_no_descriptions(row):
    assert row.refused(KEPT.replace("cache: true", "cache: {version: ''}")) == ["FO308"]
    row.says(KEPT)
    assert (cached(row.locally("w")), row.in_pods().outputs) == ([], {"o": 3})
    first = keys(row.root / ".flyteops/store")
    assert keys(row.cluster) == first
    steps = row.root / "src/s.py"
    steps.write_text(STEPS.replace("n: A number.", "n: Any number that is even."), "utf-8")
    row.says(KEPT.replace("cache: true", "cache: true, description: Other words, resources: {memory: 1Gi}"))
    assert (cached(row.locally("w")), "compute" in str(row.in_pods().pods)) == (["odd"], False)

    steps.write_text(STEPS.replace("def odd(n: int)", "def odd(n: int, m: int | None = None)"), "utf-8")
    assert (cached(row.locally("w")), "compute" in str(row.in_pods().pods)) == ([], True)
    assert keys(row.cluster) == keys(row.root / ".flyteops/store") != first


# Flyte: files that git ignores are left out of what is shipped, without a word.
def test_ignored_files_are_no_part_of_the_project(row):
    (row.root / ".gitignore").write_text("src/hidden.py\nqueries/\n", "utf-8")
    (row.root / "src/hidden.py").write_text("def odd(n: int) -> int:\n    return n\n", "utf-8")
    (row.root / "queries").mkdir()
    (row.root / "queries/one.sql").write_text("select 1", "utf-8")
    assert row.refused(KEPT.replace("s:odd", "hidden:odd")) == ["FO401"]
    assert row.refused(KEPT.replace("cache: true", "cache: {include: [{files: 'queries/*.sql'}]}")) == ["FO279"]
