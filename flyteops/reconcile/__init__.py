"""Plan and objects × journal × observation -> what shall be written and done. Decides, never acts."""

from flyteops.reconcile.drifting import Drift, ObjectDrift, find_drift
from flyteops.reconcile.effects import (
    Decision,
    Kept,
    Leftovers,
    Observation,
    Stranger,
    decide,
    leftovers,
    pending,
    unrecorded,
)
from flyteops.reconcile.fields import ABSENT, Absent, FieldDrift, differs, drift
from flyteops.reconcile.health import trouble_of, unfinished_runs
from flyteops.reconcile.objects import (
    API,
    CLUSTER_REF,
    CRON,
    DIGEST,
    EPOCH,
    LINEAGE,
    OPERATION,
    OWNED_KINDS,
    TEMPLATE,
    WORKFLOW,
    Mark,
    Wanted,
    cluster_of,
    is_ours,
    marked,
    selector,
    wanted_objects,
)  # fmt: skip
from flyteops.reconcile.observing import UNFINISHED, settled, used_templates
from flyteops.reconcile.pointers import effects_id, operation_id, pointer_changes

__all__ = [
    "ABSENT", "API", "CLUSTER_REF", "CRON", "DIGEST", "EPOCH", "LINEAGE", "OPERATION", "OWNED_KINDS", "TEMPLATE",
    "UNFINISHED", "WORKFLOW", "Absent", "Decision", "Drift", "FieldDrift", "Kept", "Leftovers", "Mark", "ObjectDrift",
    "Observation", "Stranger", "Wanted", "cluster_of", "decide", "differs", "drift", "effects_id", "find_drift",
    "is_ours", "leftovers", "marked", "operation_id", "pending", "pointer_changes", "selector", "settled",
    "trouble_of", "unfinished_runs", "unrecorded", "used_templates", "wanted_objects",
]  # fmt: skip
