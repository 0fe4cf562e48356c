"""Notifications of a local run: who would be told. On this machine nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteops.cli.output import Output

if TYPE_CHECKING:
    from flyteops.model.entities import LaunchPlan


def say_notified(output: Output, plan: LaunchPlan | None, phase: str) -> None:
    """A line for each channel that the launch plan tells of such an ending."""
    for each in plan.notifications if plan is not None else ():
        if phase in each.phases:
            output.say(f"note: in a cluster the channel {each.channel.name} ({each.channel.kind}) is told: run {phase}")
