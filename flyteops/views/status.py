"""What a domain's registry holds, as text and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from flyteops.model.digest import Json
from flyteops.model.state import Snapshot


def render_status(snapshot: Snapshot, unfinished: tuple[str, ...]) -> str:
    """A few lines on the revision, then each entity with the version that is current."""
    where = f"{snapshot.project}/{snapshot.domain}"
    if snapshot.generation == 0:
        return f"{where}: nothing was applied yet (`flyteops apply`)\n"
    lines = [f"{where} is at generation {snapshot.generation} of registry {snapshot.lineage}"]
    if snapshot.revision is not None:
        revision = snapshot.revision
        when = datetime.fromtimestamp(revision.created_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        dirty = " with uncommitted files" if revision.dirty else ""
        lines.append(f"applied {when} by {revision.actor} from commit {revision.commit[:12] or 'none'}{dirty}")
    lines.extend(
        f"  {entity}  {record.digest[:12]}" for entity, record in sorted(snapshot.entities.items(), key=lambda e: e[0])
    )
    lines.extend(f"unfinished: operation {each[:12]} (apply again to settle it)" for each in unfinished)
    return "\n".join(lines) + "\n"


def status_wire(snapshot: Snapshot, unfinished: tuple[str, ...]) -> Json:
    """The same as JSON."""
    revision = snapshot.revision
    return {
        "project": snapshot.project,
        "domain": snapshot.domain,
        "lineage": snapshot.lineage,
        "generation": snapshot.generation,
        "revision": None
        if revision is None
        else {
            "commit": revision.commit,
            "dirty": revision.dirty,
            "plan_digest": revision.plan_digest,
            "actor": revision.actor,
            "tool": revision.tool,
            "created_ms": revision.created_ms,
        },
        "entities": [
            {"address": str(entity), "digest": record.digest}
            for entity, record in sorted(snapshot.entities.items(), key=lambda each: each[0])
        ],
        "unfinished": list(unfinished),
    }
