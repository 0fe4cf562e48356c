"""What was applied reads back as the same graph: signatures of both sides are equal, step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flyteops.execution.graph import graph_of_workflow
from flyteops.model.entities import Case, Fail, GiveValue, Node, Switch, TaskCall, Workflow, WorkflowCall
from flyteops.model.expressions import (
    Both,
    Compare,
    Condition,
    Constant,
    Either,
    Lookup,
    Membership,
    NoneTest,
    Not,
    Truth,
)
from flyteops.model.program import Program
from flyteops.model.references import InputRef, NodeRef, reference_text
from flyteops.model.types import (
    BOOL,
    FLOAT,
    INT,
    JSON,
    STR,
    BlobOf,
    DictOf,
    EnumOf,
    ListOf,
    RecordField,
    RecordOf,
    optional,
    type_wire,
)
from flyteops.plan.calls import Side, steps_in_order
from flyteops.plan.readable import condition_text
from flyteops.plan.stored import stored_program, stored_reference
from flyteops.plan.stored_types import stored_type
from tests.unit.plan import samples as s

REGION = Lookup(to=InputRef("region"), type=s.REGION)
ACCURACY = Lookup(to=NodeRef("fit", "accuracy"), type=FLOAT)
FLAG = Truth(operand=Constant(literal=s.lit(BOOL, True)))
MEMBER = Membership(operand=REGION, values=(s.lit(s.REGION, "eu"),), negated=True)
ABSENT = NoneTest(operand=Lookup(to=NodeRef("prep", "o0", (0, "a-b")), type=optional(STR)), negated=True)
BELOW = Compare(operator="<", left=ACCURACY, right=Constant(literal=s.lit(FLOAT, 0.5)))
CONDITIONS: list[tuple[Condition, str]] = [
    (BELOW, "$fit.accuracy < 0.5"),
    (MEMBER, '$inputs.region not in ["eu"]'),
    (ABSENT, '$prep.o0.0["a-b"] is not none'),
    (
        Both(left=FLAG, right=Either(left=BELOW, right=MEMBER)),
        'true and ($fit.accuracy < 0.5 or $inputs.region not in ["eu"])',
    ),
    (Not(condition=FLAG), "not (true)"),
]


def with_condition(when: Condition) -> Program:
    inner = Switch(
        cases=(Case(when=FLAG, then=GiveValue(bound=s.bound("o0", STR, s.from_input("region", STR)))),),
        otherwise=TaskCall(task="tell", inputs=(s.bound("text", STR, s.static(STR, "inner")),)),
        outputs=(s.var("o0", STR),),
    )
    first = Case(when=when, then=s.ROUTE.cases[0].then)
    route = Switch(cases=(first,), otherwise=inner, outputs=s.ROUTE.outputs)
    reader = Node(
        name="reader",
        body=TaskCall(task="tell", inputs=(s.bound("text", STR, s.from_node("route", "o0", STR)),)),
        outputs=s.TELL.interface.outputs,
    )
    return s.with_workflow(s.with_node(Node(name="route", body=route, outputs=route.outputs), s.with_node(reader)))


@pytest.mark.parametrize(("when", "text"), CONDITIONS, ids=[text for _, text in CONDITIONS])
def test_conditions_read_back(when: Condition, text: str) -> None:
    program = with_condition(when)
    again = replace(program, workflows={k: replace(v, description="new") for k, v in program.workflows.items()})
    plan = s.plan_from(program, again)
    assert [change.recompute for change in plan.changes] == ["none", "none"]
    assert s.outcomes(plan) == {}
    payload = s.snapshot_of(program).entities[plan.changes[1].entity].payload
    assert condition_text(payload["nodes"]["route"]["switch"][0]["when"]) == text  # type: ignore[index, call-overload]


@pytest.mark.parametrize("name", ["train", "outer"])
def test_both_sides_have_the_same_signatures(name: str) -> None:
    stored = stored_program(s.snapshot_of(s.SHOP), [name])
    sides = [Side("shop", graph_of_workflow(of, of.workflows[name]), {}) for of in (s.SHOP, stored)]
    paths = [steps_in_order(side.graph) for side in sides]
    assert sorted(paths[0]) == sorted(paths[1])
    assert {path: sides[0].signature(path) for path in paths[0]} == {
        path: sides[1].signature(path) for path in paths[0]
    }


def test_switch_whose_cases_share_some_outputs() -> None:
    two: Workflow = s.workflow(
        "two", (), (), (s.bound("a", INT, s.static(INT, 1)), s.bound("b", INT, s.static(INT, 2)))
    )
    switch = Switch(
        cases=(Case(when=FLAG, then=WorkflowCall(workflow="two", inputs=())),),
        otherwise=Fail(message="no"),
        outputs=(s.var("a", INT), s.var("b", INT)),
    )
    user = s.workflow("user", (), (Node(name="pick", body=switch, outputs=switch.outputs),))
    program = s.program((), (two, user))
    stored = stored_program(s.snapshot_of(program), ["user"]).workflows["user"]
    assert [each.name for each in stored.node("pick").outputs] == ["a", "b"]


@pytest.mark.parametrize(
    "of",
    [
        INT,
        optional(ListOf(STR)),
        DictOf(INT, JSON),
        EnumOf((1, 2)),
        BlobOf("file", "csv"),
        BlobOf("directory"),
        RecordOf((RecordField("a", INT), RecordField("b", ListOf(FLOAT), required=False))),
    ],
)
def test_types_read_back(of: object) -> None:
    assert stored_type(type_wire(of)) == of  # type: ignore[arg-type]


def test_references_read_back() -> None:
    for to in (InputRef("x"), InputRef("x", ("a", "b c")), NodeRef("n", "o", ("0", "name", "a.b"))):
        assert reference_text(stored_reference(reference_text(to))) == reference_text(to)
