"""What a local run has beside its result: who would be told, what it published, what waits for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteops.cli.output import Output
from flyteops.cli.session import Session

if TYPE_CHECKING:
    from flyteops.local import RunResult
    from flyteops.model.entities import LaunchPlan
    from flyteops.model.program import Program
    from flyteops.operations.running import Launch
    from flyteops.wiring import Workspace


def say_notified(output: Output, plan: LaunchPlan | None, phase: str) -> None:
    """A line for each channel that the launch plan tells of such an ending; on this machine nothing is sent."""
    for each in plan.notifications if plan is not None else ():
        if phase in each.phases:
            output.say(f"note: in a cluster the channel {each.channel.name} ({each.channel.kind}) is told: run {phase}")


def say_artifacts(session: Session, workspace: Workspace, program: Program, what: Launch, result: RunResult) -> None:
    """A line for each version that the run published, and for each launch plan that waits for it."""
    from flyteops.cli.running import local_scope
    from flyteops.operations.artifacts import awaited, published

    store = workspace.store()
    if what.plan is None or result.phase != "succeeded":
        return
    for version in published(program, what.plan.workflow, result.execution, store=store, scope=local_scope()):
        session.output.say(f"note: published {version}")
        for name in awaited(program, version):
            session.output.say(f"note: launch_plan/{name} waits for it: flyteops run launch_plan/{name}")
