"""Artifacts in a store: the newest version for a launch, what is there, what a run has published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import cast

from flyteops.execution.artifacts import shelf_of
from flyteops.model.artifacts import ArtifactVersion, Found
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.model.errors import InvalidProject, OutsideFailed
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.plan.stored_types import as_map, stored_type
from flyteops.ports.store import BlobStore, StoreFailed
from flyteops.runtime.artifacts import newest, rows
from flyteops.runtime.session import parsed
from flyteops.runtime.stored import inlined
from flyteops.source.suggest import did_you_mean

_NAMED = 5
"""So many versions are named where none fits."""


def _version(row: JsonObject) -> ArtifactVersion:
    created = row["created_ms"]
    return ArtifactVersion(
        artifact=str(row["artifact"]),
        id=str(row["id"]),
        run=str(row["run"]),
        partitions={key: str(value) for key, value in as_map(row["partitions"]).items()},
        time=str(row["time"]) if row.get("time") else None,
        created_ms=created if isinstance(created, int) else 0,
        value=row["value"],
    )


def versions(program: Program, artifact: str, *, store: BlobStore, scope: str) -> Iterator[ArtifactVersion]:
    """The versions of an artifact, newest first."""
    return map(_version, rows(store, scope, shelf_of(program, artifact)))


def listed(
    program: Program,
    names: tuple[str, ...],
    partitions: Mapping[str, str],
    *,
    store: BlobStore,
    scope: str,
    limit: int,
) -> dict[str, tuple[ArtifactVersion, ...]]:
    """Versions by artifact, of all that are declared when none is named; InvalidProject for one that is not."""
    wanted = [name.removeprefix("artifact/") for name in names] or sorted(program.artifacts)
    unknown = [name for name in wanted if name not in program.artifacts]
    if unknown:
        raise InvalidProject([_unknown(program, name) for name in unknown])

    def fitting(name: str) -> Iterator[ArtifactVersion]:
        for each in versions(program, name, store=store, scope=scope):
            if all(each.partitions.get(key) == value for key, value in partitions.items()):
                yield each

    try:
        return {name: tuple(islice(fitting(name), limit)) for name in wanted}
    except StoreFailed as error:
        raise OutsideFailed("store", str(error), retryable=error.retryable) from error


def _unknown(program: Program, name: str) -> Diagnostic:
    way_out = did_you_mean(name, list(program.artifacts))
    listing = f"artifacts: {', '.join(sorted(program.artifacts))}" if program.artifacts else "none is declared"
    return Diagnostic(code="FO632", message=f'there is no artifact "{name}"', place=None, help=way_out or listing)


def look(wanted: Mapping[str, JsonObject], *, store: BlobStore, scope: str, execution: str | None) -> dict[str, Found]:
    """The newest version for each input by its query; a run that is continued keeps the versions it began with.
    InvalidProject with every input for which there is none."""
    try:
        before = _recorded(store, execution) if execution is not None else {}
        faults: list[Diagnostic] = []
        found: dict[str, Found] = {}
        for name, query in sorted(wanted.items()):
            row = before.get(name) or newest(store, scope, query)
            if row is None:
                faults.append(_nothing(name, query, store=store, scope=scope))
                continue
            version = _version(row)
            document = inlined(store, version.value)
            literal = Literal(type=stored_type(document["type"]), value=document["value"])
            found[name] = Found(version=version, literal=literal)
    except StoreFailed as error:
        raise OutsideFailed("store", str(error), retryable=error.retryable) from error
    if faults:
        raise InvalidProject(faults)
    return found


def _nothing(name: str, query: JsonObject, *, store: BlobStore, scope: str) -> Diagnostic:
    there = [str(_version(row)) for row in rows(store, scope, str(query["shelf"]))]
    held = ", ".join(f"{key}={value}" for key, value in as_map(query["partitions"]).items())
    more = f" and {len(there) - _NAMED} more" if len(there) > _NAMED else ""
    listed = f"there are {', '.join(there[:_NAMED])}{more}" if there else "nothing of it was published yet"
    return Diagnostic(
        code="FO631",
        message=f'the input "{name}" is looked for: no version of artifact/{query["artifact"]}'
        + (f" has {held}" if held else " exists"),
        place=None,
        help=f"{listed}; or give --input {name}=…",
    )


def record_of(found: Mapping[str, Found]) -> JsonObject:
    """What a run keeps of the versions it was launched with, by input."""
    return {name: _row(each.version) for name, each in sorted(found.items())}


def _row(version: ArtifactVersion) -> Json:
    return {
        "v": 1,
        "artifact": version.artifact,
        "id": version.id,
        "run": version.run,
        "partitions": dict(version.partitions),
        "time": version.time,
        "created_ms": version.created_ms,
        "value": version.value,
    }


def record_key(execution: str) -> str:
    """Where a run keeps them."""
    return f"runs/{execution}/artifacts.json"


def _recorded(store: BlobStore, execution: str) -> dict[str, JsonObject]:
    data = store.get(record_key(execution))
    document = parsed(data) if data is not None else None
    return {name: cast("JsonObject", each) for name, each in (document or {}).items() if isinstance(each, dict)}


def record(store: BlobStore, execution: str, found: Mapping[str, Found]) -> None:
    """Keeps them, once."""
    if found:
        store.create(record_key(execution), canonical(record_of(found)))


def published(program: Program, workflow: str, run: str, *, store: BlobStore, scope: str) -> Iterator[ArtifactVersion]:
    """The versions that a run has published."""
    for name, artifact in sorted(program.artifacts.items()):
        if artifact.workflow == workflow:
            found = (each for each in versions(program, name, store=store, scope=scope) if each.run == run)
            yield from islice(found, 1)


def awaited(program: Program, version: ArtifactVersion) -> list[str]:
    """The launch plans whose trigger the version fits."""
    return [
        name
        for name, plan in sorted(program.launch_plans.items())
        if plan.active
        and plan.trigger is not None
        and plan.trigger.query.artifact == version.artifact
        and all(version.partitions.get(key) == value for key, value in plan.trigger.query.partitions)
    ]
