"""The run graph: sub-workflows inlined, switches spelled out, references seen from the run."""

import pytest

from flyteops.execution.graph import graph_of_task, graph_of_workflow
from flyteops.execution.invocation import step_invocation
from flyteops.execution.steps import Decide, Guard, Join, RunMap, RunTask
from flyteops.model.entities import (
    Case,
    Fail,
    GiveValue,
    Interface,
    MapCall,
    Node,
    Switch,
    Task,
    TaskCall,
    Variable,
    Workflow,
    WorkflowCall,
)
from flyteops.model.expressions import Compare, Constant, Lookup, Truth
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.model.references import Bound, InputRef, ListBinding, NodeRef, Referred, Static
from flyteops.model.types import BOOL, INT, ListOf, optional
from flyteops.model.works import FunctionRef, FunctionWork

O0 = (Variable(name="o0", type=INT),)
ADD = Task(
    name="add",
    work=FunctionWork(function=FunctionRef(module="m", name="add"), returns="value", code="1"),
    interface=Interface(
        inputs=(
            Variable(name="a", type=INT),
            Variable(name="b", type=INT, required=False, default=Literal(type=INT, value=5)),
        ),
        outputs=O0,
    ),
)


def of_input(name: str, variable: str = "a", of=INT) -> Bound:
    return Bound(name=variable, type=of, binding=Referred(to=InputRef(name), type=of))


def of_node(node: str, variable: str = "a", output: str = "o0", of=INT) -> Bound:
    return Bound(name=variable, type=of, binding=Referred(to=NodeRef(node, output), type=of))


def workflow(name: str, nodes: tuple[Node, ...], outputs: tuple[Bound, ...], inputs=("x",)) -> Workflow:
    return Workflow(
        name=name,
        interface=Interface(
            inputs=tuple(Variable(name=each, type=INT) for each in inputs),
            outputs=tuple(Variable(name=each.name, type=each.type) for each in outputs),
        ),
        nodes=nodes,
        outputs=outputs,
    )


INNER = workflow(
    "inner",
    (
        Node(name="one", body=TaskCall(task="add", inputs=(of_input("x"),)), outputs=O0),
        Node(name="two", body=TaskCall(task="add", inputs=(of_node("one"),)), outputs=O0),
    ),
    (of_node("two", "o0"),),
)


def program(*workflows: Workflow) -> Program:
    return Program(
        project="p",
        domain="development",
        tasks={"add": ADD},
        workflows={each.name: each for each in (INNER, *workflows)},
    )


def test_a_task_by_itself_takes_the_run_s_inputs():
    graph = graph_of_task(ADD)
    assert list(graph.steps) == ["task"]
    assert [bound.name for bound in graph.outputs] == ["o0"]


def test_inputs_left_out_carry_their_defaults():
    outer = workflow("outer", (Node(name="n", body=TaskCall(task="add", inputs=(of_input("x"),)), outputs=O0),), ())
    work = graph_of_workflow(program(outer), outer).steps["n"].work
    assert isinstance(work, RunTask)
    assert work.inputs[1] == Bound(name="b", type=INT, binding=Static(literal=Literal(type=INT, value=5)))


def test_a_sub_workflow_is_inlined():
    outer = workflow(
        "outer",
        (
            Node(name="first", body=TaskCall(task="add", inputs=(of_input("x"),)), outputs=O0),
            Node(name="sub", body=WorkflowCall(workflow="inner", inputs=(of_node("first", "x"),)), outputs=O0),
            Node(name="last", body=TaskCall(task="add", inputs=(of_node("sub"),)), outputs=O0),
            Node(name="after", body=TaskCall(task="add", inputs=(of_input("x"),)), outputs=O0, after=("sub",)),
        ),
        (of_node("sub", "o0"),),
    )
    graph = graph_of_workflow(program(outer), outer)
    assert {path: step.needs for path, step in graph.steps.items()} == {
        "after": ("sub.one", "sub.two"),
        "first": (),
        "last": ("sub.two",),
        "sub.one": ("first",),
        "sub.two": ("sub.one",),
    }
    assert graph.outputs == (of_node("sub.two", "o0"),)


def test_a_reference_into_a_sub_workflow_s_written_list_is_followed():
    pair = ListBinding(items=(of_input("x").binding, of_node("one").binding), type=ListOf(INT))
    listed = workflow(
        "listed",
        (Node(name="one", body=TaskCall(task="add", inputs=(of_input("x"),)), outputs=O0),),
        (Bound(name="o0", type=ListOf(INT), binding=pair),),
    )
    second = Bound(name="a", type=INT, binding=Referred(to=NodeRef("sub", "o0", (1,)), type=INT))
    outer = workflow(
        "outer",
        (
            Node(name="sub", body=WorkflowCall(workflow="listed", inputs=(of_input("x", "x"),)), outputs=O0),
            Node(name="last", body=TaskCall(task="add", inputs=(second,)), outputs=O0),
        ),
        (),
    )
    graph = graph_of_workflow(program(listed, outer), outer)
    assert graph.steps["last"].needs == ("sub.one",)


