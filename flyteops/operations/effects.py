"""Effects carried out one by one: intent written, done, seen, confirmed. An answer that was lost is looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.frozen import frozen
from flyteops.model.state import Effect, Fence, ObjectRef
from flyteops.operations.cluster_faults import foreign, superseded, telling
from flyteops.operations.cluster_side import ClusterSide, look
from flyteops.ports.cluster import Cluster, ClusterFailed, Live
from flyteops.ports.registry import Registry
from flyteops.reconcile import (
    CLUSTER_REF,
    DIGEST,
    EPOCH,
    LINEAGE,
    OPERATION,
    Mark,
    Observation,
    Stranger,
    Wanted,
    effects_id,
    is_ours,
    marked,
    settled,
)

TRIES = 4
"""How often one object is written again after a lost answer, or after somebody else wrote it in between."""


@frozen
class Journal:
    """Where effects are written down: the registry, under the right to write, for one apply."""

    registry: Registry
    fence: Fence
    domain: str
    operation: str
    lineage: str
    report: Callable[[str], None]


def settle(journal: Journal, side: ClusterSide) -> None:
    """What a killed apply may have done is looked up and recorded as it is, before anything new is decided."""
    opened = journal.registry.open_effects(journal.domain)
    if not opened:
        return
    journal.report(f"looking at {len(opened)} effects of an apply that did not finish")
    last = {effect.ref: effect for _, effect in opened}
    ours = [each for each in last.values() if each.ref != CLUSTER_REF]
    seen = look(side, ours)
    records = {each.ref: each for each in journal.registry.objects(journal.domain)}
    ends = [settled(each, seen[each.ref], records.get(each.ref), lineage=journal.lineage) for each in ours]
    ends += [each for ref, each in last.items() if ref == CLUSTER_REF]
    ends = [replace(each, step=step) for step, each in enumerate(ends)]
    operation = _intend(journal, "settle", tuple(ends))
    for each in ends:
        journal.registry.confirm_effect(journal.fence, operation, each, uid=each.uid)


def remember_cluster(journal: Journal, cluster_id: str) -> None:
    """Records which cluster the domain is applied to, before anything is done there."""
    records = journal.registry.objects(journal.domain)
    if any((each.ref, each.uid) == (CLUSTER_REF, cluster_id) for each in records):
        return
    effect = Effect(step=0, action="apply", ref=CLUSTER_REF, address="cluster", digest=cluster_id, uid=cluster_id)
    operation = _intend(journal, "cluster", (effect,))
    journal.registry.confirm_effect(journal.fence, operation, effect, uid=cluster_id)


def carry_out(
    journal: Journal, side: ClusterSide, effects: tuple[Effect, ...], *, phase: str, seen: Observation
) -> tuple[ObjectRef, ...]:
    """Does the effects of one phase and confirms each when it was seen; the objects that did not go are returned."""
    if not effects:
        return ()
    operation = _intend(journal, phase, effects)
    mark = Mark(lineage=journal.lineage, operation=operation, fence=journal.fence)
    wanted = {each.ref: each for each in side.wanted}

    def do(effect: Effect) -> str | None:
        with telling(str(effect.ref)):
            if effect.action == "delete":
                return _delete(side.cluster, effect)
            return _apply(side.cluster, wanted[effect.ref], mark=mark, seen=seen.live.get(effect.ref)).uid

    staying: list[ObjectRef] = []
    failures: list[Refused | OutsideFailed] = []
    done = 0

    def end(effect: Effect, uid: str | None) -> None:
        nonlocal done
        done += 1
        if uid is None:
            staying.append(effect.ref)
            return
        journal.registry.confirm_effect(journal.fence, operation, effect, uid=uid)
        journal.report(f"{'deleted' if effect.action == 'delete' else 'applied'} {effect.ref} ({done}/{len(effects)})")

    if side.parallelism <= 1 or len(effects) == 1 or effects[0].action == "delete":
        for effect in effects:
            end(effect, do(effect))
    else:
        _all_at_once(effects, do, end=end, failures=failures, parallelism=side.parallelism)
    if failures:
        raise failures[0]
    return tuple(staying)


def _all_at_once(
    effects: tuple[Effect, ...],
    do: Callable[[Effect], str | None],
    *,
    end: Callable[[Effect, str | None], None],
    failures: list[Refused | OutsideFailed],
    parallelism: int,
) -> None:
    """Calls in threads, confirmations in this one; after a failure nothing new begins, and what began is confirmed."""
    from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

    waiting = list(reversed(effects))
    running: dict[Future[str | None], Effect] = {}
    with ThreadPoolExecutor(max_workers=parallelism) as pool:
        while running or (waiting and not failures):
            while waiting and not failures and len(running) < parallelism:
                effect = waiting.pop()
                running[pool.submit(do, effect)] = effect
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                effect = running.pop(future)
                try:
                    end(effect, future.result())
                except (Refused, OutsideFailed) as failed:
                    failures.append(failed)


def _intend(journal: Journal, phase: str, effects: tuple[Effect, ...]) -> str:
    operation = effects_id(journal.operation, phase, effects)
    journal.registry.intend_effects(journal.fence, operation, effects)
    return operation


def _apply(cluster: Cluster, wanted: Wanted, *, mark: Mark, seen: Live | None) -> Live:
    """Applies the object. Without an answer, or when it changed meanwhile, it is looked at and tried again."""
    body = marked(wanted, mark)
    failed: ClusterFailed | None = None
    first = seen.uid if seen is not None else ""
    for _ in range(TRIES):
        try:
            return cluster.apply(body, seen=seen)
        except ClusterFailed as error:
            if error.reason not in ("unknown", "stale"):
                raise
            failed = error
        seen = cluster.get(wanted.ref)
        if seen is None:
            continue
        if seen.uid != first and not is_ours(seen, None, lineage=mark.lineage):
            raise foreign((Stranger(ref=wanted.ref, lineage=seen.annotation(LINEAGE)),))
        if _epoch(seen) > mark.fence.epoch:
            raise superseded(wanted.ref)
        if (seen.annotation(OPERATION), seen.annotation(DIGEST)) == (mark.operation, wanted.digest):
            return seen
    raise failed or ClusterFailed("unknown", "no answer")


def _epoch(live: Live) -> int:
    text = live.annotation(EPOCH)
    return int(text) if text.isdigit() else 0


def _delete(cluster: Cluster, effect: Effect) -> str | None:
    """The uid that is gone, or None while finalizers hold the object. Another object of that name is left alone."""
    failed: ClusterFailed | None = None
    for _ in range(TRIES):
        try:
            cluster.delete(effect.ref, uid=effect.uid)
        except ClusterFailed as error:
            if error.reason not in ("unknown", "stale"):
                raise
            failed = error
        live = cluster.get(effect.ref)
        if live is None or live.uid != effect.uid:
            return effect.uid
        if live.deleting:
            return None
    raise failed or ClusterFailed("unknown", "it is still there after it was deleted")
