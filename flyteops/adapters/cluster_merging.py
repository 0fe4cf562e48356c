"""Server-side apply in small, for clusters that are no server: who owns which field, and what a new body changes."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

from flyteops.model.digest import Json, JsonObject

Path = tuple[str, ...]
Owned = Mapping[str, frozenset[Path]]
"""Which manager set which fields. A list is one field, as in the kinds we apply."""
_NOT_OWNED = frozenset({("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")})


def fields(body: JsonObject) -> dict[Path, Json]:
    """The leaves of a body by their path, less what names the object."""
    return {path: value for path, value in _leaves(body, ()) if path not in _NOT_OWNED}


def merged(live: JsonObject, body: JsonObject, *, manager: str, owned: Owned) -> JsonObject:
    """The object after the manager applied the body: fields that only it owned and left out are gone."""
    result = copy.deepcopy(live)
    wanted = fields(body)
    others = {path for name, paths in owned.items() if name != manager for path in paths}
    for path in sorted(owned.get(manager, frozenset()) - set(wanted) - others):
        _remove(result, path)
    for path, value in wanted.items():
        _put(result, path, copy.deepcopy(value))
    return result


def conflicts(live: JsonObject, body: JsonObject, *, manager: str, owned: Owned) -> tuple[str, ...]:
    """Fields that somebody else set to something else, as `manager: path`."""
    now, wanted = fields(live), fields(body)
    return tuple(
        f"{name}: .{'.'.join(path)}"
        for name, paths in sorted(owned.items())
        if name != manager
        for path in sorted(paths)
        if path in wanted and now.get(path) != wanted[path]
    )


def _leaves(value: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    if isinstance(value, Mapping) and (value or not path):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    else:
        yield path, value


def _put(body: JsonObject, path: Path, value: Json) -> None:
    inner = body
    for key in path[:-1]:
        below = inner.setdefault(key, {})
        if not isinstance(below, dict):
            below = inner[key] = {}
        inner = below
    inner[path[-1]] = value


def _remove(body: JsonObject, path: Path) -> None:
    inner: Json = body
    for key in path[:-1]:
        inner = inner.get(key, {}) if isinstance(inner, dict) else {}
    if isinstance(inner, dict):
        inner.pop(path[-1], None)
