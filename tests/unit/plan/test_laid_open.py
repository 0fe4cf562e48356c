"""A launched run laid open has the signatures of the same workflow inlined: one cache serves both."""

from __future__ import annotations

from flyteops.execution.graph import graph_of_workflow
from flyteops.execution.steps import Guard, RunMap
from flyteops.model.program import Program
from flyteops.plan.calls import Side, steps_in_order
from flyteops.plan.laid_open import laid_open
from tests.unit.compile.project import program

TEXT = """
tasks:
  add: {function: "m:add", cache: true}
  half: {function: "m:half", cache: true}
  number: {function: "m:number", cache: true}
workflows:
  inner:
    inputs: {a: int, b: int = 2}
    nodes:
      add: {task: add, inputs: [a, b]}
      way:
        switch:
          - when: $add > 3
            then: {task: half, inputs: {x: $add}}
          - else: {value: 0.5}
      alone: {task: number}
    outputs: {sum: $add, half: $way, b: $inputs.b}
  outer:
    inputs: {n: int = 1}
    nodes:
      first: {task: number}
      sub: {KIND: inner, inputs: {a: $first, b: $inputs.n}}
      last: {task: add, inputs: {a: $sub.sum, b: $sub.b}, after: [sub]}
    outputs: {half: $sub.half}
"""


def side(of: Program, name: str) -> Side:
    return Side("p", laid_open(graph_of_workflow(of, of.workflows[name])), {})


def test_a_launched_run_has_the_signatures_of_an_inlined_one() -> None:
    inlined = side(program(TEXT.replace("KIND", "workflow")), "outer")
    launched = side(program(TEXT.replace("KIND", "launch_plan")), "outer")
    assert sorted(launched.graph.steps) == [
        "first", "last", "sub/add", "sub/alone", "sub/way", "sub/way.case0", "sub/way.when",
    ]  # fmt: skip
    for path in launched.graph.steps:
        assert launched.signature(path) == inlined.signature(path.replace("/", ".")), path
    assert {path.replace("/", ".") for path in steps_in_order(launched.graph)} == set(inlined.graph.steps)
    assert launched.graph.steps["sub/way.case0"].guard == Guard(decide="sub/way.when", branch=0)
    # A plan waits for all of it: `after` does, and so does a launch for what it is given.
    assert launched.graph.steps["last"].needs == ("sub/add", "sub/alone", "sub/way", "sub/way.when")
    assert "first" in launched.graph.steps["sub/alone"].needs


CALL = "sub: {KIND: inner, inputs: {a: $first, b: $inputs.n}}"
LAST = "last: {task: add, inputs: {a: $sub.sum, b: $sub.b}, after: [sub]}"
MAPPED = TEXT.replace(CALL, "sub: {map: {workflow: inner}, over: {a: OVER}}").replace(
    LAST, "last: {task: number, after: [sub]}"
)


def test_what_depends_on_the_item_is_a_map() -> None:
    graph = side(program(MAPPED.replace("OVER", "[1, 2]")), "outer").graph
    add, alone, half = (graph.steps[f"sub/{each}"].work for each in ("add", "alone", "way.case0"))
    assert isinstance(add, RunMap)
    assert ([each.name for each in add.over], [each.name for each in add.inputs]) == (["a"], ["b"])
    assert not isinstance(alone, RunMap)
    assert isinstance(half, RunMap)
    assert graph.steps["sub/way.case0"].guard == Guard(decide="sub/way.when", branch=0)


def test_another_list_is_another_signature_only_where_items_differ() -> None:
    one, other = (side(program(MAPPED.replace("OVER", each)), "outer") for each in ("[1, 2]", "[1, 3]"))
    differ = {path for path in one.graph.steps if one.signature(path) != other.signature(path)}
    assert differ == {"sub/add", "sub/way", "sub/way.case0", "sub/way.when"}
