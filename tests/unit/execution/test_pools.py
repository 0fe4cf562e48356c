"""Which pool a shape goes to, what keeps it from the others, and its share of a host."""

from __future__ import annotations

import pytest

from flyteops.execution.pools import Shape, chosen_pool, hourly_price, misfits, nearest_pool, share_of_host
from flyteops.model.entities import Amount, Resources
from flyteops.model.pools import NodePool

CPU = NodePool(name="cpu", cpu="16", memory="64Gi", price_per_hour=0.8, selector=(("pool", "cpu"),))
A100 = NodePool(name="a100", cpu="96", memory="680Gi", gpu=8, accelerator="a100", price_per_hour=24.0, hosts=2)
PARTS = NodePool(name="parts", gpu=56, accelerator="a100", partitions=("1g.10gb",), price_per_hour=24.0)
SPOT = NodePool(name="spot", cpu="16", memory="64Gi", price_per_hour=0.2, spot=True)
POOLS = (CPU, A100, PARTS, SPOT)


def of(**fields: object) -> Resources:
    amounts = ("cpu", "memory", "ephemeral_storage")
    return Resources(
        **{  # type: ignore[arg-type]
            name: Amount(request=str(value), limit=None) if name in amounts else value for name, value in fields.items()
        }
    )


@pytest.mark.parametrize(
    ("wanted", "interruptible", "pool"),
    [
        (of(), False, "cpu"),  # a pool with gpu is kept for those who ask
        (of(), True, "spot"),
        (of(memory="100Gi"), False, "a100"),  # a part of it costs less than a whole host of parts
        (of(memory="100Gi", cpu=2), True, "a100"),
        (of(gpu=1), False, "a100"),  # whole ones before parts
        (of(gpu=9), False, "parts"),
        (of(gpu=1, partition="1g.10gb"), False, "parts"),
        (of(gpu=1, partition="none"), True, "a100"),
        (of(gpu=1, accelerator="h100"), False, None),
        (of(cpu="15999m"), False, "cpu"),
    ],
)
def test_the_cheapest_that_fits(wanted: Resources, interruptible: bool, pool: str | None) -> None:
    found = chosen_pool(Shape(resources=wanted, interruptible=interruptible), POOLS)
    assert (found.name if found else None) == pool
    assert found == chosen_pool(Shape(resources=wanted, interruptible=interruptible), reversed(POOLS))


@pytest.mark.parametrize(
    ("wanted", "more", "pool", "why"),
    [
        (of(gpu=1), {}, CPU, ("a host has no gpu, and 1 is asked for",)),
        (of(gpu=9), {}, A100, ("a host has 8 gpu, and 9 are asked for",)),
        (of(gpu=1, accelerator="h100"), {}, A100, ("its accelerator is a100, not h100",)),
        (of(gpu=1, partition="1g.10gb"), {}, A100, ("it does not cut its accelerators up, not 1g.10gb",)),
        (of(gpu=1, partition="2g"), {}, PARTS, ("it has 1g.10gb, not 2g",)),
        (of(gpu=1, partition="none"), {}, PARTS, ("its accelerators are cut into 1g.10gb",)),
        (of(cpu=17, memory="65Gi"), {}, CPU, ("a host has 16 of cpu, and 17 is asked for",
                                              "a host has 64Gi of memory, and 65Gi is asked for")),
        (of(node_selector=(("pool", "x"),)), {}, CPU, ("its selector says pool: cpu, not x",)),
        (of(), {"hosts": 3}, A100, ("it has 2 hosts, and 3 are asked for at once",)),
        (of(), {}, SPOT, ("it is a spot pool, and this is not interruptible",)),
        (of(), {"interruptible": True}, SPOT, ()),
    ],
)  # fmt: skip
def test_what_keeps_a_shape_from_a_pool(wanted: Resources, more: dict[str, int], pool: NodePool, why: tuple[str, ...]):
    assert tuple(each.why for each in misfits(Shape(resources=wanted, **more), pool)) == why  # type: ignore[arg-type]


def test_the_nearest_lacks_least() -> None:
    nearest = nearest_pool(Shape(resources=of(gpu=64, memory="100Gi", accelerator="a100")), POOLS)
    assert nearest is not None
    assert (nearest[0].name, [each.field for each in nearest[1]]) == ("a100", ["gpu"])
    assert nearest_pool(Shape(resources=of()), ()) is None


@pytest.mark.parametrize(
    ("wanted", "pool", "share"),
    [
        (of(gpu=2), A100, 0.25),
        (of(gpu=2, memory="340Gi"), A100, 0.5),  # whoever takes half of the memory leaves half of the host
        (of(cpu="500m", memory="1Gi"), CPU, 0.03125),
        (of(), CPU, 1.0),
        (of(memory="1Gi"), PARTS, 1.0),  # nothing is known to compare with
        (of(cpu=32), CPU, 1.0),
    ],
)
def test_the_share_of_a_host(wanted: Resources, pool: NodePool, share: float) -> None:
    assert share_of_host(wanted, pool) == share
    assert hourly_price(wanted, pool) == (pool.price_per_hour or 0) * share


def test_no_price_no_cost() -> None:
    assert hourly_price(of(cpu=1), NodePool(name="x", cpu="2")) is None
