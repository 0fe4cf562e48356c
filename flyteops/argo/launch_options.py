"""Options of a launch plan that Argo has in part or not at all: refused, or told as a note, never dropped."""

from __future__ import annotations

from flyteops.argo.faults import Findings
from flyteops.model.entities import LaunchPlan


def check_options(plan: LaunchPlan, *, found: Findings) -> None:
    """Refuses what would not hold in a cluster, and notes what another part of the product has to do."""
    _concurrency(plan, found=found)
    if plan.trigger is not None:
        found.note(f"trigger of {found.address}: nothing in the cluster starts it on a new version yet")
    for notification in plan.notifications:
        channel, phases = notification.channel.name, ", ".join(notification.phases)
        found.note(f"notifications of {found.address}: nothing in the cluster tells channel {channel} yet ({phases})")


def _concurrency(plan: LaunchPlan, *, found: Findings) -> None:
    concurrency = plan.concurrency
    if concurrency is None:
        return
    if concurrency.limit > 1:
        found.refuse(
            "FO840",
            f"{concurrency.limit} runs of {found.address} at once cannot be counted by Argo alone",
            at=(found.address, "concurrency"),
            label=f"a limit of {concurrency.limit}",
            way_out="Take a limit of 1, or for the nodes of one run max_parallelism.",
        )
    elif concurrency.when_full != "queue":
        clock = "" if plan.schedule else ", and no clock starts it"
        found.note(
            f"concurrency of {found.address}: Argo counts the runs that its clock started, "
            f"not those started by hand{clock}"
        )
