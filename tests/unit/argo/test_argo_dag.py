"""What waits for what, branches, splitting, names, limits."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from flyteops.argo import emit, verify
from flyteops.argo.names import MAX_TASK_NAME, label_value, object_name, task_names
from flyteops.argo.order import pieces_of, topological
from flyteops.model.entities import (
    Case,
    Interface,
    LaunchPlan,
    Node,
    Resources,
    Switch,
    TaskCall,
    TaskSettings,
    Workflow,
    WorkflowCall,
)
from flyteops.model.errors import InvalidProject
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.model.references import Bound, Static
from flyteops.model.types import INT, STR
from tests.unit.argo.programs import (
    PREP,
    PROGRAM,
    TARGET,
    TELL,
    TRAIN,
    above,
    many,
    out,
    program_of,
    said,
    task,
    var,
)

Body = dict[str, Any]


def template_of(program: Program, plan: str) -> Body:
    found = program.launch_plan(plan)
    assert found is not None
    return emit(program, target=TARGET, plans=(found,))[0].body


def tasks_of(body: Body, template: str = "main") -> dict[str, Body]:
    found = next(each for each in body["spec"]["templates"] if each["name"].startswith(template))
    return {each["name"]: each for each in found["dag"]["tasks"]}


MAIN = tasks_of(template_of(PROGRAM, "nightly"))


def tolerant(name: str) -> str:
    """What a join says of a step inside its cases."""
    return f"({name}.Succeeded || {name}.Skipped || {name}.Omitted)"


def test_waiting_names_succeeded_and_nothing_that_another_wait_implies() -> None:
    assert {name: each.get("depends") for name, each in MAIN.items()} == {
        "begin": None,
        "done": "route.Succeeded && scores.Succeeded",
        "fit": "sub-prep.Succeeded",
        "outputs": "done.Succeeded",
        "quick": "begin.Succeeded",
        "route": f"{tolerant('route-case0')} && {tolerant('route-case1')} && {tolerant('route-case1-case0-prep')} && "
        f"{tolerant('route-case1-when')} && route-when.Succeeded",
        "route-case0": "route-when.Succeeded",
        "route-case1": f"quick.Succeeded && {tolerant('route-case1-case0-prep')} && route-case1-when.Succeeded && "
        "route-when.Succeeded",
        "route-case1-case0-prep": "route-case1-when.Succeeded",
        "route-case1-when": "route-when.Succeeded",
        "route-when": "fit.Succeeded",
        "scores": "fit.Succeeded",
        "sub-prep": "begin.Succeeded",
    }


def test_a_branch_is_one_boolean_expression_over_a_number() -> None:
    assert {name: each["when"] for name, each in MAIN.items() if "when" in each} == {
        "route-case0": "{{= tasks['route-when'].outputs.parameters.branch == '0' }}",
        "route-case1": "{{= tasks['route-when'].outputs.parameters.branch == '1' }}",
        "route-case1-case0-prep": "{{= tasks['route-case1-when'].outputs.parameters.branch == '0' }}",
        "route-case1-when": "{{= tasks['route-when'].outputs.parameters.branch == '1' }}",
    }


def test_a_cached_task_computes_only_after_a_miss() -> None:
    wrapper = tasks_of(template_of(PROGRAM, "nightly"), "cached")
    assert [(each["name"], each.get("depends"), each.get("when")) for each in wrapper.values()] == [
        ("lookup", None, None),
        ("compute", "lookup.Succeeded", "{{= tasks.lookup.outputs.parameters.state != 'hit' }}"),
    ]


def test_a_map_walks_indices_and_leaves_the_verdict_to_its_last_pod() -> None:
    body = template_of(PROGRAM, "nightly")
    template = next(each for each in body["spec"]["templates"] if each["name"].startswith("map-"))
    _, items, gather = template["dag"]["tasks"]
    assert template["parallelism"] == 10
    assert (items["withParam"], items["arguments"]["parameters"][1]) == (
        "{{tasks.size.outputs.parameters.items}}",
        {"name": "item", "value": "{{item}}"},
    )
    assert gather["depends"] == (
        "size.Succeeded && (items.Succeeded || items.Skipped || items.Failed || items.Errored)"
    )


def test_every_invocation_is_the_document_of_its_step() -> None:
    told = json.loads(base64.b64decode(MAIN["done"]["arguments"]["parameters"][0]["value"]))
    assert (told["do"], told["step"], told["function"]) == ("task", "done", "churn.steps:tell")
    assert told["inputs"][0]["binding"] == {"value": "{{=1+1}} done", "type": "str"}


def test_begin_says_what_is_fixed_and_what_may_be_changed() -> None:
    told = json.loads(base64.b64decode(MAIN["begin"]["arguments"]["parameters"][0]["value"]))
    assert told == {
        "v": 1,
        "do": "begin",
        "step": "",
        "kickoff": "started",
        "inputs": [
            {"name": "rows", "type": "int", "required": True, "fixed": False,
             "given": {"type": "int", "value": 200_000}},
            {"name": "days", "type": {"list": "int"}, "required": True, "fixed": True,
             "given": {"type": {"list": "int"}, "value": [1, 2, 3]}},
            {"name": "started", "type": "str", "required": True, "fixed": False, "given": None},
        ],
    }  # fmt: skip


# --------------------------------------------------------------------------------------------- splitting


@pytest.mark.parametrize(("count", "pieces"), [(1, 0), (199, 0), (200, 0), (201, 2), (1000, 5)])
@pytest.mark.parametrize("chained", [False, True])
def test_two_hundred_tasks_fit_and_more_are_split(count: int, pieces: int, chained: bool) -> None:
    body = template_of(many(count, chained=chained), "wide")
    names = [each["name"] for each in body["spec"]["templates"] if "dag" in each]
    assert names == sorted(["main", *(f"part-{index}" for index in range(pieces))])
    assert verify(body) == ()
    if pieces:
        whole = [name for index in range(pieces) for name in tasks_of(body, f"part-{index}")]
        assert (len(whole), len(set(whole))) == (count, count)
        waits = [each.get("depends") for each in tasks_of(body).values()]
        assert waits == [f"part-{index - 1}.Succeeded" if chained and index else None for index in range(pieces)]


def test_a_split_does_not_depend_on_the_order_in_the_file() -> None:
    program = many(450)
    workflow = program.workflows["wide"]
    turned = replace(program, workflows={"wide": replace(workflow, nodes=workflow.nodes[::-1])})
    assert template_of(program, "wide") == template_of(turned, "wide")


def test_a_switch_stays_in_one_piece() -> None:
    program = many(199)
    wide = program.workflows["wide"]
    first = Bound(name="x", type=INT, binding=Static(literal=Literal(type=INT, value=0)))
    call = TaskCall(task="unit", inputs=(first,))
    switch = Switch(cases=(Case(when=above("n00000", "o0", 1), then=call),), otherwise=call, outputs=(var("o0"),))
    route = Node(name="route", body=switch, outputs=(var("o0"),))
    after = Node(name="zz", body=TaskCall(task="unit", inputs=(out("route", "o0", to="x"),)), outputs=(var("o0"),))
    body = template_of(replace(program, workflows={"wide": replace(wide, nodes=(*wide.nodes, route, after))}), "wide")
    assert verify(body) == ()
    homes = [{name for name in tasks_of(body, f"part-{index}") if name.startswith("route")} for index in range(2)]
    assert sorted(map(len, homes)) == [0, 4]


def test_a_switch_that_is_too_large_is_refused() -> None:
    inner = replace(many(300).workflows["wide"], name="inner")
    call = WorkflowCall(workflow="inner", inputs=())
    switch = Switch(cases=(Case(when=above("prep", "o0", 1), then=call),), otherwise=call, outputs=())
    start = Node(name="prep", body=TaskCall(task="prep", inputs=(said("rows", 1, INT),)), outputs=(var("o0"),))
    outer = Workflow(
        name="outer", interface=Interface(), nodes=(start, Node(name="route", body=switch, outputs=())), outputs=()
    )
    program = program_of(PREP, many(1).tasks["unit"], inner, outer)
    with pytest.raises(InvalidProject) as refused:
        template_of(program, "outer")
    assert [(each.code, each.message) for each in refused.value.diagnostics][:1] == [
        ("FO802", 'the switch "route" has 602 steps, and Argo takes 200 in one piece')
    ]


def test_too_many_shapes_of_pods_are_refused() -> None:
    units = [
        task(f"t{index}", settings=TaskSettings(resources=Resources(priority=f"p{index}"))) for index in range(201)
    ]
    nodes = tuple(Node(name=each.name, body=TaskCall(task=each.name, inputs=()), outputs=()) for each in units)
    program = program_of(*units, Workflow(name="wide", interface=Interface(), nodes=nodes, outputs=()))
    with pytest.raises(InvalidProject) as refused:
        template_of(program, "wide")
    assert [(each.code, each.message) for each in refused.value.diagnostics] == [
        ("FO801", "workflow/wide has 204 templates (distinct shapes of pods), more than one object of Argo can hold")
    ]


def test_the_same_shape_is_one_template() -> None:
    body = template_of(many(200), "wide")
    assert len(body["spec"]["templates"]) == 2


def test_an_object_that_is_too_large_is_refused_and_a_large_one_noted() -> None:
    plan = LaunchPlan(name="wide", workflow="wide")
    assert (
        emit(many(1300), target=TARGET, plans=(plan,))[0]
        .notes[-1]
        .startswith("workflow/wide takes 543 KiB of the 1024")
    )
    with pytest.raises(InvalidProject) as refused:
        emit(many(2200), target=TARGET, plans=(plan,))
    assert [each.code for each in refused.value.diagnostics] == ["FO803"]


def test_what_does_not_fit_into_one_argument_is_refused() -> None:
    big = Node(name="big", body=TaskCall(task="tell", inputs=(said("text", "x" * 90_000, STR),)), outputs=())
    program = program_of(TELL, Workflow(name="big", interface=Interface(), nodes=(big,), outputs=()))
    with pytest.raises(InvalidProject) as refused:
        template_of(program, "big")
    assert [(each.code, each.message) for each in refused.value.diagnostics] == [
        ("FO807", 'what step "big" is told takes 117 KiB, and a pod takes 100')
    ]


# ------------------------------------------------------------------------------------------------- names


def test_task_names_are_readable_and_never_meet() -> None:
    names = task_names(
        ["a.b", "a_b", "a_.b", "fit", "begin", "_x", "9", "x" * 300, "x" * 301], reserved=frozenset({"begin"})
    )
    assert len(set(names.values())) == len(names)
    assert all(len(name) <= MAX_TASK_NAME and name[0].isalpha() for name in names.values())
    assert all(character.isalnum() or character == "-" for name in names.values() for character in name)
    assert (names["fit"], names["begin"][:6]) == ("fit", "begin-")
    assert {names[path][:4] for path in ("a.b", "a_b", "a_.b")} == {"a-b-"}


def test_object_names_are_short_and_keep_what_tells_them_apart() -> None:
    assert object_name("churn.model:Fit_all", "abcdef" * 9, longest=63) == "churn-model-fit-all-abcdefabcdef"
    assert len(object_name("x" * 200, "a" * 64, longest=52, digits=8)) == 52


def test_label_values() -> None:
    assert label_value("train-2") == "train-2"
    assert label_value("churn.model:fit") == "churn-model-fit-" + label_value("churn.model:fit")[-8:]
    assert len(label_value("x:" * 100)) <= 63


def test_topological_order_keeps_chains_together() -> None:
    assert topological({"a": (), "b": ("y",), "x": ("a",), "y": ()}) == ["a", "y", "b", "x"]


def test_pieces_never_wait_for_a_later_one() -> None:
    from flyteops.execution.graph import graph_of_workflow

    graph = graph_of_workflow(PROGRAM, TRAIN)
    needs = {path: step.needs for path, step in graph.steps.items()}
    pieces = pieces_of(graph.steps, needs, largest=7)
    home = {path: index for index, piece in enumerate(pieces) for path in piece}
    assert all(home[need] <= home[path] for path in home for need in needs[path])
    assert sorted(home) == sorted(graph.steps)
