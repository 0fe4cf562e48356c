# ruff: noqa: E501  # a message stands whole on its line
from __future__ import annotations

import random
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flyteops.compile.references import Unreadable, Written, read_whole_reference
from flyteops.compile.rings import in_order, rings_of
from flyteops.execution.graph import graph_of_workflow
from flyteops.model.digest import Json
from flyteops.model.entities import MapCall, Switch, TaskCall, Variable
from flyteops.model.expressions import Both, NoneTest
from flyteops.model.ids import EntityId, Kind
from flyteops.model.program import Move, Program
from flyteops.model.references import (
    Bound,
    InputRef,
    ListBinding,
    NodeRef,
    Referred,
    Static,
    binding_wire,
)
from flyteops.model.types import DATE, FILE, FLOAT, INT, ListOf, optional
from flyteops.model.wire import entity_digest
from tests.unit.compile.project import program, workflow

WHOLE = """\
tasks:
  fit: {function: 'm:fit', outputs: [model, accuracy], retries: 2}
workflows:
  w:
    inputs:
      rows: int = 10
      days: {type: 'list[date]', default: [], description: Days to score}
      started: datetime | None = null
    nodes:
      prep: {task: 'm:prep', inputs: {rows: $inputs.rows, region: eu}}
      fit: {task: fit, inputs: {data: $prep}}
      scores: {map: 'm:score', over: {day: $inputs.days}, inputs: {model: $fit.model}, min_success_ratio: 0.5}
      route:
        switch:
          - {when: $inputs.started is not none and $fit.accuracy > 0.5, then: {value: 1}}
          - else: {value: $inputs.rows}
      done: {task: 'm:add', inputs: {a: $route, b: 1}, after: [scores]}
    outputs: {scores: $scores, all: [$done, 3]}
launch_plans:
  nightly:
    workflow: w
    default_inputs: {rows: 20}
    schedule: {cron: '0  2 * * *', timezone: Europe/Berlin, kickoff_time_input: started}
"""


def whole() -> Program:
    return program(WHOLE)


def test_nodes_are_lowered_with_their_types() -> None:
    found = whole().workflows["w"]
    fit = found.node("fit").body
    assert fit == TaskCall(
        task="fit", inputs=(Bound(name="data", type=FILE, binding=Referred(to=NodeRef("prep", "o0"), type=FILE)),)
    )
    scores = found.node("scores")
    assert isinstance(scores.body, MapCall)
    assert scores.body.over == (
        Bound(name="day", type=ListOf(DATE), binding=Referred(to=InputRef("days"), type=ListOf(DATE))),
    )
    assert scores.outputs == (Variable(name="o0", type=ListOf(optional(FLOAT))),)
    assert found.node("done").after == ("scores",)


def test_a_switch_has_one_output_and_a_typed_condition() -> None:
    route = whole().workflows["w"].node("route")
    assert route.outputs == (Variable(name="o0", type=INT),)
    assert isinstance(route.body, Switch)
    assert isinstance(route.body.cases[0].when, Both)
    assert isinstance(route.body.cases[0].when.left, NoneTest)


def test_outputs_of_a_workflow_take_the_types_found() -> None:
    found = whole().workflows["w"]
    assert [(each.name, each.type) for each in found.interface.outputs] == [
        ("all", ListOf(INT)),
        ("scores", ListOf(optional(FLOAT))),
    ]
    assert isinstance(found.outputs[0].binding, ListBinding)


def test_tasks_used_by_path_become_entities() -> None:
    assert sorted(whole().tasks) == ["fit", "m:add", "m:prep", "m:score"]


def test_the_run_graph_can_be_made_of_it() -> None:
    found = whole()
    steps = graph_of_workflow(found, found.workflows["w"]).steps
    assert sorted(steps) == ["done", "fit", "prep", "route", "route.when", "scores"]


def test_the_schedule_of_a_plan() -> None:
    schedule = whole().launch_plans["nightly"].schedule
    assert schedule is not None
    assert (schedule.cron, schedule.timezone, schedule.kickoff_time_input) == ("0 2 * * *", "Europe/Berlin", "started")


def binding(value: str, of: str = "look", name: str = "json") -> Json:
    nodes = f"a: {{task: 'm:number'}}\nb: {{task: 'm:{of}', inputs: {{{name}: {value}}}}}"
    body = program(workflow(nodes)).workflows["w"].node("b").body
    assert isinstance(body, TaskCall)
    return binding_wire(body.inputs[0].binding)


def test_references_stand_anywhere_inside_lists_and_maps() -> None:
    assert binding("{x: [1, {y: $a}], z: $$a}") == {
        "map": {
            "x": {"list": [{"type": "json", "value": 1}, {"map": {"y": {"ref": "$a.o0"}}}]},
            "z": {"type": "json", "value": "$a"},
        }
    }
    assert binding("[$a, 2]", "sum", "numbers") == {"list": [{"ref": "$a.o0"}, {"type": "int", "value": 2}]}


def test_a_list_inside_a_list_is_not_spliced() -> None:
    nodes = "a: {task: 'm:days'}\nb: {task: 'm:look', inputs: {json: [1, 2]}}"
    body = program(workflow(nodes)).workflows["w"].node("b").body
    assert isinstance(body, TaskCall)
    assert isinstance(body.inputs[0].binding, Static)


