"""Launched runs, maps of runs, gates and failure handlers as templates; what the limits of the engine do to them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from flyteops.argo import emit, verify
from flyteops.argo.hera import round_trip
from flyteops.model.entities import (
    Approve,
    Interface,
    LaunchPlan,
    LaunchPlanCall,
    MapCall,
    Node,
    Resources,
    Sleep,
    TaskCall,
    TaskSettings,
    WaitForInput,
    Workflow,
)
from flyteops.model.errors import InvalidProject
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.model.references import Bound, ErrorRef, Referred, Static
from flyteops.model.types import INT, STR, ListOf
from tests.unit.argo.programs import PREP, TARGET, TELL, given, many, out, program_of, said, var

Body = dict[str, Any]


def body_of(program: Program, name: str) -> tuple[Body, tuple[str, ...]]:
    plan = program.launch_plan(name)
    assert plan is not None
    found = emit(program, target=TARGET, plans=(plan,))[0]
    assert verify(found.body) == ()
    return found.body, found.notes


def templates(body: Body) -> dict[str, Body]:
    return {each["name"]: each for each in body["spec"]["templates"]}


def kind_of(body: Body, kind: str) -> list[Body]:
    return [each for name, each in templates(body).items() if name.rpartition("-")[0] == kind]


def tasks(template: Body) -> dict[str, Body]:
    return {each["name"]: each for each in template["dag"]["tasks"]}


def told(task: Body) -> Body:
    text = next(each["value"] for each in task["arguments"]["parameters"] if each["name"] == "invocation")
    return json.loads(base64.b64decode(text))


def within(task: Body) -> str | None:
    return next((each["value"] for each in task["arguments"]["parameters"] if each["name"] == "within"), None)


MESSAGE = Bound(name="text", type=STR, binding=Referred(to=ErrorRef(("message",)), type=STR))
INNER = Workflow(
    name="inner",
    interface=Interface(inputs=(var("rows"),), outputs=(var("data"),)),
    nodes=(
        Node(name="ok", body=Approve(bound=given("rows", to="value"), timeout_s=7200.5), outputs=(var("value"),)),
        Node(name="prep", body=TaskCall(task="prep", inputs=(out("ok", "value", to="rows"),)), outputs=(var("o0"),)),
    ),
    outputs=(out("prep", "o0", to="data"),),
    on_failure=TaskCall(task="tell", inputs=(MESSAGE,)),
)
LIST = Bound(name="rows", type=ListOf(INT), binding=Static(literal=Literal(type=ListOf(INT), value=[1, 2])))
OUTER = Workflow(
    name="outer",
    interface=Interface(outputs=(var("data"),)),
    nodes=(
        Node(name="ask", body=WaitForInput(type=INT, prompt="{{how}} many?"), outputs=(var("value"),)),
        Node(name="each", body=MapCall(callee="inner", kind="workflow", over=(LIST,), inputs=(), concurrency=2,
                                       min_successes=1), outputs=(var("data", ListOf(INT)),)),
        Node(name="nap", body=Sleep(duration_s=0.2), outputs=(), after=("each",)),
        Node(name="sub", body=LaunchPlanCall(launch_plan="busy", inputs=(out("ask", "value", to="rows"),)),
             outputs=(var("data"),), after=("nap",)),
    ),
    outputs=(out("sub", "data"),),
    on_failure=LaunchPlanCall(launch_plan="inner", inputs=(said("rows", 1, INT),)),
)  # fmt: skip
BUSY = LaunchPlan(name="busy", workflow="inner", max_parallelism=3)
PROGRAM = program_of(PREP, TELL, INNER, OUTER, BUSY)


def test_launched_runs_are_nested_with_a_name_of_their_own() -> None:
    body, notes = body_of(PROGRAM, "outer")
    main = tasks(templates(body)["main"])
    assert {name: within(task) for name, task in main.items() if "arguments" in task} == {
        "ask": None, "each": "each", "outputs": None, "sub": "sub",
    }  # fmt: skip
    launch = tasks(templates(body)[main["sub"]["template"]])
    assert list(launch) == ["begin", "body", "failure", "handler-0", "land"]
    assert launch["failure"]["depends"] == "body.Failed || body.Errored"
    run = templates(body)[launch["body"]["template"]]
    assert run["parallelism"] == 3
    assert {within(task) for task in run["dag"]["tasks"]} == {"{{inputs.parameters.within}}"}
    (each,) = kind_of(body, "each")
    assert each["parallelism"] == 2
    assert within(tasks(each)["items"]) == "{{inputs.parameters.within}}.{{item}}"
    assert "items.Failed" in tasks(each)["gather"]["depends"]
    assert [note for note in notes if note.startswith("node sub launches")] == [
        (
            "node sub launches runs of their own in the store, but parts of this object for the engine: labels, "
            "service account, concurrency and notifications are those of the run that launches them"
        )
    ]
    assert round_trip(body) == ()


def test_gates_wait_in_the_engine_and_let_one_word_through() -> None:
    body, notes = body_of(PROGRAM, "outer")
    assert kind_of(body, "sleep")[0]["suspend"] == {"duration": "1s"}
    assert sorted(each["suspend"].get("duration", "") for each in kind_of(body, "ask")) == ["", "7201s"]
    gate = next(each for each in kind_of(body, "gate") if len(each["inputs"]["parameters"]) == 1)
    answer = next(each for each in tasks(gate)["pass"]["arguments"]["parameters"] if each["name"] == "answer")
    assert answer["value"] == (
        "{{= (tasks.ask.outputs?.parameters?.answer ?? 'none') matches '^[A-Za-z0-9_-]+$' "
        "&& len((tasks.ask.outputs?.parameters?.answer ?? 'none')) <= 65536 "
        "? (tasks.ask.outputs?.parameters?.answer ?? 'none') : 'none' }}"
    )
    assert "{{how}}" not in json.dumps(body), "what is asked is told to our runner only"
    assert [note for note in notes if note.startswith("node ask waits")] == [
        (
            "node ask waits in the engine as the node NODE whose name ends in .ask.ask: argo node set RUN "
            "--node-field-selector name=NODE --output-parameter answer=ANSWER --phase Succeeded, where ANSWER is "
            'the base64url of {"type": …, "value": …}, a int; resumed without one, or too late, it fails'
        )
    ]


def test_the_exit_handler_calls_who_watches_what_failed() -> None:
    body, _ = body_of(PROGRAM, "outer")
    assert body["spec"]["onExit"] == "on-exit"
    found = tasks(templates(body)["on-exit"])
    assert found["failure"]["when"] == "{{= workflow.status != 'Succeeded' }}"
    assert told(found["failure"])["handlers"] == [{"scope": "", "step": "on_failure"}]
    assert found["handler-0"]["when"] == "{{= tasks['failure'].outputs.parameters.called contains '-0-' }}"
    assert told(found["handler-0"])["handler"] is True
    assert within(found["handler-0"]) == "on_failure"


def test_nothing_is_kept_that_nobody_calls() -> None:
    body, _ = body_of(
        program_of(PREP, TELL, replace(INNER, on_failure=None), replace(OUTER, on_failure=None), BUSY), "outer"
    )
    assert "on-exit" not in templates(body)
    assert not kind_of(body, "failure")


def launched(program: Program, *, inner: str = "wide", calls: int = 1) -> Program:
    nodes = tuple(
        Node(name=f"c{index:03}", body=LaunchPlanCall(launch_plan=inner, inputs=()), outputs=())
        for index in range(calls)
    )
    outer = Workflow(name="outer", interface=Interface(), nodes=nodes, outputs=())
    return replace(program, workflows={**program.workflows, "outer": outer})


@pytest.mark.parametrize(("count", "parts"), [(199, 0), (200, 1), (250, 2), (401, 3)])
def test_a_launched_run_is_split_as_the_run_itself_is(count: int, parts: int) -> None:
    body, _ = body_of(launched(many(count)), "outer")
    assert len(kind_of(body, "part")) == parts
    (run,) = kind_of(body, "run")
    # One more for the pod that gathers what the run returns.
    assert len(run["dag"]["tasks"]) == (parts or count) + 1


def test_calls_of_one_plan_share_its_templates() -> None:
    one, _ = body_of(launched(many(3)), "outer")
    hundred, _ = body_of(launched(many(3), calls=150), "outer")
    assert len(templates(one)) == len(templates(hundred))


def test_too_many_shapes_inside_launched_runs_are_refused() -> None:
    shapes = [
        replace(PREP, name=f"t{index}", settings=TaskSettings(resources=Resources(gpu=index + 1)))
        for index in range(200)
    ]
    nodes = tuple(
        Node(name=f"n{each.name}", body=TaskCall(task=each.name, inputs=(said("rows", 1, INT),)), outputs=(var("o0"),))
        for each in shapes
    )
    inner = Workflow(name="inner", interface=Interface(), nodes=nodes, outputs=())
    program = launched(program_of(*shapes, inner), inner="inner")
    with pytest.raises(InvalidProject) as found:
        body_of(program, "outer")
    assert [each.code for each in found.value.diagnostics] == ["FO801"]
    assert found.value.diagnostics[0].message.startswith("workflow/outer has 20")
