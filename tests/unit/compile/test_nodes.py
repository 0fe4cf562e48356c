"""Nodes of every kind: what they call, what they hand on, and what is refused of them."""

from __future__ import annotations

import pytest

from flyteops.model.entities import (
    Approve,
    LaunchPlanCall,
    MapCall,
    Sleep,
    Switch,
    TaskCall,
    WaitForInput,
    WorkflowCall,
)
from flyteops.model.references import ErrorRef, MapBinding, Referred
from flyteops.model.types import INT, STR, ListOf, optional
from tests.unit.compile.project import program, refused

INNER = """
workflows:
  inner:
    inputs: {a: int, b: int = 2}
    nodes:
      add: {task: "m:add", inputs: [a, b]}
    outputs: {sum: $add}
  outer:
    inputs: {n: int = 1, list: "list[int] = [1, 2]"}
    nodes:
      %s
    outputs: {}
launch_plans:
  fixed: {workflow: inner, fixed_inputs: {b: 7}}
  eager: {workflow: inner, default_inputs: {a: 3}}
"""


def nodes(*lines: str) -> str:
    return INNER % "\n      ".join(lines)


def test_launch_plans_take_what_they_do_not_fix() -> None:
    outer = program(
        nodes(
            "one: {launch_plan: fixed, inputs: {a: $inputs.n}}",
            "two: {launch_plan: eager}",
            "three: {launch_plan: inner, inputs: {a: 1}}",
        )
    ).workflows["outer"]
    assert [(node.name, node.outputs[0].name, node.outputs[0].type) for node in outer.nodes] == [
        ("one", "sum", INT),
        ("three", "sum", INT),
        ("two", "sum", INT),
    ]
    bodies = {node.name: node.body for node in outer.nodes}
    assert all(isinstance(body, LaunchPlanCall) for body in bodies.values())
    assert [bound.name for bound in bodies["two"].inputs] == []  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["workflow: inner", "launch_plan: eager"])
def test_mapped_workflows_and_plans_have_lists(kind: str) -> None:
    lines = (
        f"each: {{map: {{{kind}}}, over: {{a: $inputs.list}}, concurrency: 2}}",
        f"some: {{map: {{{kind}}}, over: {{a: $inputs.list}}, inputs: {{b: 1}}, min_success_ratio: 0.5}}",
    )
    each, some = program(nodes(*lines)).workflows["outer"].nodes
    assert isinstance(each.body, MapCall)
    assert (each.body.kind, each.body.callee, each.body.concurrency) == (*kind.split(": "), 2)
    assert each.outputs[0].type == ListOf(INT)
    assert some.outputs[0].type == ListOf(optional(INT))


def test_gates_hand_on_what_they_were_given() -> None:
    lines = (
        "ask: {wait_for_input: {type: 'list[int]', prompt: 'Which?', timeout: 1d}}",
        "nap: {sleep: 1h30m, after: [ask]}",
        "ok: {approve: {value: $ask.value.0, prompt: 'Good?', timeout: 2h}}",
        "sure: {approve: {}, after: [nap]}",
        "add: {task: 'm:add', inputs: {a: $ok, b: $ok.value}, after: [sure]}",
        "way: {switch: [{when: $ok > 1, then: {sleep: 5s}}, {else: {wait_for_input: {type: int}}}]}",
    )
    found = {node.name: node for node in program(nodes(*lines)).workflows["outer"].nodes}
    assert found["ask"].body == WaitForInput(type=ListOf(INT), prompt="Which?", timeout_s=86400)
    assert found["nap"].body == Sleep(duration_s=5400)
    ok = found["ok"].body
    assert isinstance(ok, Approve)
    assert ok.bound is not None
    assert (ok.bound.type, ok.prompt, ok.timeout_s) == (INT, "Good?", 7200)
    assert [each.name for each in found["ok"].outputs] == ["value"]
    assert found["sure"].body == Approve()
    assert found["sure"].outputs == ()
    assert isinstance(found["way"].body, Switch)
    assert isinstance(found["way"].body.cases[0].then, Sleep)


def test_every_kind_may_be_a_case() -> None:
    cases = (
        "{launch_plan: eager}",
        "{map: {workflow: inner}, over: {a: $inputs.list}}",
        "{approve: {}}",
        "{workflow: inner, inputs: {a: 1}}",
    )
    for case in cases:
        lines = (f"way: {{switch: [{{when: $inputs.n > 1, then: {case}}}, {{else: {{fail: no}}}}]}}",)
        assert isinstance(program(nodes(*lines)).workflows["outer"].nodes[0].body, Switch)


def test_a_title_is_part_of_the_node() -> None:
    (node,) = (
        program(nodes("add: {task: 'm:add', inputs: {a: 1, b: 2}, overrides: {name: Add them}}"))
        .workflows["outer"]
        .nodes
    )
    assert isinstance(node.body, TaskCall)
    assert (node.body.title, node.body.settings) == ("Add them", None)


HANDLED = """
workflows:
  w:
    inputs: {n: int = 1, t: "str | None = null"}
    nodes:
      add: {task: "m:add", inputs: {a: 1, b: 2}}
    on_failure: %s
"""


