"""Every ingredient of a cache key flips exactly the nodes that it should, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from flyteops.model.entities import (
    Amount,
    CachePolicy,
    Image,
    MapCall,
    Node,
    Resources,
    Retries,
    TaskCall,
    TaskSettings,
    Timeout,
)
from flyteops.model.plan import Plan
from flyteops.model.program import Program
from flyteops.model.types import FILE, FLOAT, INT, STR
from flyteops.plan import make_plan
from tests.unit.plan import samples as s

AFTER_FIT = {"route.case0": "maybe", "scores": "maybe"}
AFTER_PREP = {"fit": "maybe", **AFTER_FIT}


def fit_with(**settings: object) -> Program:
    kept = {"cache": CachePolicy(ignore=("verbose",)), **settings}
    return s.with_task(replace(s.FIT, settings=TaskSettings(**kept)))  # type: ignore[arg-type]


def fit_cache(**policy: object) -> Program:
    return fit_with(cache=CachePolicy(**{"ignore": ("verbose",), **policy}))  # type: ignore[arg-type]


def fit_node(*given: tuple[str, object]) -> Program:
    """`fit` in `train` with these literals beside its data."""
    data = s.bound("data", FILE, s.from_node("prep", "o0", FILE))
    more = tuple(s.bound(name, FLOAT, s.static(FLOAT, value)) for name, value in given)
    body = TaskCall(task="fit", inputs=(data, *more))
    return s.with_workflow(s.with_node(Node(name="fit", body=body, outputs=s.FIT.interface.outputs)))


def defaults(**changed: object) -> Program:
    inputs = tuple(
        s.var(each.name, each.type, changed.get(each.name, each.default.value if each.default else None))
        for each in s.TRAIN.interface.inputs
    )
    return s.with_workflow(replace(s.TRAIN, interface=replace(s.TRAIN.interface, inputs=inputs)))


CHANGES: list[tuple[str, Callable[[], Program], dict[str, str], tuple[str, tuple[str, ...]] | None]] = [
    ("nothing", lambda: s.SHOP, {}, None),
    ("resources", lambda: fit_with(resources=Resources(gpu=1, memory=Amount(request="1Gi", limit="1Gi"))), {}, None),
    ("retries", lambda: fit_with(retries=Retries(limit=3)), {}, None),
    ("timeout", lambda: fit_with(timeout=Timeout(run_s=60.0)), {}, None),
    ("environment", lambda: fit_with(env=(("A", "b"),)), {}, None),
    ("interruptible", lambda: fit_with(interruptible=True), {}, None),
    ("image", lambda: fit_with(image=Image(name="train", reference="ghcr.io/acme/train:v2")), {}, None),
    ("labels", lambda: s.with_task(replace(s.FIT, labels=(("team", "a"),))), {}, None),
    ("description", lambda: s.with_task(replace(s.FIT, description="new words")), {}, None),
    (
        "code",
        lambda: s.with_task(s.recoded(s.FIT, "1" * 64)),
        {"fit": "yes", **AFTER_FIT},
        ("fit", ("code of task/fit changed",)),
    ),
    (
        "version given",
        lambda: fit_cache(version="2"),
        {"fit": "yes", **AFTER_FIT},
        ("fit", ('cache version by code -> "2"',)),
    ),
    (
        "ignore list",
        lambda: fit_cache(ignore=()),
        {"fit": "yes", **AFTER_FIT},
        ("fit", ("cache ignore [verbose] -> []",)),
    ),
    (
        "age bounded",
        lambda: fit_cache(max_age_s=60.0),
        {"fit": "maybe", **AFTER_FIT},
        ("fit", ("results older than 60s are not taken any more",)),
    ),
    ("cache off", lambda: fit_with(cache=None), {"fit": "always", **AFTER_FIT}, ("fit", ("not cached",))),
    (
        "ignored default",
        lambda: s.with_task(
            s.task(
                "fit",
                (*s.FIT.interface.inputs[:2], s.var("verbose", INT, 1)),
                s.FIT.interface.outputs,
                settings=s.FIT.settings,
                code=s.FIT.code,
            )
        ),
        {},
        None,
    ),
    (
        "default of the task",
        lambda: s.with_task(
            s.task(
                "fit",
                (s.FIT.interface.inputs[0], s.var("rate", FLOAT, 0.2), s.FIT.interface.inputs[2]),
                s.FIT.interface.outputs,
                settings=s.FIT.settings,
                code=s.FIT.code,
            )
        ),
        {"fit": "yes", **AFTER_FIT},
        ("fit", ("input rate: 0.1 -> 0.2",)),
    ),
    (
        "interface",
        lambda: s.with_task(s.task("tell", (s.var("text", s.JSON),), s.TELL.interface.outputs, code=s.TELL.code)),
        {"route.case0": "yes"},
        ("route.case0", ("interface of task/tell changed", "only if route takes this case")),
    ),
    (
        "static input",
        lambda: fit_node(("rate", 0.5)),
        {"fit": "yes", **AFTER_FIT},
        ("fit", ("input rate: 0.1 -> 0.5",)),
    ),
    ("default written out", lambda: fit_node(("rate", 0.1)), {}, None),
    (
        "run input",
        lambda: defaults(rows=2),
        {"prep": "yes", **AFTER_PREP},
        ("prep", ("run input rows: 100 -> 2 (default)",)),
    ),
    (
        "item added",
        lambda: defaults(days=["a", "b", "c"]),
        {"scores": "yes"},
        ("scores", ("over day: 1 of 3 items new",)),
    ),
    ("item removed", lambda: defaults(days=["b"]), {}, None),
]


@pytest.mark.parametrize(("after", "expected", "told"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_ingredient(
    after: Callable[[], Program], expected: dict[str, str], told: tuple[str, tuple[str, ...]] | None
) -> None:
    plan = s.plan_from(s.SHOP, after())
    assert s.outcomes(plan) == expected
    if told is not None:
        assert s.reasons(plan, told[0]) == told[1]


def test_version_changed() -> None:
    plan = s.plan_from(fit_cache(version="1"), fit_cache(version="2"))
    assert s.reasons(plan, "fit") == ('cache version "1" -> "2"',)
    code_under_a_version = s.with_task(
        replace(s.recoded(s.FIT, "1" * 64), settings=fit_cache(version="1").tasks["fit"].settings)
    )
    assert s.outcomes(s.plan_from(fit_cache(version="1"), code_under_a_version)) == {}


def test_cache_switched_on() -> None:
    plan = s.plan_from(fit_with(cache=None), s.SHOP)
    assert s.outcomes(plan) == {"fit": "yes", **AFTER_FIT}
    assert s.reasons(plan, "fit") == ("switched on caching",)


def test_task_swapped_and_renamed() -> None:
    twin = replace(s.FIT, name="fit2")
    node = replace(s.TRAIN.node("fit"), body=replace(s.TRAIN.node("fit").body, task="fit2"))  # type: ignore[call-arg]
    plan = s.plan_from(s.SHOP, s.with_workflow(s.with_node(node), s.with_task(twin)))
    assert s.outcomes(plan) == {"fit": "yes", **AFTER_FIT}
    assert s.reasons(plan, "fit") == ("task fit -> fit2",)


def test_override_of_the_cache_at_a_node_counts() -> None:
    node = s.TRAIN.node("fit")
    settings = TaskSettings(cache=CachePolicy(version="9", ignore=("verbose",)))
    after = s.with_workflow(s.with_node(replace(node, body=replace(node.body, settings=settings))))  # type: ignore[call-arg]
    assert s.reasons(s.plan_from(s.SHOP, after), "fit") == ('cache version by code -> "9"',)


def test_condition_changed_makes_its_cases_uncertain() -> None:
    case = s.ROUTE.cases[0]
    when = replace(case.when, operator=">")  # type: ignore[call-arg]
    route = replace(s.ROUTE, cases=(replace(case, when=when), *s.ROUTE.cases[1:]))
    node = replace(s.TRAIN.node("route"), body=route)
    plan = s.plan_from(s.SHOP, s.with_workflow(s.with_node(node)))
    assert s.outcomes(plan) == {"route.case0": "maybe"}
    assert s.reasons(plan, "route.case0") == ("condition of route changed",)


def test_renamed_node_keeps_its_result() -> None:
    nodes = tuple(replace(node, name="prepare") if node.name == "prep" else node for node in s.TRAIN.nodes)
    fit = replace(
        s.TRAIN.node("fit"),
        body=TaskCall(task="fit", inputs=(s.bound("data", FILE, s.from_node("prepare", "o0", FILE)),)),
    )
    renamed = s.with_node(fit, replace(s.TRAIN, nodes=nodes))
    assert s.outcomes(s.plan_from(s.SHOP, s.with_workflow(renamed))) == {}


def test_new_step_and_a_call_that_was_made_before() -> None:
    again = Node(name="again", body=s.TRAIN.node("prep").body, outputs=s.PREP.interface.outputs)
    assert s.outcomes(s.plan_from(s.SHOP, s.with_workflow(s.with_node(again)))) == {}
    body = TaskCall(task="tell", inputs=(s.bound("text", STR, s.static(STR, "hello")),))
    fresh = Node(name="fresh", body=body, outputs=s.TELL.interface.outputs)
    plan = s.plan_from(s.SHOP, s.with_workflow(s.with_node(fresh)))
    assert s.outcomes(plan) == {"fresh": "new"}
    assert s.reasons(plan, "fresh") == ("new step",)


def test_input_from_another_step_is_uncertain() -> None:
    other = Node(name="other", body=TaskCall(task="load", inputs=()), outputs=s.LOAD.interface.outputs)
    body = TaskCall(
        task="prep",
        inputs=(
            s.bound("rows", INT, s.from_node("other", "o0", INT)),
            s.bound("region", s.REGION, s.static(s.REGION, "eu")),
        ),
    )
    after = s.with_node(replace(s.TRAIN.node("prep"), body=body), s.with_node(other))
    plan = s.plan_from(s.SHOP, s.with_workflow(after))
    assert s.outcomes(plan) == {"other": "new", "prep": "maybe", **AFTER_PREP}
    assert s.reasons(plan, "prep") == ("input rows: 100 -> $other.o0", "if the output of other differs")


def test_mapped_and_not_mapped() -> None:
    body = TaskCall(
        task="score",
        inputs=(s.bound("day", STR, s.static(STR, "a")), s.bound("model", FILE, s.from_node("fit", "model", FILE))),
    )
    once = s.with_workflow(s.with_node(replace(s.TRAIN.node("scores"), body=body)))
    assert s.reasons(s.plan_from(s.SHOP, once), "scores") == ('input day: (left out) -> "a"', "not mapped any more")
    assert "mapped over a list now" in s.reasons(s.plan_from(once, s.SHOP), "scores")


def test_concurrency_of_a_map_recomputes_nothing() -> None:
    node = s.TRAIN.node("scores")
    assert isinstance(node.body, MapCall)
    after = s.with_workflow(s.with_node(replace(node, body=replace(node.body, concurrency=2))))
    assert s.outcomes(s.plan_from(s.SHOP, after)) == {}


def test_sub_workflow_is_seen_through() -> None:
    plan = s.plan_from(s.SHOP, s.with_task(s.recoded(s.SCORE, "1" * 64)))
    assert s.outcomes(plan, "outer") == {"alert": "maybe", "all.scores": "yes", "load": "always"}
    assert s.reasons(plan, "alert", "outer") == ("if the output of load differs",)
    assert s.reasons(plan, "load", "outer") == ("not cached",)


def test_workflow_never_applied_is_new_as_a_whole() -> None:
    plan = make_plan(s.SHOP, s.NOTHING, tree=s.TREE)
    assert set(s.outcomes(plan).values()) == {"new"}
    assert {row.reasons for row in plan.nodes} == {()}


def test_launch_plan_with_other_inputs() -> None:
    after = replace(s.NIGHTLY, fixed_inputs=(("region", s.lit(s.REGION, "eu")),))
    plan = s.plan_from(s.SHOP, s.with_launch_plan(after))
    assert s.outcomes(plan) == {}
    assert s.outcomes(plan, launch_plan="nightly") == {"prep": "yes", **AFTER_PREP}
    assert s.reasons(plan, "prep", launch_plan="nightly") == ('run input region: "us" -> "eu" (fixed)',)
    (change,) = plan.changes
    assert (change.recompute, change.reasons) == ("yes", ('prep: run input region: "us" -> "eu" (fixed)',))


def test_schedule_recomputes_nothing() -> None:
    after = replace(s.NIGHTLY, schedule=None)
    plan: Plan = s.plan_from(s.SHOP, s.with_launch_plan(after))
    assert plan.nodes == ()
    assert plan.changes[0].recompute == "none"


def test_long_chain_needs_no_deep_stack() -> None:
    step = s.task("step", (s.var("x", INT),), (s.var("o0", INT),))
    count = 400
    nodes = tuple(
        Node(
            name=f"n{number:04}",
            body=TaskCall(
                task="step",
                inputs=(
                    s.bound("x", INT, s.from_node(f"n{number - 1:04}", "o0", INT) if number else s.static(INT, 1)),
                ),
            ),
            outputs=step.interface.outputs,
        )
        for number in range(count)
    )
    before = s.program((step,), (s.workflow("chain", (), nodes),))
    plan = s.plan_from(before, s.with_task(s.recoded(step, "1" * 64), before))
    assert len(s.outcomes(plan, "chain")) == count


def scores_in_step(days: list[str], *, models: s.Binding) -> Program:
    """`scores` over known days and over what a step hands on, in step."""
    over = (
        s.bound("day", s.ListOf(STR), s.static(s.ListOf(STR), days)),
        s.bound("model", s.ListOf(FILE), models),
    )
    body = s.MapCall(callee="score", over=over, inputs=())
    return s.with_workflow(s.with_node(Node(name="scores", body=body, outputs=(s.var("o0", s.ListOf(FLOAT)),))))


def test_lists_in_step_of_which_one_is_not_known() -> None:
    models = s.ListBinding(items=(s.from_node("fit", "model", FILE),), type=s.ListOf(FILE))
    before = scores_in_step(["a", "b"], models=models)

    plan = s.plan_from(before, scores_in_step(["b", "a"], models=models))
    assert s.outcomes(plan) == {"scores": "maybe"}
    assert s.reasons(plan, "scores") == ("over day: other items than before, or in another order",)

    plan = s.plan_from(before, scores_in_step(["a", "c"], models=models))
    assert s.outcomes(plan) == {"scores": "yes"}
    assert s.reasons(plan, "scores") == ("over day: 1 of 2 items new",)
    assert s.outcomes(s.plan_from(before, before)) == {}


def test_a_map_of_references_has_no_order() -> None:
    """What was applied comes back sorted; when only a step behind it differs, it is that step that is told."""
    read = s.from_node("prep", "o0", FILE)
    given = s.MapBinding(entries=(("z", read), ("a", read)), type=s.JSON)

    def with_map(of: Program) -> Program:
        body = TaskCall(task="tell", inputs=(s.bound("text", s.JSON, given),))
        tell = Node(name="zed", body=body, outputs=s.TELL.interface.outputs)
        train = of.workflows["train"]
        return replace(of, workflows={**of.workflows, "train": replace(train, nodes=(*train.nodes, tell))})

    changed = s.with_task(s.recoded(s.PREP, "other"))
    plan = s.plan_from(with_map(s.SHOP), with_map(changed))
    assert s.outcomes(plan)["zed"] == "maybe"
    assert s.reasons(plan, "zed") == ("if the output of prep differs",)
