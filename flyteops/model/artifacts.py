"""Artifacts: outputs with a name of their own, kept over runs; queries for the newest; what starts on a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal as OneOf

from flyteops.model.digest import Json, JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.literals import Literal

Granularity = OneOf["minute", "hour", "day", "month"]
MAX_PARTITIONS = 10


@frozen
class Partition:
    """A key of an artifact with where its value comes from: a constant, or an input of the run that publishes it."""

    key: str
    value: str | None = None
    input: str | None = None


@frozen
class TimePartition:
    """The time of a version, cut to the granularity in UTC: that of an input, else when it was published."""

    granularity: Granularity
    input: str | None = None


@frozen
class Artifact:
    """An output that every run of `workflow` by itself publishes once it has succeeded."""

    name: str
    workflow: str
    output: str
    partitions: tuple[Partition, ...] = ()
    time: TimePartition | None = None
    description: str = ""


@frozen
class ArtifactQuery:
    """The newest version of an artifact that has these partitions; others are free."""

    artifact: str
    partitions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        held = ", ".join(f"{key}={value}" for key, value in self.partitions)
        return f"artifact/{self.artifact}" + (f" ({held})" if held else "")


@frozen
class Trigger:
    """Starts a run on every new version that the query fits; each of the inputs in `binds` gets that version."""

    query: ArtifactQuery
    binds: tuple[str, ...] = ()


@frozen
class ArtifactVersion:
    """One version of an artifact, with the document of its value."""

    artifact: str
    id: str
    run: str
    partitions: Mapping[str, str]
    time: str | None
    created_ms: int
    value: Json

    def __str__(self) -> str:
        held = [f"{key}={value}" for key, value in self.partitions.items()]
        parts = ", ".join([*held, *([self.time] if self.time else [])])
        return f"artifact/{self.artifact}@{self.id[:8]}" + (f" ({parts})" if parts else "")


@frozen
class Found:
    """What a query found, with its value."""

    version: ArtifactVersion
    literal: Literal


def artifact_wire(artifact: Artifact) -> JsonObject:
    """An artifact by its given fields; partitions as they are written."""
    wire: JsonObject = {"name": artifact.name, "from": f"workflow/{artifact.workflow}.{artifact.output}"}
    if artifact.partitions:
        wire["partitions"] = {each.key: _partition_wire(each) for each in artifact.partitions}
    if artifact.time is not None:
        wire["time_partition"] = {"granularity": artifact.time.granularity} | (
            {"of": f"$inputs.{artifact.time.input}"} if artifact.time.input else {}
        )
    if artifact.description:
        wire["description"] = artifact.description
    return wire


def _partition_wire(partition: Partition) -> Json:
    if partition.input is not None:
        return f"$inputs.{partition.input}"
    text = partition.value or ""
    return f"${text}" if text.startswith("$") else text


def query_wire(query: ArtifactQuery) -> JsonObject:
    """A query as it is written."""
    held: JsonObject = {"partitions": dict(query.partitions)} if query.partitions else {}
    return {"artifact": query.artifact, **held}


def trigger_wire(trigger: Trigger) -> JsonObject:
    """A trigger as it is written."""
    bound: JsonObject = {"bind": dict.fromkeys(trigger.binds, "$artifact")} if trigger.binds else {}
    return {**query_wire(trigger.query), **bound}