def handler(text: str, *, returns: bool = False) -> object:
    found = program(HANDLED % text).workflows["w"].on_failure
    assert found is not None
    return found


def test_a_failure_handler_gets_inputs_and_parts_of_the_error() -> None:
    found = handler("{task: 'm:add', inputs: {a: $inputs.n, b: $error.attempts}}")
    assert isinstance(found, TaskCall)
    assert found.inputs[1].binding == Referred(to=ErrorRef(("attempts",)), type=INT)
    told = handler("{task: 'm:tell', inputs: {text: $error.message}}")
    assert isinstance(told, TaskCall)
    assert told.inputs[0].binding == Referred(to=ErrorRef(("message",)), type=STR)


def test_the_whole_error_fits_json() -> None:
    found = handler("{task: 'm:look', inputs: {json: $error}}")
    assert isinstance(found, TaskCall)
    assert isinstance(found.inputs[0].binding, Referred)
    nested = handler("{task: 'm:look', inputs: {json: {why: $error.kind, where: [$error.node]}}}")
    assert isinstance(nested, TaskCall)
    assert isinstance(nested.inputs[0].binding, MapBinding)


def test_a_workflow_may_handle_a_failure() -> None:
    text = (
        HANDLED % "{workflow: h, inputs: {why: $error}}"
        + """
  h:
    inputs: {why: "str | None"}
    nodes:
      tell: {task: "m:look", inputs: {json: $inputs.why}}
"""
    )
    found = program(text).workflows["w"].on_failure
    assert isinstance(found, WorkflowCall)
    assert found.inputs[0].binding == Referred(to=ErrorRef(("message",)), type=STR)


REFUSED = [
    ("a: {launch_plan: fxed}", ['FO230 12:24-28 | there is no launch plan "fxed" | did you mean fixed?']),
    (
        "a: {launch_plan: fixed, inputs: {a: 1, b: 2}}",
        [('FO231 12:46-47 | the input "b" is fixed by the launch plan fixed | '
         "leave it out, or call a launch plan that leaves it free")],
    ),
    (
        "a: {map: {launch_plan: fixed}, over: {b: [1, 2]}, inputs: {a: 1}}",
        [('FO231 12:45-46 | the input "b" is fixed by the launch plan fixed | '
         "leave it out, or call a launch plan that leaves it free")],
    ),
    (
        "a: {launch_plan: eager, inputs: {c: 1}}",
        ['FO211 12:40-41 | launch plan eager has no input "c" | inputs: a, b'],
    ),
    (
        "a: {map: {workflow: inner}, over: {a: [1, 2], b: [1]}}",
        [("FO233 12:56-59 | the lists of over are walked in step, but a has 2 items and b has 1 | 1 items | "
         "make them equally long")],
    ),
    (
        "a: {approve: {value: $b}}, ",
        ['FO202 12:28-30 | there is no node "b" | nodes: a'],
    ),
    (
        "a: {sleep: 1m}\n      b: {task: 'm:tell', inputs: {text: $a}}",
        ['FO218 13:42-44 | node "a" has no output | a sleep hands nothing on | to wait for it, write after: [a]'],
    ),
    (
        "a: {approve: {}}\n      b: {task: 'm:tell', inputs: {text: $a}}",
        [('FO218 13:42-44 | node "a" has no output | approve was given no value to hand on | '
         "to wait for it, write after: [a]")],
    ),
    (
        "a: {approve: {value: $b}}\n      b: {approve: {value: $a}}",
        ["FO214 12:28-30 | the nodes wait for each other: a → b → a | a waits for b | take one of the references away"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "expected"), REFUSED)
def test_what_is_refused_of_nodes(inside: str, expected: list[str]) -> None:
    assert refused(nodes(inside.removesuffix(", "))) == expected


RINGS = [
    ("a: {launch_plan: p}", "a reaches itself: a → launch plan p → a"),
    ("a: {map: {workflow: a}, over: {_: [1]}}", "a reaches itself: a → a"),
    ("a: {map: {launch_plan: p}, over: {_: [1]}}", "a reaches itself: a → launch plan p → a"),
    ("a: {switch: [{when: $inputs.n > 1, then: {launch_plan: a}}, {else: {fail: x}}]}", "a reaches itself: a → a"),
    ("a: {task: 'm:number'}\n    on_failure: {workflow: a}", "a reaches itself: a → a"),
    ("a: {workflow: b}", "a reaches itself: a → b → launch plan p → a"),
]


@pytest.mark.parametrize(("node", "told"), RINGS)
def test_recursion_is_refused_through_every_kind_of_call(node: str, told: str) -> None:
    text = f"""
workflows:
  a:
    inputs: {{n: int = 1}}
    nodes:
      {node}
  b:
    nodes:
      back: {{launch_plan: {"p" if "workflow: b" in node else "c"}}}
  c:
    nodes:
      x: {{task: "m:number"}}
launch_plans:
  p: {{workflow: a}}
"""
    found = refused(text)
    assert len(found) == 1
    assert f"the workflow {told}" in found[0]
