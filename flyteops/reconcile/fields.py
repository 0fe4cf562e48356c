"""Three-way comparison, field by field and over our fields only: applied, wanted, live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from flyteops.model.digest import Json, JsonObject
from flyteops.model.frozen import frozen


@frozen(kw_only=False)
class Absent:
    """Stands where a field has no value: null would be one."""


ABSENT: Final = Absent()
Value = Json | Absent


@frozen
class FieldDrift:
    """A field of ours that the cluster has otherwise than it was applied; `wanted` is what git says now."""

    path: str
    applied: Value
    wanted: Value
    live: Value


def differs(wanted: JsonObject, live: JsonObject) -> bool:
    """Whether any field that we set is another one in the cluster."""
    return next(_differences(wanted, live, ""), None) is not None


def drift(applied: JsonObject, *, wanted: JsonObject | None, live: JsonObject) -> tuple[FieldDrift, ...]:
    """Every field of what was applied that is another one now, with what is wanted there."""
    return tuple(
        FieldDrift(path=path, applied=was, wanted=_at(wanted, path) if wanted is not None else ABSENT, live=now)
        for path, was, now in _differences(applied, live, "")
    )


def _differences(ours: Json, live: Value, path: str) -> Iterator[tuple[str, Value, Value]]:
    if isinstance(ours, Mapping) and isinstance(live, Mapping):
        for key in sorted(ours):
            below = f"{path}.{_key(key)}" if path else _key(key)
            yield from _differences(ours[key], live.get(key, ABSENT), below)
    elif isinstance(ours, list | tuple) and isinstance(live, list | tuple) and len(ours) == len(live):
        for number, (mine, other) in enumerate(zip(ours, live, strict=True)):
            yield from _differences(mine, other, f"{path}[{number}]")
    elif not _equal(ours, live):
        yield path, ours, live


def _equal(ours: Json, live: Value) -> bool:
    # The server leaves out empty maps and lists, and 1 is not true.
    if isinstance(live, Absent):
        return ours is None or ours in ({}, [], ())
    if isinstance(ours, bool) or isinstance(live, bool):
        return ours is live
    return ours == live


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() else f'"{key}"'


def _at(body: Json, path: str) -> Value:
    """The value at a path that `_differences` made."""
    found: Value = ABSENT
    for found_path, value in _paths(body, ""):
        if found_path == path:
            found = value
            break
    return found


def _paths(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    if path:
        yield path, value
    if isinstance(value, Mapping):
        for key in value:
            yield from _paths(value[key], f"{path}.{_key(key)}" if path else _key(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, item in enumerate(value):
            yield from _paths(item, f"{path}[{number}]")
