"""What a launch plan's clock does next."""

from __future__ import annotations

import datetime as dt

from flyteops.execution.clock_changes import Changed
from flyteops.model.diagnostics import Place
from flyteops.model.entities import LaunchPlan
from flyteops.model.frozen import frozen


@frozen
class Coming:
    """One launch plan: its next slots in its zone, and the clock changes until `until` that touch its slots. Both are
    empty when it has no schedule, or is not active."""

    plan: LaunchPlan
    slots: tuple[dt.datetime, ...] = ()
    changes: tuple[Changed, ...] = ()
    until: dt.datetime
    inactive_at: Place | None = None
    """Where the plan is turned off."""
