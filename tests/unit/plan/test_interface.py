"""Interface rules: each with its code, whom it touches, and whether it breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flyteops.model.entities import Interface, Variable
from flyteops.model.plan import Change
from flyteops.model.types import FILE, FLOAT, INT, JSON, STR, EnumOf, optional
from flyteops.plan import needs_consent
from flyteops.plan.rules import RULES
from tests.unit.plan import samples as s

FIT_IN = s.FIT.interface.inputs
FIT_OUT = s.FIT.interface.outputs


def fit_changed(inputs: tuple[Variable, ...] = FIT_IN, outputs: tuple[Variable, ...] = FIT_OUT) -> Change:
    after = replace(s.FIT, interface=Interface(inputs=inputs, outputs=outputs))
    return s.plan_from(s.SHOP, s.with_task(after)).changes[0]


def test_a_consumer_that_the_plan_changes_is_adapted() -> None:
    after = replace(s.FIT, interface=Interface(inputs=FIT_IN, outputs=FIT_OUT[:1]))
    route = s.Node(name="route", body=replace(s.ROUTE, cases=s.ROUTE.cases[1:]), outputs=s.ROUTE.outputs)
    plan = s.plan_from(s.SHOP, s.with_workflow(s.with_node(route), s.with_task(after)))
    finding = plan.changes[0].findings[0]
    assert (finding.rule, finding.breaking, finding.consumers, finding.adapted, finding.outside) == (
        "FO-I107", False, (), USER, False,
    )  # fmt: skip
    assert plan.changes[0].interface == "compatible"


def test_a_consumer_that_the_plan_retires_is_adapted() -> None:
    after = s.with_task(replace(s.FIT, interface=Interface(inputs=FIT_IN, outputs=())))
    plan = s.plan_from(s.SHOP, replace(after, workflows={}, launch_plans={}))
    fit = next(each for each in plan.changes if each.entity.name == "fit")
    assert [(each.rule, each.breaking, each.adapted) for each in fit.findings] == [
        ("FO-I107", False, USER),
        ("FO-I107", False, USER),
    ]


def test_a_consumer_that_is_new_with_the_plan_breaks_nothing() -> None:
    before = replace(s.SHOP, workflows={}, launch_plans={})
    plan = s.plan_from(before, s.with_task(replace(s.FIT, interface=Interface(inputs=FIT_IN, outputs=()))))
    fit = next(each for each in plan.changes if each.entity.name == "fit")
    assert [(each.breaking, each.consumers, each.adapted) for each in fit.findings] == [(False, (), ())] * 2


def test_whoever_launches_a_workflow_is_a_consumer() -> None:
    alone = s.program((s.PREP, s.FIT, s.SCORE, s.TELL), (s.TRAIN,))
    after = s.with_workflow(replace(s.TRAIN, interface=replace(s.TRAIN.interface, outputs=()), outputs=()), alone)
    change = s.plan_from(alone, after).changes[0]
    finding = change.findings[0]
    assert (finding.rule, finding.breaking, finding.consumers, finding.outside) == ("FO-I107", True, (), True)
    assert change.interface == "breaking"


def told(change: Change) -> list[tuple[str, str, bool, tuple[str, ...]]]:
    return [(each.rule, each.message, each.breaking, each.consumers) for each in change.findings]


USER = ("workflow/train.fit",)


@pytest.mark.parametrize(
    ("inputs", "outputs", "expected"),
    [
        ((*FIT_IN, s.var("seed", INT)), FIT_OUT, ("FO-I101", "input seed: int is new and has no default", True, USER)),
        ((*FIT_IN, s.var("seed", INT, 1)), FIT_OUT, ("FO-I121", "input seed: int is new", False, USER)),
        (FIT_IN[1:], FIT_OUT, ("FO-I102", "input data is gone", True, USER)),
        (FIT_IN[:2], FIT_OUT, ("FO-I102", "input verbose is gone", False, ())),
        ((s.var("data", STR), *FIT_IN[1:]), FIT_OUT, ("FO-I103", "input data: File -> str", True, USER)),
        (
            (s.var("data", optional(FILE)), *FIT_IN[1:]),
            FIT_OUT,
            ("FO-I122", "input data: File -> File | None", False, USER),
        ),
        (
            (FIT_IN[0], s.var("rate", FLOAT, 0.2), FIT_IN[2]),
            FIT_OUT,
            ("FO-I104", "default of input rate: 0.1 -> 0.2", False, USER),
        ),
        (
            (*FIT_IN[:2], s.var("verbose", INT)),
            FIT_OUT,
            ("FO-I105", "input verbose has no default any more", True, USER),
        ),
        (FIT_IN, FIT_OUT[:1], ("FO-I107", "output accuracy is gone", True, USER)),
        (FIT_IN, (*FIT_OUT, s.var("extra", STR)), ("FO-I123", "output extra: str is new", False, USER)),
        (FIT_IN, (FIT_OUT[0], s.var("accuracy", JSON)), ("FO-I108", "output accuracy: float -> Json", True, USER)),
        (FIT_IN, (FIT_OUT[0], s.var("accuracy", INT)), ("FO-I124", "output accuracy: float -> int", False, USER)),
    ],
)
def test_rule_of_a_task(
    inputs: tuple[Variable, ...], outputs: tuple[Variable, ...], expected: tuple[str, str, bool, tuple[str, ...]]
) -> None:
    change = fit_changed(inputs, outputs)
    assert told(change) == [expected]
    assert change.interface == ("breaking" if expected[2] else "compatible")


def test_enum_value_removed() -> None:
    prep = replace(
        s.PREP,
        interface=replace(s.PREP.interface, inputs=(s.PREP.interface.inputs[0], s.var("region", EnumOf(("eu",))))),
    )
    change = s.plan_from(s.SHOP, s.with_task(prep)).changes[0]
    assert told(change) == [
        ("FO-I106", 'input region does not take "us" any more', True, ("workflow/train.prep",)),
    ]


def test_without_a_consumer_nothing_breaks() -> None:
    alone = s.program((s.PREP,))
    after = s.with_task(replace(s.PREP, interface=replace(s.PREP.interface, inputs=())), alone)
    plan = s.plan_from(alone, after)
    assert [(each.rule, each.breaking) for each in plan.changes[0].findings] == [("FO-I102", False), ("FO-I102", False)]
    assert not needs_consent(plan)


def test_descriptions_are_no_interface() -> None:
    inputs = (replace(FIT_IN[0], description="the data"), *FIT_IN[1:])
    change = fit_changed(inputs)
    assert (change.interface, change.recompute) == ("same", "none")


def test_workflow_input_counts_sub_workflows_and_launch_plans() -> None:
    inputs = (s.var("rows", STR, "1"), *s.TRAIN.interface.inputs[1:])
    after = s.with_workflow(replace(s.TRAIN, interface=replace(s.TRAIN.interface, inputs=inputs)))
    change = s.plan_from(s.SHOP, after).changes[0]
    assert told(change)[0] == ("FO-I103", "input rows: int -> str", True, ("launch_plan/nightly", "workflow/outer.all"))


def test_launch_plan_rules() -> None:
    after = replace(
        s.NIGHTLY,
        workflow="outer",
        default_inputs=(("rows", s.lit(INT, 300)),),
        fixed_inputs=(("request", s.lit(s.REQUEST, {"city": "Bonn", "limit": 1})),),
        schedule=None,
    )
    change = s.plan_from(s.SHOP, s.with_launch_plan(after)).changes[0]
    assert told(change) == [
        ("FO-I104", "default of input rows: 200 -> 300", False, ()),
        ("FO-I109", 'input request is fixed to {city: "Bonn", limit: 1}', True, ()),
        ("FO-I110", "runs workflow outer, before train", True, ()),
        ("FO-I125", "input region is free", False, ()),
        ("FO-I126", "the schedule changed", False, ()),
    ]


def test_codes_are_given_once() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
