"""GPU-hours and money of a plan, by hand: calls x duration x GPUs; calls x duration x share of a host x its price."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flyteops.model.entities import (
    Amount,
    LaunchPlanCall,
    MapCall,
    Node,
    Placement,
    Resources,
    Task,
    TaskCall,
    TaskSettings,
)
from flyteops.model.plan import Plan, PlanContext, Timing
from flyteops.model.pools import NodePool
from flyteops.model.program import Program
from flyteops.model.types import FLOAT, INT, STR, ListOf
from flyteops.model.works import Distributed, FunctionRef, FunctionWork
from flyteops.plan import make_plan
from flyteops.plan.document import plan_wire
from flyteops.plan.size import Size, size_of
from flyteops.views.markdown import render_comment
from flyteops.views.plan import render_plan
from tests.unit.plan import samples as s

A100 = NodePool(name="a100", cpu="96", memory="640Gi", gpu=8, accelerator="a100", price_per_hour=24.0)
CPU = NodePool(name="cpu", cpu="16", memory="64Gi", price_per_hour=0.8)


def settings(pool: NodePool | None, **resources: object) -> TaskSettings:
    return TaskSettings(
        resources=Resources(**resources),  # type: ignore[arg-type]
        placement=Placement(pool=pool.name) if pool else None,
    )


def of(memory: str) -> Amount:
    return Amount(request=memory, limit=memory)


FIT = replace(s.task("fit", (), (s.var("o0", FLOAT),)), settings=settings(A100, gpu=2, memory=of("320Gi")))
SCORE = replace(
    s.task("score", (s.var("day", STR),), (s.var("o0", FLOAT),)),
    settings=settings(CPU, cpu=Amount(request="2", limit=None)),
)
WIDE = replace(
    s.task("wide", (), (s.var("o0", INT),)),
    work=FunctionWork(
        function=FunctionRef(module="m", name="wide"),
        returns="value",
        code="c",
        cluster=Distributed(framework="torchrun", hosts=4, per_host=8),
    ),
    settings=settings(A100, gpu=8),
)
DAYS = s.bound("day", ListOf(STR), s.static(ListOf(STR), ["mon", "tue", "wed"]))
LATER = s.bound("day", ListOf(STR), s.from_node("days", "o0", ListOf(STR)))


def planned(*nodes: Node, tasks: tuple[Task, ...], pools: tuple[NodePool, ...] = (A100, CPU)) -> Plan:
    workflow = s.workflow("train", (), nodes, ())
    program: Program = replace(s.program(tasks, (workflow,), ()), node_pools=pools)
    return make_plan(program, s.NOTHING, tree=s.TREE)


def call(task: Task, name: str = "") -> Node:
    return Node(name=name or task.name, body=TaskCall(task=task.name, inputs=()), outputs=task.interface.outputs)


def mapped(task: Task, over: object) -> Node:
    return Node(name=task.name, body=MapCall(callee=task.name, over=(over,), inputs=()), outputs=())  # type: ignore[arg-type]


def took(**seconds: float) -> dict[str, Timing]:
    return {f"shop/{name}": Timing(seconds=each, calls=20) for name, each in seconds.items()}


def spent(size: Size) -> tuple[object, object, str]:
    return size.gpu_hours, size.cost, size.basis


def test_one_step_that_takes_half_of_a_host() -> None:
    # 2 of 8 GPUs, but half of the memory: half of the host is nobody else's. 1.5 h x 2 GPUs; 1.5 h x 24.0 x 0.5
    plan = planned(call(FIT), tasks=(FIT,))
    assert spent(size_of(plan, took(fit=5400))) == (3.0, 18.0, "median of the last runs")


def test_the_items_of_a_map_count_when_they_are_known() -> None:
    # 3 items x 600 s = 0.5 h; 2 of 16 cores of a host at 0.8
    plan = planned(mapped(SCORE, DAYS), tasks=(SCORE,))
    assert spent(size_of(plan, took(score=600))) == (None, pytest.approx(0.05), "median of the last runs")


def test_a_map_over_what_a_step_returns_is_unknown() -> None:
    days = s.task("days", (), (s.var("o0", ListOf(STR)),))
    plan = planned(call(days), call(FIT), mapped(SCORE, LATER), tasks=(FIT, SCORE, days))
    assert spent(size_of(plan, took(fit=3600, score=600, days=1))) == (
        2.0,
        12.0,
        "median of the last runs; 2 steps unknown",  # the map, and days, which goes to no pool with a price
    )


def test_many_hosts_count_as_many() -> None:
    # 4 hosts x 8 GPUs x 2 h; four whole hosts at 24.0
    plan = planned(call(WIDE), tasks=(WIDE,))
    assert spent(size_of(plan, took(wide=7200))) == (64.0, 192.0, "median of the last runs")


def test_what_nobody_measured_is_as_declared_or_unknown() -> None:
    declared = replace(FIT, expect_s=3600.0)
    assert spent(size_of(planned(call(FIT), tasks=(FIT,)))) == (None, None, "unknown")
    assert spent(size_of(planned(call(declared), tasks=(declared,)))) == (2.0, 12.0, "declared")
    measured = size_of(planned(call(declared), tasks=(declared,)), took(fit=1800))
    assert spent(measured) == (1.0, 6.0, "median of the last runs")


def test_a_timeout_is_no_estimate() -> None:
    from flyteops.model.entities import Timeout

    limited = replace(FIT, settings=replace(FIT.settings, timeout=Timeout(run_s=3600)))
    assert spent(size_of(planned(call(limited), tasks=(limited,)))) == (None, None, "unknown")


def test_a_gpu_without_pools_has_hours_and_no_price() -> None:
    alone = replace(FIT, settings=settings(None, gpu=4))
    plan = planned(call(alone), tasks=(alone,), pools=())
    assert spent(size_of(plan, took(fit=900))) == (1.0, None, "median of the last runs")


@pytest.mark.parametrize(
    ("timings", "text"),
    [
        ({}, "2 of 2 steps, GPU-h unknown, cost unknown"),
        (took(fit=5400), "2 of 2 steps, 3 GPU-h, about 18.00 (median of the last runs; 1 step unknown)"),
        (took(fit=5400, score=600), "2 of 2 steps, 3 GPU-h, about 18.05 (median of the last runs)"),
        (took(fit=1, score=1), "2 of 2 steps, under 0.01 GPU-h, under 0.01 (median of the last runs)"),
    ],
)
def test_text_markdown_and_json_say_the_same(timings: dict[str, Timing], text: str) -> None:
    plan = planned(call(FIT), mapped(SCORE, DAYS), tasks=(FIT, SCORE))
    context = PlanContext(timings=timings)
    assert render_plan(plan, context=context).splitlines()[-1].endswith(f"Recompute: {text}.")
    assert f"**Recompute costs** {text.partition('steps, ')[2]}." in render_comment(plan, context)
    size = size_of(plan, timings)
    assert plan_wire(plan, tool="0", context=context)["size"] == {
        "steps": 2, "maybe": 0, "of": 2, "gpu_hours": size.gpu_hours, "cost": size.cost, "basis": size.basis,
    }  # fmt: skip
    assert plan_wire(plan, tool="0", context=context)["digest"] == plan.digest


def test_who_asks_for_no_gpu_and_has_no_pools_is_told_of_steps_alone() -> None:
    plain = s.task("plain", (), (s.var("o0", INT),))
    plan = planned(call(plain), tasks=(plain,), pools=())
    assert render_plan(plan).splitlines()[-1].endswith("Recompute: 1 of 1 steps.")
    assert "Recompute costs" not in render_comment(plan)


def test_what_runs_inside_runs_of_its_own_counts_and_once_per_item_is_unknown() -> None:
    inner = s.workflow("inner", (), (call(FIT),), ())
    once = Node(name="once", body=LaunchPlanCall(launch_plan="inner", inputs=()), outputs=())
    inputs = (s.var("day", STR),)
    by_day = s.workflow("by_day", inputs, (call(FIT),), ())
    each = Node(name="each", body=MapCall(callee="by_day", kind="workflow", over=(DAYS,), inputs=()), outputs=())
    for node, hours, basis in (
        (once, 2.0 + 2.0, "median of the last runs"),  # inner by itself, and as launched
        (each, 2.0, "median of the last runs; 1 step unknown"),  # by_day by itself; how often, the run decides
    ):
        outer = s.workflow("outer", (), (node,), ())
        workflows = (inner, outer) if node is once else (by_day, outer)
        program = replace(s.program((FIT,), workflows, ()), node_pools=(A100,))
        size = size_of(make_plan(program, s.NOTHING, tree=s.TREE), took(fit=3600))
        assert (size.gpu_hours, size.basis) == (hours, basis)
