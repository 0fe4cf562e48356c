"""Program x Snapshot -> Plan: what changes, what it does to interfaces, what must be recomputed. No I/O, no clock."""

from flyteops.plan.document import plan_schema, plan_wire
from flyteops.plan.guards import DEFAULT_PRUNE_LIMIT, History, Rules, Verdict, judge, refusals
from flyteops.plan.make import is_empty, make_plan, needs_consent, stands_out, without_lineage
from flyteops.plan.saved import plan_of

__all__ = [
    "DEFAULT_PRUNE_LIMIT",
    "History",
    "Rules",
    "Verdict",
    "is_empty",
    "judge",
    "make_plan",
    "needs_consent",
    "plan_of",
    "plan_schema",
    "plan_wire",
    "refusals",
    "stands_out",
    "without_lineage",
]
