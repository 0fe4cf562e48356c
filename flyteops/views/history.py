"""Revisions, moves of a rollback, and the care of a registry, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from flyteops.model.digest import Json
from flyteops.model.state import Garbage, Misfit, PastApply, PointerChange, Snapshot
from flyteops.views.escape import safe

_SIGNS = (("create", "+"), ("update", "~"), ("move", ">"), ("retire", "-"))
MOST_SHOWN = 20


def render_history(found: tuple[PastApply, ...], *, where: str) -> str:
    """One line a revision, newest first."""
    if not found:
        return f"{where}: nothing was applied yet (`flyteops apply`)\n"
    rows = [("generation", "when", "by", "commit", "plan", "changes"), *map(_row, found)]
    widths = [max(len(row[at]) for row in rows) for at in range(6)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"{where}, newest first", *lines]) + "\n"


def _row(past: PastApply) -> tuple[str, ...]:
    revision = past.revision
    when = datetime.fromtimestamp(revision.created_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    commit = (revision.commit[:12] or "none") + (" and uncommitted files" if revision.dirty else "")
    return (
        str(revision.generation),
        when,
        safe(revision.actor),
        safe(commit),
        revision.plan_digest[:12],
        _counted(past.counts),
    )


def _counted(counts: Mapping[str, int]) -> str:
    return " ".join(f"{sign}{counts[action]}" for action, sign in _SIGNS if counts.get(action)) or "none"


def history_wire(found: tuple[PastApply, ...]) -> Json:
    """The same as JSON."""
    return [
        {
            "generation": past.revision.generation,
            "created_ms": past.revision.created_ms,
            "actor": past.revision.actor,
            "commit": past.revision.commit,
            "dirty": past.revision.dirty,
            "plan_digest": past.revision.plan_digest,
            "tool": past.revision.tool,
            "changes": {action: past.counts.get(action, 0) for action, _ in _SIGNS},
        }
        for past in found
    ]


def render_rollback(now: Snapshot, then: Snapshot, changes: tuple[PointerChange, ...]) -> str:
    """The pointers that would move, and where to."""
    where = f"{now.project}/{now.domain}"
    if not changes:
        return f"Nothing to do: {where} points where generation {then.generation} did already.\n"
    commit = (then.revision.commit[:12] if then.revision else "") or "none"
    lines = [f"{where}: from generation {now.generation} back to what generation {then.generation} said"]
    lines.append(f"  (commit {commit}; git is left as it is, and the next plan from a newer commit goes forward again)")
    signs = dict(_SIGNS)
    for change in changes:
        before = now.entities.get(change.entity)
        told = f"{before.digest[:12] if before else 'nothing'} -> {_digest(change)[:12] or 'nothing'}"
        lines.append(f"  {signs[change.action]} {change.entity}  {told}")
    return "\n".join(lines) + "\n"


def rollback_wire(now: Snapshot, then: Snapshot, changes: tuple[PointerChange, ...], *, generation: int) -> Json:
    """The same as JSON, with the generation that was reached."""
    return {
        "generation": generation,
        "changed": bool(changes),
        "from": now.generation,
        "to": then.generation,
        "moves": [
            {
                "address": str(change.entity),
                "action": change.action,
                "before": now.entities[change.entity].digest if change.entity in now.entities else None,
                "after": _digest(change) or None,
            }
            for change in changes
        ],
    }


def _digest(change: PointerChange) -> str:
    return change.record.digest if change.record else ""


def render_misfits(found: tuple[Misfit, ...], *, described: str) -> str:
    """What does not fit, one line each."""
    if not found:
        return f"Everything fits: {described}.\n"
    return "\n".join(f"does not fit: {safe(each.where)}: {safe(each.message)}" for each in found) + "\n"


def misfits_wire(found: tuple[Misfit, ...]) -> Json:
    """The same as JSON."""
    return [{"where": each.where, "message": each.message} for each in found]


def render_garbage(found: tuple[Garbage, ...], *, keep: int, verbose: bool) -> str:
    """What would be dropped: how much, and the first of it."""
    if not found:
        return f"Nothing to drop: all that is there is needed by a pointer or by one of the last {keep} revisions.\n"
    size = sum(each.size_bytes for each in found)
    lines = [f"{len(found)} that no pointer and none of the last {keep} revisions needs ({size / 1024:.1f} KiB)"]
    shown = found if verbose else found[:MOST_SHOWN]
    lines += [f"  - {each.what} {each.digest[:12]}  {each.size_bytes} bytes" for each in shown]
    if len(found) > len(shown):
        lines.append(f"  and {len(found) - len(shown)} more (-v shows all)")
    return "\n".join(lines) + "\n"


def garbage_wire(found: tuple[Garbage, ...], *, dropped: int) -> Json:
    """The same as JSON, with how many were dropped."""
    listed: Json = [{"what": each.what, "digest": each.digest, "size_bytes": each.size_bytes} for each in found]
    return {"garbage": listed, "dropped": dropped}
