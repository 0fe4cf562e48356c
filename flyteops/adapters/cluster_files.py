"""A cluster that is a folder, one JSON file an object: for tests, and to see what an apply would leave behind."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from flyteops.adapters.cluster_merging import conflicts, fields, merged
from flyteops.model.digest import JsonObject
from flyteops.model.state import ObjectRef
from flyteops.ports.clock import Ids
from flyteops.ports.cluster import FIELD_MANAGER, ClusterFailed, ClusterIdentity, Live


class FilesCluster:
    """Keeps `<namespace>/<kind>-<name>.json` below a folder: the object, and which manager set which fields.

    Namespaces and kinds need no making. One process writes at a time: apply holds the lease of its domain.
    """

    def __init__(self, root: Path, *, ids: Ids) -> None:
        self._root = root
        self._ids = ids

    def identity(self) -> ClusterIdentity:
        """The folder's own name for life."""
        path = self._root / "identity"
        if not path.exists():
            self._root.mkdir(parents=True, exist_ok=True)
            _write_whole(path, self._ids.fresh())
        return ClusterIdentity(id=path.read_text("utf-8"), server=str(self._root))

    def lacks(self, namespace: str, kinds: tuple[tuple[str, str], ...]) -> tuple[str, ...]:  # noqa: ARG002
        """A folder takes everything."""
        return ()

    def apply(self, body: JsonObject, *, seen: Live | None) -> Live:
        """Merges our fields in; see the port."""
        return self.apply_as(FIELD_MANAGER, body, seen=seen)

    def apply_as(self, manager: str, body: JsonObject, *, seen: Live | None = None, force: bool = False) -> Live:
        """The same for any manager; by force, as an editor of the object would do it."""
        changed = self._changed(manager, body, seen=seen, force=force)
        stored = self._read(ref_of(body))
        if changed != stored:
            self._write(changed)
        return Live(ref=ref_of(body), body=_object(changed))

    def dry_run(self, body: JsonObject) -> None:
        """Conflicts are found; nothing is written."""
        self._changed(FIELD_MANAGER, body, seen=None, force=False)

    def get(self, ref: ObjectRef) -> Live | None:
        """The object now, or None when there is none."""
        stored = self._read(ref)
        return Live(ref=ref, body=_object(stored)) if stored else None

    def list(self, api_version: str, kind: str, namespace: str, *, selector: str) -> tuple[Live, ...]:
        """All objects of a kind in the namespace that the selector names, by name."""
        found = (Live(ref=ref_of(_object(stored)), body=_object(stored)) for stored in self._all())
        wanted = (api_version, kind, namespace)
        return tuple(
            live
            for live in sorted(found, key=lambda each: each.ref.name)
            if (live.ref.api_version, live.ref.kind, live.ref.namespace) == wanted and selects(selector, live)
        )

    def delete(self, ref: ObjectRef, *, uid: str) -> None:
        """Deletes exactly the object with this uid."""
        live = self.get(ref)
        if live is None:
            return
        if live.uid != uid:
            raise ClusterFailed("stale", f"{ref} has uid {live.uid}, not {uid}")
        if live.finalizers:
            stored = self._read(ref) or {}
            body = _object(stored)
            body["metadata"] = {**_map(body["metadata"]), "deletionTimestamp": "1970-01-01T00:00:00Z"}
            self._write({**stored, "object": body})
            return
        self._erase(ref)

    def _changed(self, manager: str, body: JsonObject, *, seen: Live | None, force: bool) -> JsonObject:
        stored = self._read(ref_of(body))
        live = _object(stored) if stored else {key: body[key] for key in ("apiVersion", "kind")}
        if seen is not None and _identity(seen.body) != _identity(live):
            raise ClusterFailed("stale", f"{seen.ref} was changed or made anew meanwhile")
        owned = _owned(stored)
        found = conflicts(live, body, manager=manager, owned=owned)
        if found and not force:
            raise ClusterFailed("conflict", f"{len(found)} fields belong to somebody else", owners=found)
        if force:
            owned = {name: paths - set(fields(body)) for name, paths in owned.items()}
        result = merged(live, body, manager=manager, owned=owned)
        named = _map(body["metadata"])
        metadata = {**_map(result.get("metadata", {})), "name": named["name"]}
        if named.get("namespace"):
            metadata["namespace"] = named["namespace"]
        metadata.setdefault("uid", self._ids.fresh())
        metadata.setdefault("resourceVersion", "0")
        result["metadata"] = metadata
        if not stored or result != live:
            metadata["resourceVersion"] = str(int(str(metadata["resourceVersion"])) + 1)
        owned[manager] = frozenset(fields(body))
        listed: JsonObject = {name: [list(path) for path in sorted(paths)] for name, paths in owned.items()}
        return {"object": result, "owned": listed}

    # ------------------------------------------------------------------------------------------- the folder

    def _path(self, ref: ObjectRef) -> Path:
        return self._root / (ref.namespace or "_") / f"{ref.kind.lower()}-{ref.name}.json"

    def _read(self, ref: ObjectRef) -> JsonObject:
        path = self._path(ref)
        stored: JsonObject = json.loads(path.read_bytes()) if path.exists() else {}
        return stored

    def _write(self, stored: JsonObject) -> None:
        path = self._path(ref_of(_object(stored)))
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, json.dumps(stored, indent=1, sort_keys=True))

    def _erase(self, ref: ObjectRef) -> None:
        self._path(ref).unlink(missing_ok=True)

    def _all(self) -> Iterator[JsonObject]:
        for path in sorted(self._root.glob("*/*.json")):
            yield json.loads(path.read_bytes())


def ref_of(body: JsonObject) -> ObjectRef:
    """The name of a body's object."""
    metadata = _map(body["metadata"])
    return ObjectRef(
        api_version=str(body["apiVersion"]),
        kind=str(body["kind"]),
        namespace=str(metadata.get("namespace", "")),
        name=str(metadata["name"]),
    )


def selects(selector: str, live: Live) -> bool:
    """Whether an object's labels are what a selector of `key=value` and `key!=value` names."""
    labels = _map(_map(live.body["metadata"]).get("labels", {}))
    for term in filter(None, selector.split(",")):
        key, _, value = term.partition("=")
        if (labels.get(key.removesuffix("!")) == value) == key.endswith("!"):
            return False
    return True


def _owned(stored: JsonObject) -> dict[str, frozenset[tuple[str, ...]]]:
    kept = cast("dict[str, list[list[str]]]", stored.get("owned", {}))
    return {manager: frozenset(tuple(path) for path in paths) for manager, paths in kept.items()}


def _identity(body: JsonObject) -> tuple[object, object]:
    metadata = _map(body.get("metadata", {}))
    return metadata.get("uid"), metadata.get("resourceVersion")


def _object(stored: JsonObject) -> JsonObject:
    return copy.deepcopy(_map(stored["object"]))


def _map(value: object) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError(f"a map was expected, not {type(value).__name__}")
    return value


def _write_whole(path: Path, text: str) -> None:
    """Beside, then renamed: a reader sees the old file or the new one."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
