"""Which node pool a pod goes to, and which share of a host it takes. One rule for the checks, the emitter and costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flyteops.model.entities import Amount, Resources
from flyteops.model.frozen import frozen
from flyteops.model.pools import NodePool
from flyteops.source.quantities import quantity_nano

WHOLE = "none"
"""`partition: none` asks for an accelerator that is not cut up."""


@frozen
class Shape:
    """What is asked for: the resources of one pod, whether it may be taken away, and how many such pods there are."""

    resources: Resources
    interruptible: bool = False
    hosts: int = 1


@frozen(kw_only=False)
class Misfit:
    """One thing of a shape that a pool has not: the field of the resources, and why."""

    field: str
    why: str


def misfits(shape: Shape, pool: NodePool) -> tuple[Misfit, ...]:
    """All that keeps the shape from a pool; nothing when it fits."""
    return tuple(_misfits(shape, pool))


def _misfits(shape: Shape, pool: NodePool) -> Iterator[Misfit]:
    wanted = shape.resources
    if wanted.gpu and (pool.gpu or 0) < wanted.gpu:
        verb = "is" if wanted.gpu == 1 else "are"
        yield Misfit("gpu", f"a host has {pool.gpu or 'no'} gpu, and {wanted.gpu} {verb} asked for")
    if wanted.accelerator and wanted.accelerator != pool.accelerator:
        yield Misfit("accelerator", f"its accelerator is {pool.accelerator or 'not said'}, not {wanted.accelerator}")
    if wanted.partition == WHOLE and pool.partitions:
        yield Misfit("partition", f"its accelerators are cut into {', '.join(pool.partitions)}")
    elif wanted.partition not in (None, WHOLE) and wanted.partition not in pool.partitions:
        parts = f"has {', '.join(pool.partitions)}" if pool.partitions else "does not cut its accelerators up"
        yield Misfit("partition", f"it {parts}, not {wanted.partition}")
    for field, asked, has in _amounts(wanted, pool):
        if asked is not None and has is not None and nano(asked) > nano(has):
            yield Misfit(field, f"a host has {has} of {field}, and {asked} is asked for")
    given = dict(pool.selector)
    for key, value in wanted.node_selector:
        if given.get(key, value) != value:
            yield Misfit("node_selector", f"its selector says {key}: {given[key]}, not {value}")
    if pool.hosts is not None and shape.hosts > pool.hosts:
        yield Misfit("hosts", f"it has {pool.hosts} hosts, and {shape.hosts} are asked for at once")
    if pool.spot and not shape.interruptible:
        yield Misfit("interruptible", "it is a spot pool, and this is not interruptible")


def _amounts(wanted: Resources, pool: NodePool) -> tuple[tuple[str, str | None, str | None], ...]:
    return (
        ("cpu", _asked(wanted.cpu), pool.cpu),
        ("memory", _asked(wanted.memory), pool.memory),
        ("ephemeral_storage", _asked(wanted.ephemeral_storage), pool.ephemeral_storage),
    )


def _asked(amount: Amount | None) -> str | None:
    """What the scheduler sets aside: the request, which is the limit where only that is given."""
    return (amount.request or amount.limit) if amount else None


def nano(quantity: str) -> int:
    """Billionths of what a checked quantity says."""
    return quantity_nano(quantity) or 0


def chosen_pool(shape: Shape, pools: Iterable[NodePool]) -> NodePool | None:
    """The pool that a shape goes to; None when it fits none.

    A spot pool when it is interruptible and one fits; a pool without accelerators when it asks for none, and one
    whose accelerators are whole when it does not say, as far as one fits; then the cheapest for this shape, a pool
    without a price last; then by name.
    """
    fitting = [pool for pool in pools if not misfits(shape, pool)]
    return min(fitting, key=lambda pool: _rank(shape, pool), default=None)


def _rank(shape: Shape, pool: NodePool) -> tuple[bool, bool, bool, float, str]:
    price = hourly_price(shape.resources, pool)
    wasted = bool(pool.partitions if shape.resources.gpu else pool.gpu) and shape.resources.partition is None
    return (shape.interruptible and not pool.spot, wasted, price is None, price or 0.0, pool.name)


def nearest_pool(shape: Shape, pools: Iterable[NodePool]) -> tuple[NodePool, tuple[Misfit, ...]] | None:
    """The pool that lacks least, with what it lacks; None without any pool."""
    looked = [(pool, misfits(shape, pool)) for pool in pools]
    return min(looked, key=lambda each: (len(each[1]), each[0].name), default=None)


def share_of_host(wanted: Resources, pool: NodePool) -> float:
    """The part of a host that a pod takes away from others, from 0 to 1: the largest of its shares of the host's gpu,
    cpu, memory and disk. A pod that asks for nothing the pool knows of takes a whole host: nobody knows better."""
    shares = [nano(asked) / nano(has) for _, asked, has in _amounts(wanted, pool) if asked and has and nano(has)]
    if wanted.gpu and pool.gpu:
        shares.append(wanted.gpu / pool.gpu)
    return min(1.0, max(shares, default=1.0))


def hourly_price(wanted: Resources, pool: NodePool) -> float | None:
    """What one pod costs an hour: its share of a host's price; None for a pool without a price."""
    return None if pool.price_per_hour is None else pool.price_per_hour * share_of_host(wanted, pool)
