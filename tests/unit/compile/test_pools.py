"""Node pools by domain: laid over, checked where a shape stands, carried by every user so that a plan shows them."""

from __future__ import annotations

from flyteops.model.entities import Placement, Task
from flyteops.model.ids import EntityId, Kind
from flyteops.model.wire import settings_wire, task_wire
from flyteops.plan.fields import field_changes
from tests.unit.compile.project import program, programs, refused, workflow

BASE = """
node_pools:
  cpu: {cpu: 4, memory: 16Gi, price_per_hour: 1}
  big: {like: cpu, memory: 64Gi, price_per_hour: 4, selector: {pool: big}}
tasks:
  t: {function: "m:number", resources: {cpu: 2, memory: 8Gi}}
"""
OVERLAY = """
domain: production
node_pools:
  cpu: {memory: 4Gi}
  big: {selector: {pool: gold}}
"""


def task_of(text: str, *, overlay: str = "", domain: str = "development") -> Task:
    files = {"p.yaml": text, **({"o.yaml": overlay} if overlay else {})}
    return program(files=files, domain=domain).tasks["t"]


def test_an_overlay_changes_the_pools_of_its_domain() -> None:
    found = programs({"p.yaml": BASE, "o.yaml": OVERLAY})
    assert found["development"].tasks["t"].settings.placement == Placement(pool="cpu")
    assert found["production"].tasks["t"].settings.placement == Placement(pool="big", selector=(("pool", "gold"),))
    assert [pool.memory for pool in found["production"].node_pools] == ["64Gi", "4Gi"]
    assert [pool.memory for pool in found["development"].node_pools] == ["64Gi", "16Gi"]


def test_a_price_is_nobody_s_field_and_another_pool_is() -> None:
    cheap, dear = task_of(BASE), task_of(BASE.replace("price_per_hour: 1", "price_per_hour: 2"))
    assert cheap == dear
    moved = task_of(BASE.replace("price_per_hour: 1}", "price_per_hour: 50}"))
    changes = field_changes(EntityId(Kind.TASK, "t"), task_wire(cheap), task_wire(moved), origins={})
    assert [(each.path, each.before, each.after) for each in changes] == [
        ("node_pool.name", "cpu", "big"),
        ("node_pool.selector", None, {"pool": "big"}),
    ]


def test_without_pools_nothing_is_in_the_settings() -> None:
    plain = task_of("tasks: {t: {function: 'm:number', resources: {memory: 999Ti}}}")
    assert "node_pool" not in settings_wire(plain.settings)


def test_a_node_is_checked_when_it_asks_for_another_shape() -> None:
    nodes = """
    big: {task: t, overrides: {resources: {memory: 65Gi}}}
    same: {task: t, overrides: {retries: 2}}
    spot: {task: t, overrides: {interruptible: true}}
    """
    (told,) = refused(BASE + workflow(nodes))
    assert told.split(" | ")[1:] == [
        'task "t" fits no declared node pool',
        "the nearest is big: a host has 64Gi of memory, and 65Gi is asked for",
        "ask for what a host has, or declare the pool under node_pools",
    ]


def test_a_task_that_does_not_fit_is_told_once_though_its_nodes_override_other_things() -> None:
    text = BASE.replace("memory: 8Gi", "memory: 80Gi") + workflow("a: {task: t, overrides: {retries: 2}}\nb: {task: t}")
    assert [line.partition(" | ")[0] for line in refused(text)] == ["FO265 7:57-61"]


def test_the_hosts_of_a_distributed_task_are_there_at_once() -> None:
    text = """
    node_pools: {gpu: {gpu: 8, hosts: 2, selector: {pool: gpu}}}
    tasks:
      t: {function: "m:number", resources: {gpu: 8}, cluster: {torchrun: {hosts: 4, per_host: 8}}}
    """
    assert [line.split(" | ")[2] for line in refused(text)] == [
        "the nearest is gpu: it has 2 hosts, and 4 are asked for at once"
    ]


def test_an_object_of_ones_own_goes_to_no_pool() -> None:
    other = program(
        BASE + "  r: {ref: {project: x, domain: production, task: y}, inputs: {a: int}, outputs: {b: int}}\n"
    )
    assert other.tasks["r"].settings.placement is None
