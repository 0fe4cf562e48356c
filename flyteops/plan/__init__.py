"""Program x Snapshot -> Plan: what changes, what it does to interfaces, what must be recomputed. No I/O, no clock."""

from flyteops.plan.document import plan_schema, plan_wire
from flyteops.plan.guards import refusals
from flyteops.plan.make import is_empty, make_plan, needs_consent
from flyteops.plan.saved import plan_of

__all__ = ["is_empty", "make_plan", "needs_consent", "plan_of", "plan_schema", "plan_wire", "refusals"]
