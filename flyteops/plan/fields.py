"""Which fields differ between two payloads of one entity, and where the new value is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flyteops.model.diagnostics import Place
from flyteops.model.digest import Json, canonical
from flyteops.model.ids import EntityId
from flyteops.model.plan import FieldChange
from flyteops.plan.readable import readable


def field_changes(
    entity: EntityId,
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    *,
    origins: Mapping[str, Place],
) -> tuple[FieldChange, ...]:
    """Every difference as a dotted path, sorted; the name of a moved entity is not a field."""
    old, new = readable(entity.kind, before), readable(entity.kind, after)
    return tuple(
        _placed(entity, path, one, other, origins=origins) for path, one, other in sorted(_differences("", old, new))
    )


def _differences(prefix: str, before: Json, after: Json) -> Iterator[tuple[str, Json, Json]]:
    # By their bytes: to Python 1, 1.0 and true are equal, to a digest they are not.
    if canonical(before) == canonical(after):
        return
    one, other = _indexed(before, after)
    old, new = _entries(one), _entries(other)
    if old is None or new is None:
        yield prefix, before, after
        return
    for name in sorted(old.keys() | new.keys()):
        path = f"{prefix}.{name}" if prefix else name
        if name in old and name in new:
            yield from _differences(path, old[name], new[name])
        elif name in new:
            yield path, None, new[name]
        else:
            yield path, old[name], None


def _entries(value: Json) -> Mapping[str, Json] | None:
    """The entries that are compared one by one; a tagged value such as a file or duration is one value."""
    if isinstance(value, Mapping) and not any(name.startswith("$") for name in value):
        return value
    return None


def _indexed(before: Json, after: Json) -> tuple[Json, Json]:
    """Lists of maps of the same length as maps by number, so that one changed entry is told and not all of them."""
    if not (isinstance(before, list | tuple) and isinstance(after, list | tuple) and len(before) == len(after)):
        return before, after
    if all(isinstance(each, Mapping) for each in (*before, *after)):
        return {str(n): each for n, each in enumerate(before)}, {str(n): each for n, each in enumerate(after)}
    return before, after


def _placed(entity: EntityId, path: str, before: Json, after: Json, *, origins: Mapping[str, Place]) -> FieldChange:
    place = place_of(entity, path, origins=origins)
    return FieldChange(
        path=path,
        before=before,
        after=after,
        file=place.path if place else None,
        line=place.line if place else None,
    )


def place_of(entity: EntityId, path: str, *, origins: Mapping[str, Place]) -> Place | None:
    """Where a field is written: the longest known prefix of its path, else the entity."""
    for spelt in _spellings(path):
        place = _longest_prefix(str(entity), spelt, origins)
        if place is not None:
            return place
    return origins.get(str(entity))


def _spellings(path: str) -> tuple[str, ...]:
    """The path as the plan names it, and as the keys of the YAML are named."""
    if path == "code":
        return ("code", "function")
    if path.startswith("interface."):
        return (path, path.removeprefix("interface."))
    return (path,)


def _longest_prefix(address: str, path: str, origins: Mapping[str, Place]) -> Place | None:
    while path:
        place = origins.get(f"{address}.{path}")
        if place is not None:
            return place
        path = path.rpartition(".")[0]
    return None
