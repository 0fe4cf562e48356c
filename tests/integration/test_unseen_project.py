"""A second project, which nothing was built on: what was changed is what ran again, and the plan had said so before.

Unlike the first it has records in records, a class hierarchy, a module that runs code when imported, a decorator of
its own, a map over lists of which only some are known, two levels of sub-workflows, and a switch in a switch.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import pytest

from tests.integration.conftest import PROJECTS, Repository
from tests.integration.test_plan_says_what_runs import ran, steps

YAML, RECORDS, KINDS = "pipelines/harbour.yaml", "src/harbour/ships/records.py", "src/harbour/ships/kinds.py"
ARRIVING, LEAVING, TELLING = (f"src/harbour/steps/{name}.py" for name in ("arriving", "leaving", "telling"))
TARIFFS, DATA = "src/harbour/tariffs.py", "data/arrivals.csv"

READ, COUNT, DUES = "arriving.read", "arriving.count", "arriving.checking.dues"
INSPECTED, TOTAL = "arriving.checking.inspected", "arriving.checking.total"
LOUD, PLAIN, POSTER = "say.case0.case0", "say.case0.case1", "poster"
NEVER_CACHED = "ring"


@dataclass(frozen=True)
class Edit:
    """Replacements in one file, and the steps that run again because of them."""

    name: str
    path: str
    changes: tuple[tuple[str, str], ...]
    ran: tuple[str, ...] = ()


def edit(name: str, path: str, old: str, new: str, *again: str) -> Edit:
    """One replacement."""
    return Edit(name, path, ((old, new),), again)


EDITS = (
    edit("words", TELLING, '"""Words and posters."""', '"""What is said."""\n\n# nothing else'),
    edit("the edition of the package", "src/harbour/__init__.py", "spring", "summer"),
    edit("a constant behind a class", TARIFFS, "FLOOR = 1.0", "FLOOR = 0.5", DUES, INSPECTED, TOTAL),
    edit("an attribute of a subclass", TARIFFS, "rate = 0.25", "rate = 0.3", DUES, INSPECTED, TOTAL, LOUD, POSTER),
    edit("the body of a decorator", "src/harbour/timing.py", "calling", "now", READ),
    edit(
        "a member of an enum",
        KINDS,
        'FERRY = "ferry"',
        'FERRY = "ferry"\n    TUG = "tug"',
        READ,
        COUNT,
        DUES,
        INSPECTED,
        TOTAL,
    ),
    edit("a default of a nested record", RECORDS, "hours=1", "hours=3", READ, COUNT, DUES, INSPECTED),
    edit("a field of a typed dict", RECORDS, "    dues: float", "    dues: float | None", INSPECTED, TOTAL),
    edit("a default of a signature", TELLING, 'tone: str = "plain"', 'tone: str = "loud"', LOUD),
    edit("an optional parameter", ARRIVING, "ships: list[Ship])", "ships: list[Ship], least: float = 0)", COUNT),
    edit("a default of a workflow", YAML, "day: date = 2026-03-01", "day: date = 2026-03-02", POSTER),
    edit("the same default in other words", YAML, "{least: 2h}", "{least: 120m}"),
    edit("the other inner branch", YAML, "heaviest >= 100", "heaviest >= 1000", PLAIN, POSTER),
    edit("a value instead of a task", YAML, "quiet: bool = false", "quiet: bool = true", POSTER),
    edit("an ignored input", YAML, "seed: int = 1", "seed: int = 2"),
    edit("a static input of the map", YAML, "place: 3", "place: 4", DUES, INSPECTED, TOTAL, LOUD, POSTER),
    edit("how many must succeed", YAML, "min_success_ratio: 0.5", "min_success_ratio: 0.6"),
    edit("a cache version", YAML, "{like: inspect,", "{like: inspect, cache: {version: two},", INSPECTED),
    edit("an environment variable", YAML, "LANG: C.UTF-8", "LANG: C"),
    edit("only a launch plan", YAML, "limit: 60", "limit: 61"),
    edit("only an overlay", "pipelines/production.yaml", "retries: 5", "retries: 6"),
    edit("a row that pays the same", DATA, "Bea,ferry,40,2", "Bea,ferry,40,3", READ, COUNT, DUES),
    edit(
        "a row that changes all",
        DATA,
        "Cyd,cargo,80",
        "Cyd,cargo,90",
        READ,
        COUNT,
        DUES,
        INSPECTED,
        TOTAL,
        LOUD,
        POSTER,
    ),
    edit("one item of a list", YAML, "[ada, bea, cyd]", "[ada, bob, cyd]", INSPECTED, TOTAL),
    edit(
        "records in another order",
        YAML,
        "          - {banned: {harbour: [rum]}}\n          - {level: 1}\n",
        "          - {level: 1}\n          - {banned: {harbour: [rum]}}\n",
        INSPECTED,
    ),
    Edit(
        "all lists in another order",
        YAML,
        (
            ("[ada, bea, cyd]", "[ada, cyd, bea]"),
            (
                "          - {banned: {harbour: [rum]}}\n          - {level: 1}\n",
                "          - {level: 1}\n          - {banned: {harbour: [rum]}}\n",
            ),
        ),
        (INSPECTED, TOTAL),
    ),
    Edit(
        "a node renamed",
        YAML,
        (
            ("      count: {task", "      counted: {task"),
            (
                "tonnes: $count.tonnes, heaviest: $count.heaviest",
                "tonnes: $counted.tonnes, heaviest: $counted.heaviest",
            ),
        ),
    ),
    Edit(
        "a task renamed",
        YAML,
        (("  poster: {function", "  placard: {function"), ("poster: {task: poster", "poster: {task: placard")),
        (POSTER,),
    ),
    Edit(
        "a task moved",
        YAML,
        (
            ("  poster: {function", "  placard: {function"),
            ("poster: {task: poster", "poster: {task: placard"),
            ("\nworkflows:", "\nmoved: [{from: task/poster, to: task/placard}]\n\nworkflows:"),
        ),
    ),
    edit("a new node", YAML, "      ring: {", "      again: {task: word, inputs: {total: 1}}\n      ring: {", "again"),
    edit("a node less", YAML, "      ring: {task: ring, inputs: {text: done}, after: [poster]}\n", ""),
)


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    return tmp_path_factory.mktemp("unseen") / "ready"


@pytest.fixture
def harbour(make_project, run_cli, ready):
    """The project, applied and run once; made once, and copied for each edit."""
    if ready.exists():
        return Repository(make_project(ready), run_cli)
    repository = Repository(make_project(PROJECTS / "harbour"), run_cli)
    assert repository.flyteops("apply", "-y").code == 0
    repository.answer("run", "workflow/leaving")
    shutil.copytree(repository.root, ready, symlinks=True)
    return repository


@pytest.mark.parametrize("edit", EDITS, ids=[edit.name for edit in EDITS])
def test_what_ran_is_what_the_plan_said(harbour, edit):
    for old, new in edit.changes:
        harbour.edit(edit.path, old, new)
    harbour.commit(edit.name)

    rows = [row for row in harbour.answer("plan")["nodes"] if row["workflow"] == "leaving" and not row["launch_plan"]]
    certain = {row["node"] for row in rows if row["outcome"] in ("new", "yes", "always")}
    possible = {row["node"] for row in rows if row["outcome"] == "maybe"}
    assert harbour.flyteops("apply", "-y").code == 0
    answer = harbour.answer("run", "workflow/leaving")
    again = ran(answer) - {NEVER_CACHED}

    reached = steps(node["path"] for node in answer["nodes"] if node["phase"] == "succeeded")
    assert certain & reached <= again | {NEVER_CACHED}, "the plan said yes, and it did not run"
    assert again <= certain | possible, "it ran, and the plan had not said so"
    assert again == frozenset(edit.ran)


def test_a_choice_of_the_base_is_not_made_twice_by_an_overlay(harbour):
    harbour.edit("pipelines/staging.yaml", "cron: null, every", "every")
    ended = harbour.flyteops("validate")
    assert ended.code == 4
    assert 'error[FO310]: a schedule has "every" or "cron", not both\n  --> pipelines/staging.yaml:6:22' in ended.stderr


def test_a_misspelt_node_of_an_overlay_is_not_passed_over(harbour):
    harbour.edit("pipelines/staging.yaml", "{limit: {default: 10}}", "{}, nodes: {postre: {overrides: {retries: 1}}}")
    ended = harbour.flyteops("validate")
    assert ended.code == 4
    assert (
        'error[FO309]: "postre" needs task, workflow, launch_plan, map, switch, sleep, approve or wait_for_input'
        in ended.stderr
    )
    assert "did you mean poster?" in ended.stderr


def test_an_overlay_changes_one_part_of_an_input(harbour):
    shown = harbour.flyteops("show", "workflow/leaving", "-d", "staging").stdout
    assert [line.split()[1] for line in shown.splitlines() if "interface.inputs.limit.default" in line] == ["10.0"]
