"""Node pools of a domain: the section lowered, and the pool that each shape goes to. A shape without one is a fault."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from flyteops.compile.faults import Faults
from flyteops.compile.fields import flag_in, int_of, map_in, number_of, pairs_in, text_in, texts_in
from flyteops.compile.layers import Declared
from flyteops.compile.resources import lower_tolerations, needs_gpu
from flyteops.execution.pools import Misfit, Shape, chosen_pool, nearest_pool
from flyteops.model.diagnostics import Place, Related
from flyteops.model.entities import Placement, Resources
from flyteops.model.pools import NodePool
from flyteops.source.tree import Mapping


class Pools:
    """The declared pools of a domain. Without any, nothing is placed and nothing is checked."""

    def __init__(self, declared: Dict[str, Declared], *, faults: Faults) -> None:
        self.declared = declared
        self.pools = tuple(_lower(declared[name], faults) for name in sorted(declared))
        self._known: dict[Shape, NodePool | None] = {}

    def placement(
        self,
        resources: Resources,
        body: Mapping,
        *,
        interruptible: bool,
        written: Mapping,
        owner: str,
        at: Place,
        faults: Faults | None,
    ) -> Placement | None:
        """Where a task goes; told as a fault, unless `faults` is None, when it fits no pool. `written` is the body
        with the names of profiles, `at` the owner's place."""
        if not self.pools:
            return None
        shape = Shape(resources=resources, interruptible=interruptible, hosts=_hosts(body))
        if shape not in self._known:
            self._known[shape] = chosen_pool(shape, self.pools)
        pool = self._known[shape]
        if pool is not None:
            return _placement(pool)
        if faults is not None:
            self._refuse(shape, written, owner=owner, at=at, faults=faults)
        return None

    def _refuse(self, shape: Shape, written: Mapping, *, owner: str, at: Place, faults: Faults) -> None:
        nearest = nearest_pool(shape, self.pools)
        if nearest is None:
            return
        pool, lacking = nearest
        faults.add(
            "FO265",
            f"{owner} fits no declared node pool",
            at=_place(written, lacking, at),
            label=f"the nearest is {pool.name}: {lacking[0].why}",
            help=_way_out(lacking, pool),
            related=(Related(place=self.declared[pool.name].place, label="the nearest pool"),),
        )


def _placement(pool: NodePool) -> Placement:
    return Placement(
        pool=pool.name,
        selector=pool.selector,
        tolerations=pool.tolerations,
        spot=pool.spot,
        mixed=len(pool.partitions) > 1,
    )


def _place(written: Mapping, lacking: tuple[Misfit, ...], at: Place) -> Place:
    """The field that does not fit where the task says it itself, else the name of its profile, else the task."""
    resources = written.get("resources")
    if isinstance(resources, Mapping):
        own = next((node for each in lacking if (node := resources.get(each.field)) is not None), None)
        return own.place if own is not None else resources.place
    return resources.place if resources is not None else at


def _way_out(lacking: tuple[Misfit, ...], pool: NodePool) -> str:
    more = "".join(f"; {each.why}" for each in lacking[1:])
    if lacking[0].field == "interruptible":
        return f"write interruptible: true, or declare a pool of its kind that is not spot{more}"
    told = f"{pool.name} lacks more{more}; " if more else ""
    return f"{told}ask for what a host has, or declare the pool under node_pools"


def _hosts(body: Mapping) -> int:
    """How many hosts a distributed task wants at once."""
    cluster = map_in(body, "cluster")
    for entry in cluster.entries if cluster is not None else ():
        if isinstance(entry.value, Mapping):
            return int_of(entry.value.get("hosts")) or 1
    return 1


def _lower(declared: Declared, faults: Faults) -> NodePool:
    body = declared.body
    for name in ("accelerator", "partitions"):
        needs_gpu(body, name, faults, sound=declared.sound)
    return NodePool(
        name=declared.name,
        cpu=text_in(body, "cpu"),
        memory=text_in(body, "memory"),
        ephemeral_storage=text_in(body, "ephemeral_storage"),
        gpu=int_of(body.get("gpu")) or None,
        accelerator=text_in(body, "accelerator"),
        partitions=texts_in(body, "partitions"),
        selector=pairs_in(body, "selector"),
        tolerations=lower_tolerations(body.get("tolerations"), faults=faults),
        spot=flag_in(body, "spot") is True,
        price_per_hour=number_of(body.get("price_per_hour")),
        hosts=int_of(body.get("hosts")),
    )
