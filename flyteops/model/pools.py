"""Node pools: the shapes of hosts that a domain has. No entities: what a task gets of one is in its settings."""

from __future__ import annotations

from flyteops.model.entities import Toleration
from flyteops.model.frozen import frozen


@frozen
class NodePool:
    """One shape of host: what a pod may have of one host, how such hosts are selected, what one costs an hour.

    An amount that is None is not known, and then not checked; without `gpu` a host has none. `hosts` bounds how many
    there may be. A `spot` pool may be taken away at any time: it takes interruptible tasks only.
    """

    name: str
    cpu: str | None = None
    memory: str | None = None
    ephemeral_storage: str | None = None
    gpu: int | None = None
    accelerator: str | None = None
    partitions: tuple[str, ...] = ()
    selector: tuple[tuple[str, str], ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    spot: bool = False
    price_per_hour: float | None = None
    hosts: int | None = None
