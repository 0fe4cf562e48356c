"""What a cluster shall hold, and the marks by which an object there is known to be ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flyteops.model.digest import Json, JsonObject, digest_of
from flyteops.model.frozen import frozen
from flyteops.model.objects import ClusterObject
from flyteops.model.state import Fence, ObjectRecord, ObjectRef
from flyteops.ports.cluster import Live

LINEAGE = "flyteops/lineage"
"""The registry that owns the object; objects of another lineage are strangers."""
OPERATION = "flyteops/operation"
"""The apply that wrote it last: an answer that was lost is found by it."""
DIGEST = "flyteops/digest"
EPOCH = "flyteops/epoch"
MARKS = (DIGEST, EPOCH, LINEAGE, OPERATION)
TEMPLATE, CRON, WORKFLOW = "WorkflowTemplate", "CronWorkflow", "Workflow"
API = "argoproj.io/v1alpha1"
OWNED_KINDS = ((API, CRON), (API, TEMPLATE))
CLUSTER_REF = ObjectRef(api_version="v1", kind="Namespace", namespace="", name="kube-system")
"""Its record says which cluster the domain was applied to: the uid of that namespace."""


@frozen
class Wanted:
    """An object as the program wants it: `body` as emitted, `digest` of exactly that."""

    ref: ObjectRef
    body: JsonObject
    digest: str
    address: str


@frozen
class Mark:
    """What an apply writes on every object that it touches."""

    lineage: str
    operation: str
    fence: Fence


def wanted_objects(objects: Iterable[ClusterObject], *, namespace: str) -> tuple[Wanted, ...]:
    """The emitted objects with name and digest, sorted by kind and name."""
    wanted = (
        Wanted(
            ref=ObjectRef(api_version=each.api_version, kind=each.kind, namespace=namespace, name=each.name),
            body=each.body,
            digest=digest_of("flyteops.object.v1", each.body),
            address=each.address,
        )
        for each in objects
    )
    return tuple(sorted(wanted, key=lambda each: str(each.ref)))


def marked(wanted: Wanted, mark: Mark) -> JsonObject:
    """The body to apply: the emitted one with whose it is, by which apply, under which right to write."""
    marks = {
        LINEAGE: mark.lineage,
        OPERATION: mark.operation,
        DIGEST: wanted.digest,
        EPOCH: str(mark.fence.epoch),
    }
    metadata = dict(_map(wanted.body["metadata"]))
    annotations: JsonObject = {**_map(metadata.get("annotations", {})), **marks}
    metadata["annotations"] = annotations
    return {**wanted.body, "metadata": metadata}


def selector(project: str, domain: str) -> str:
    """The labels that everything of a project and domain carries, as the emitter writes them."""
    return f"app.kubernetes.io/managed-by=flyteops,flyteops/project={project},flyteops/domain={domain}"


def is_ours(live: Live, record: ObjectRecord | None, *, lineage: str) -> bool:
    """By the mark of this registry, or by the uid that it recorded. A name or a label alone owns nothing."""
    return (bool(lineage) and live.annotation(LINEAGE) == lineage) or (record is not None and record.uid == live.uid)


def cluster_of(records: Iterable[ObjectRecord]) -> str:
    """The uid of the cluster that the domain was applied to; empty when it never was."""
    return next((each.uid for each in records if each.ref == CLUSTER_REF), "")


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
