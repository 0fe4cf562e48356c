"""One entity of a program: its effective values, each with the file and line it was written at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flyteops.model.diagnostics import Place
from flyteops.model.digest import Json, canonical
from flyteops.model.entities import LaunchPlan
from flyteops.model.ids import EntityId, Kind
from flyteops.model.program import Program
from flyteops.model.wire import entity_digest, entity_wire
from flyteops.plan.readable import readable
from flyteops.plan.stored_types import as_map


def _payload(program: Program, entity: EntityId) -> tuple[Json, str]:
    found = dict(program.entities()).get(entity)
    if found is None and entity.kind is Kind.LAUNCH_PLAN:
        found = LaunchPlan(name=entity.name, workflow=entity.name)
    assert found is not None  # noqa: S101 - the caller found the entity in this program
    return entity_wire(found), entity_digest(found)


def entity_document(program: Program, entity: EntityId) -> Json:
    """`{address, digest, entity, origins}`."""
    payload, digest = _payload(program, entity)
    prefix = f"{entity}"
    origins: dict[str, Json] = {
        key: str(place)
        for key, place in sorted(program.origins.items())
        if key == prefix or key.startswith(prefix + ".")
    }
    return {"address": str(entity), "digest": digest, "entity": payload, "origins": origins}


def render_entity(program: Program, entity: EntityId) -> str:
    """One line a value: dotted path, value, place."""
    payload, digest = _payload(program, entity)
    lines = [f"{entity}  {digest[:12]}"]
    rows = list(_leaves(readable(entity.kind, as_map(payload)), ""))
    width = min(44, max((len(path) for path, _ in rows), default=0))
    for path, text in rows:
        place = _origin(program.origins, f"{entity}.{path}")
        shown = f"  ({place.path}:{place.line})" if place else ""
        lines.append(f"  {path:<{width}}  {text}{shown}")
    return "\n".join(lines) + "\n"


def _leaves(value: Json, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    else:
        yield path, canonical(value).decode("utf-8")


def _origin(origins: Mapping[str, Place], key: str) -> Place | None:
    """The place of the longest prefix that has one."""
    while key:
        if key in origins:
            return origins[key]
        key = key.rpartition(".")[0]
    return None