ZERO = Constant(literal=Literal(type=INT, value=0))


def switch(*cases: Case, otherwise) -> Switch:
    return Switch(cases=cases, otherwise=otherwise, outputs=O0)


def test_a_switch_becomes_a_decision_guarded_cases_and_a_join():
    positive = Compare(operator=">", left=Lookup(to=NodeRef("first", "o0"), type=INT), right=ZERO)
    nested = switch(
        Case(
            when=Truth(operand=Constant(literal=Literal(type=BOOL, value=True))),
            then=GiveValue(bound=of_node("other", "o0")),
        ),
        otherwise=TaskCall(task="add", inputs=(of_input("x"),)),
    )
    body = switch(
        Case(when=positive, then=WorkflowCall(workflow="inner", inputs=(of_input("x", "x"),))),
        Case(when=positive, then=nested),
        otherwise=Fail(message="too low"),
    )
    outer = workflow(
        "outer",
        (
            Node(name="first", body=TaskCall(task="add", inputs=(of_input("x"),)), outputs=O0),
            Node(name="other", body=TaskCall(task="add", inputs=(of_input("x"),)), outputs=O0),
            Node(name="route", body=body, outputs=O0),
            Node(name="last", body=TaskCall(task="add", inputs=(of_node("route"),)), outputs=O0),
        ),
        (),
    )
    steps = graph_of_workflow(program(outer), outer).steps
    assert {path: (step.needs, step.guard) for path, step in steps.items() if path.startswith(("route", "last"))} == {
        "last": (("route",), None),
        "route": (
            (
                "route.case0.one",
                "route.case0.two",
                "route.case1",
                "route.case1.case1",
                "route.case1.when",
                "route.when",
            ),
            None,
        ),
        "route.when": (("first",), None),
        "route.case0.one": (("route.when",), Guard(decide="route.when", branch=0)),
        "route.case0.two": (("route.case0.one", "route.when"), Guard(decide="route.when", branch=0)),
        "route.case1": (
            ("other", "route.case1.case1", "route.case1.when", "route.when"),
            Guard(decide="route.when", branch=1),
        ),
        "route.case1.when": (("route.when",), Guard(decide="route.when", branch=1)),
        "route.case1.case1": (("route.case1.when",), Guard(decide="route.case1.when", branch=1)),
    }
    join = steps["route"].work
    assert isinstance(join, Join)
    assert join.choices == (
        (of_node("route.case0.two", "o0"),),
        (of_node("route.case1", "o0"),),
        Fail(message="too low"),
    )
    assert isinstance(steps["route.when"].work, Decide)


@pytest.mark.parametrize(("ratio", "of"), [(None, ListOf(INT)), (1.0, ListOf(INT)), (0.5, ListOf(optional(INT)))])
def test_a_map_gives_lists_of_optionals_only_when_items_may_fail(ratio, of):
    body = MapCall(
        callee="add",
        over=(of_input("x", "a", ListOf(INT)),),
        inputs=(),
        min_success_ratio=ratio,
    )
    outer = workflow("outer", (Node(name="all", body=body, outputs=O0),), ())
    work = graph_of_workflow(program(outer), outer).steps["all"].work
    assert isinstance(work, RunMap)
    assert work.outputs == (Variable(name="o0", type=of),)


def test_an_invocation_names_steps_inputs_and_literals():
    outer = workflow(
        "outer",
        (
            Node(name="n", body=TaskCall(task="add", inputs=(of_input("x"),)), outputs=O0),
            Node(
                name="m",
                body=TaskCall(task="add", inputs=(of_node("n", of=INT), of_node("n", "b"))),
                outputs=O0,
            ),
        ),
        (),
    )
    steps = graph_of_workflow(program(outer), outer).steps
    assert step_invocation("p", steps["m"]) == {
        "v": 1,
        "step": "m",
        "task": "p/add",
        "do": "task",
        "function": "m:add",
        "returns": "value",
        "outputs": [["o0", "int"]],
        "cache": None,
        "never": [],
        "run_s": None,
        "inputs": [
            {"name": "a", "type": "int", "binding": {"step": "n", "output": "o0", "path": []}},
            {"name": "b", "type": "int", "binding": {"step": "n", "output": "o0", "path": []}},
        ],
    }
    given = step_invocation("p", steps["n"])["inputs"]
    assert given == [
        {"name": "a", "type": "int", "binding": {"input": "x", "path": []}},
        {"name": "b", "type": "int", "binding": {"value": 5, "type": "int"}},
    ]
