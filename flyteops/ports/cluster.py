"""A cluster that objects are applied to: a handful of verbs, and a closed list of ways in which they fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal as OneOf
from typing import Protocol

from flyteops.model.digest import Json, JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.state import ObjectRef

FIELD_MANAGER = "flyteops"
"""Who we are to the server: fields that another manager set are never taken over."""

Reason = OneOf[
    "conflict", "stale", "invalid", "forbidden", "unauthenticated", "absent", "busy", "unreachable", "unknown",
    "partial", "terminating",
]  # fmt: skip
"""conflict: another manager owns a field · stale: the object is another one, or a newer one, than was seen · absent:
there is no such namespace or kind · unreachable: nothing was sent · unknown: no answer came, the effect may have
happened · partial: not all pages of a list came · terminating: the namespace is being deleted."""


class ClusterFailed(Exception):
    """A call failed, in one of the ways of `Reason`; `message` is the server's own, `owners` who has which field."""

    def __init__(self, reason: Reason, message: str, *, owners: tuple[str, ...] = ()) -> None:
        self.reason = reason
        self.message = message
        self.owners = owners
        super().__init__(f"{reason}: {message}")


@frozen
class ClusterIdentity:
    """Which cluster answered: the uid of its namespace kube-system, and where it was asked."""

    id: str
    server: str


@frozen
class Live:
    """An object as the cluster has it now."""

    ref: ObjectRef
    body: JsonObject

    @property
    def uid(self) -> str:
        """The identity of this very object: one of the same name made later has another."""
        return str(self._metadata.get("uid", ""))

    @property
    def resource_version(self) -> str:
        """Changes with every write; compared for equality only."""
        return str(self._metadata.get("resourceVersion", ""))

    @property
    def deleting(self) -> bool:
        """Whether it is on its way out, held by finalizers."""
        return bool(self._metadata.get("deletionTimestamp"))

    @property
    def finalizers(self) -> tuple[str, ...]:
        """What it waits for before it goes."""
        listed = self._metadata.get("finalizers")
        return tuple(str(each) for each in listed) if isinstance(listed, list) else ()

    def annotation(self, key: str) -> str:
        """An annotation's value, empty when there is none."""
        annotations = self._metadata.get("annotations")
        return str(annotations.get(key, "")) if isinstance(annotations, dict) else ""

    @property
    def _metadata(self) -> Mapping[str, Json]:
        metadata = self.body.get("metadata")
        return metadata if isinstance(metadata, dict) else {}


class Cluster(Protocol):
    """Every method raises `ClusterFailed` when it cannot do what it says; none waits longer than its deadline."""

    def identity(self) -> ClusterIdentity:
        """Which cluster this is."""

    def lacks(self, namespace: str, kinds: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
        """Which of the namespace and the kinds (API version, kind) are not there, in words."""

    def apply(self, body: JsonObject, *, seen: Live | None) -> Live:
        """Server-side apply as `FIELD_MANAGER`, never by force; of the object `seen`, unchanged since, when given."""

    def dry_run(self, body: JsonObject) -> None:
        """What `apply` would do, asked of the server and not done."""

    def get(self, ref: ObjectRef) -> Live | None:
        """The object now, or None when there is none."""

    def list(self, api_version: str, kind: str, namespace: str, *, selector: str) -> tuple[Live, ...]:
        """All objects of a kind that the label selector names: every page of them, or `partial` is raised."""

    def delete(self, ref: ObjectRef, *, uid: str) -> None:
        """Deletes exactly the object with this uid; silent when it is gone, `stale` when another has its name."""