def test_moves_may_be_chains() -> None:
    text = "tasks:\n  c: {function: 'm:number'}\nmoved: [{from: task/b, to: task/c}, {from: task/a, to: task/b}]\n"
    assert program(text).moves == (
        Move(source=EntityId(Kind.TASK, "a"), target=EntityId(Kind.TASK, "b")),
        Move(source=EntityId(Kind.TASK, "b"), target=EntityId(Kind.TASK, "c")),
    )


# ------------------------------------------------------------------------------------------ order is nothing


def digests(found: Program) -> dict[str, str]:
    return {str(address): entity_digest(entity) for address, entity in found.entities()}


def shuffled(text: str, chance: random.Random) -> str:
    """Blocks of a block map in another order, at every depth; lists stay as they are."""
    lines = text.splitlines()
    if not lines or lines[0].lstrip().startswith("- "):
        return text
    indent = len(lines[0]) - len(lines[0].lstrip())
    blocks: list[list[str]] = []
    for line in lines:
        if len(line) - len(line.lstrip()) == indent:
            blocks.append([line])
        else:
            blocks[-1].append(line)
    chance.shuffle(blocks)
    parts = [
        "\n".join((block[0], *([shuffled("\n".join(block[1:]), chance)] if block[1:] else ()))) for block in blocks
    ]
    return "\n".join(parts)


@settings(max_examples=25)
@given(st.integers(min_value=0))
def test_the_order_of_keys_has_no_meaning(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    assert digests(program(shuffled(WHOLE, chance) + "\n")) == digests(whole())


@settings(max_examples=10)
@given(st.permutations(["tasks", "workflows", "launch_plans"]), st.integers(min_value=1, max_value=3))
def test_files_may_be_cut_anywhere_and_come_in_any_order(order: list[str], cut: int) -> None:
    sections = dict(
        zip(("tasks", "workflows", "launch_plans"), textwrap.dedent(WHOLE).split("\nworkflows:"), strict=False)
    )
    tasks, rest = sections["tasks"], "workflows:" + sections["workflows"]
    flows, _, plans = rest.partition("\nlaunch_plans:")
    parts = {"tasks": tasks + "\n", "workflows": flows + "\n", "launch_plans": "launch_plans:" + plans}
    files = {f"{index if index < cut else 9 - index}.yaml": parts[name] for index, name in enumerate(order)}
    assert digests(program(files=files)) == digests(whole())


def test_comments_and_forms_of_writing_have_no_meaning() -> None:
    text = "# what follows is ours\n" + WHOLE.replace("retries: 2", "retries: {limit: 2}").replace(
        "rows: int = 10", "rows: {type: int, default: 0xA}"
    )
    assert digests(program(text)) == digests(whole())


def test_what_is_said_changes_the_digest_of_that_entity_alone() -> None:
    before, after = digests(whole()), digests(program(WHOLE.replace("rows: 20", "rows: 21")))
    assert {address for address in before if before[address] != after[address]} == {"launch_plan/nightly"}


# --------------------------------------------------------------------------------------- small pieces


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("$a", []),
        ("$a.b.0", [("b", False, 3, 4), ("0", True, 5, 6)]),
        ('$a["odd key"].x', [("odd key", False, 2, 13), ("x", False, 14, 15)]),
        ("$a['it\\'s']", [("it's", False, 2, 11)]),
    ],
)
def test_references_as_written(text: str, segments: list[tuple[str, bool, int, int]]) -> None:
    found = read_whole_reference(text)
    assert isinstance(found, Written)
    assert [(each.text, each.digits, each.start, each.end) for each in found.segments] == segments


@pytest.mark.parametrize(
    ("text", "message", "way_out"),
    [
        ("$", "after $ the name of a node or inputs is expected", "write $inputs.x or $node; text that begins with $ is written $$"),
        ("$a[0]", "an index is written with a dot", "write $a.0"),
        ("$a[b]", "a path is not computed", "write .b"),
        ("$a[", 'brackets hold a key in quotes: ["…"]', 'write ["key"], or .name, or .0'),
        ("$a.b c", '" c" has no meaning in a reference', "nothing is computed between nodes: what is computed is a task; text that begins with $ is written $$"),
        ("$a.", '"." has no meaning in a reference', "nothing is computed between nodes: what is computed is a task; text that begins with $ is written $$"),
    ],
)  # fmt: skip
def test_what_is_no_reference(text: str, message: str, way_out: str) -> None:
    found = read_whole_reference(text)
    assert isinstance(found, Unreadable)
    assert (found.message, found.help) == (message, way_out)


def test_rings() -> None:
    assert rings_of({"b": ["a"], "a": ["c"], "c": ["b"], "d": ["a", "d"]}) == [("a", "c", "b"), ("d",)]
    assert rings_of({"a": ["b"], "b": [], "c": ["a", "b"]}) == []
    assert in_order({"a": ["b"], "b": ["c"], "c": []}) == ["c", "b", "a"]
    deep = {str(number): [str(number + 1)] for number in range(5000)}
    assert rings_of(deep) == []
