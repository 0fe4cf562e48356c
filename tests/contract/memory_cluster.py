"""A cluster in memory, and ways for it to misbehave: answers that are lost, lists that are cut or old."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

from flyteops.adapters.cluster_files import FilesCluster, ref_of
from flyteops.model.digest import JsonObject
from flyteops.model.state import ObjectRef
from flyteops.ports.clock import Ids
from flyteops.ports.cluster import ClusterFailed, ClusterIdentity, Live


class MemoryCluster(FilesCluster):
    """The folder's rules over a dictionary. `before(verb)` runs ahead of every call and may raise; `after(verb)` when
    it was carried out, so that raising there loses the answer."""

    def __init__(self, *, ids: Ids, name: str = "cluster-one") -> None:
        self._ids = ids
        self.name = name
        self.stored: dict[ObjectRef, JsonObject] = {}
        self.lacking: tuple[str, ...] = ()
        self.before: Callable[[str], None] = lambda verb: None
        self.after: Callable[[str], None] = lambda verb: None
        self.old: dict[ObjectRef, JsonObject] | None = None
        self.calls: list[str] = []

    def identity(self) -> ClusterIdentity:
        return self._told("identity", lambda: ClusterIdentity(id=self.name, server="memory"))

    def lacks(self, namespace, kinds):
        return self._told("lacks", lambda: self.lacking)

    def apply(self, body, *, seen):
        return self._told("apply", lambda: FilesCluster.apply(self, copy.deepcopy(body), seen=seen))

    def dry_run(self, body):
        return self._told("dry_run", lambda: FilesCluster.dry_run(self, body))

    def get(self, ref):
        return self._told("get", lambda: FilesCluster.get(self, ref))

    def list(self, api_version, kind, namespace, *, selector):
        def listed() -> tuple[Live, ...]:
            now = self.stored
            self.stored = now if self.old is None else self.old
            try:
                return FilesCluster.list(self, api_version, kind, namespace, selector=selector)
            finally:
                self.stored = now

        return self._told("list", listed)

    def delete(self, ref, *, uid):
        return self._told("delete", lambda: self._deleted(ref, uid))

    def _deleted(self, ref: ObjectRef, uid: str) -> None:
        live = FilesCluster.get(self, ref)
        if live is None:
            return
        if live.uid != uid:
            raise ClusterFailed("stale", f"{ref} has another uid")
        if live.finalizers:
            self.stored[ref]["object"]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        else:
            del self.stored[ref]

    def _told(self, verb, call):
        self.calls.append(verb)
        self.before(verb)
        answer = call()
        self.after(verb)
        return answer

    # ------------------------------------------------------------------------------------------- other hands

    def put(self, body: JsonObject, *, manager: str = "kubectl") -> Live:
        """Somebody else writes the object, by force."""
        return self.apply_as(manager, body, force=True)

    def lose(self, ref: ObjectRef) -> None:
        """Somebody deletes it."""
        del self.stored[ref]

    def bodies(self) -> dict[str, JsonObject]:
        """What is there, by name, without what the server keeps for itself."""
        return {
            str(ref): stored["object"] for ref, stored in sorted(self.stored.items(), key=lambda item: str(item[0]))
        }

    # ------------------------------------------------------------------------------------------- the dictionary

    def _read(self, ref: ObjectRef) -> JsonObject:
        return copy.deepcopy(self.stored.get(ref, {}))

    def _write(self, stored: JsonObject) -> None:
        self.stored[ref_of(stored["object"])] = copy.deepcopy(stored)

    def _erase(self, ref: ObjectRef) -> None:
        self.stored.pop(ref, None)

    def _all(self) -> Iterator[JsonObject]:
        yield from copy.deepcopy(list(self.stored.values()))
