"""Care of a registry: what nothing needs is shown, then dropped under the lease of the domain."""

from __future__ import annotations

from collections.abc import Callable

from flyteops.model.errors import Refused
from flyteops.model.state import Garbage, Misfit
from flyteops.operations.applying import lease
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.registry import KeptRegistry


def require_sound(misfits: tuple[Misfit, ...], *, described: str) -> None:
    """Refuses a registry in which something does not fit."""
    if misfits:
        things = "thing does" if len(misfits) == 1 else "things do"
        raise Refused(
            "FO712",
            f"{len(misfits)} {things} not fit in the registry ({described})",
            protects="the record of what was applied; nothing was written",
            way_out="restore the registry from a backup; `flyteops apply` of the applied commit then brings it forward",
        )


def drop(
    domain: str,
    garbage: tuple[Garbage, ...],
    *,
    keep: int,
    registry: KeptRegistry,
    clock: Clock,
    ids: Ids,
    report: Callable[[str], None],
    wait: Callable[[float], None],
) -> int:
    """Drops of the given what is still garbage; how many."""
    registry.prepare()
    fence = lease(domain, registry=registry, clock=clock, holder=ids.fresh(), report=report, wait=wait)
    try:
        return registry.drop(fence, keep, garbage)
    finally:
        registry.release_lease(fence)
