"""Versions of artifacts as a table and as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flyteops.model.artifacts import ArtifactVersion
from flyteops.model.digest import Json
from flyteops.views.escape import safe


def render_versions(found: Mapping[str, tuple[ArtifactVersion, ...]]) -> str:
    """A block an artifact, its newest version first."""
    if not found:
        return "no artifact is declared\n"
    return "\n".join(_block(name, versions) for name, versions in found.items())


def _block(name: str, versions: tuple[ArtifactVersion, ...]) -> str:
    if not versions:
        return f"artifact/{name}  nothing of it was published\n"
    lines = [f"artifact/{name}"]
    for each in versions:
        held = [f"{key}={value}" for key, value in each.partitions.items()]
        parts = ", ".join([*held, *([each.time] if each.time else [])])
        lines.append(safe(f"  {each.id[:8]}  {_moment(each.created_ms)}  run {each.run}  {parts}".rstrip()))
    return "\n".join(lines) + "\n"


def _moment(milliseconds: int) -> str:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def versions_wire(found: Mapping[str, tuple[ArtifactVersion, ...]]) -> Json:
    """The same as JSON: versions by the address of their artifact."""
    return {f"artifact/{name}": [_wire(each) for each in versions] for name, versions in found.items()}


def _wire(version: ArtifactVersion) -> Json:
    created = dt.datetime.fromtimestamp(version.created_ms / 1000, dt.UTC).isoformat().replace("+00:00", "Z")
    return {
        "id": version.id,
        "run": version.run,
        "partitions": dict(version.partitions),
        "time": version.time,
        "created": created,
        "value": version.value,
    }
