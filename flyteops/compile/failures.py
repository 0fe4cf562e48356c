"""`on_failure` and `$error`: what runs after a failure, and what it may be told of it."""

from __future__ import annotations

from flyteops.compile.cases import kind_of
from flyteops.compile.nodes import call_of
from flyteops.compile.reading import Reader, kind_called
from flyteops.model.entities import Handler
from flyteops.source.tree import Mapping, Scalar


def read_handler(reader: Reader, body: Mapping, nodes: Mapping | None) -> Handler | None:
    """The failure handler of a workflow; None when it has none, or a fault. The reader's scope knows `$error`."""
    key, written = body.key("on_failure"), body.get("on_failure")
    if key is None or not isinstance(written, Mapping):
        return None
    twin = nodes.key("on_failure") if nodes is not None else None
    if twin is not None:
        reader.faults.add(
            "FO247",
            "a node cannot be called on_failure where the workflow has an on_failure",
            at=twin.place,
            label="the failure handler's steps bear this name",
            help="rename the node",
        )
        return None
    kind, name = kind_of(written)
    if not isinstance(name, Scalar):
        return None
    return call_of(reader, written, kind_called(kind), name, key)
