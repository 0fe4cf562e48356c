"""`flyteops prune`: objects of ours that nothing needs any more are shown, and deleted when somebody agrees."""

from __future__ import annotations

from time import sleep

import click

from flyteops.cli.asking import agreed
from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Show objects of ours that no declaration wants and no run needs, ask, and delete exactly those.", ("text",))
@click.option("--commit", metavar="REF", help="What this commit wants stays; HEAD of a clean work tree otherwise.")
@click.option("-y", "--auto-approve", is_flag=True, help="Do not ask.")
def run(session: Session, commit: str | None, auto_approve: bool) -> int:
    """Exit 0 when nothing is left over, 5 when a rule forbids it or nobody agreed."""
    from flyteops.operations.planning import make
    from flyteops.operations.pruning import look_for_leftovers, prune
    from flyteops.views.drift import render_leftovers
    from flyteops.wiring import system_clock, system_ids

    workspace = session.workspace(commit)
    output = session.output
    registry = workspace.registry(writing=True)
    planned = make(workspace.tree, workspace.sources, domain=workspace.domain, registry=registry)
    side = workspace.require_cluster(workspace.cluster_side(planned.program, pinned=False))
    found = look_for_leftovers(planned, side, registry=registry, limit=workspace.prune_limit)
    output.result(render_leftovers(found))
    if not found.effects:
        return Exit.OK
    question = f"Delete these objects of {workspace.domain}? Only 'yes' deletes"
    if not auto_approve and not agreed(output, question, undone="nothing was deleted", do="delete"):
        return Exit.REFUSED
    gone = prune(
        planned,
        side,
        found,
        registry=registry,
        clock=system_clock(),
        ids=system_ids(),
        report=output.say,
        wait=sleep,
    )
    output.result(f"Deleted {len(gone)} of {len(found.effects)} objects.")
    return Exit.OK
