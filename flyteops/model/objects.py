"""Objects for a cluster, as plain JSON values with their identity beside them."""

from __future__ import annotations

from flyteops.model.digest import JsonObject
from flyteops.model.frozen import frozen


@frozen
class ClusterObject:
    """One Kubernetes object. `body` is complete and plain; `address` is the entity it was emitted for.
    `notes` say what is not pinned yet, such as an image without a digest."""

    api_version: str
    kind: str
    name: str
    body: JsonObject
    address: str
    notes: tuple[str, ...] = ()
