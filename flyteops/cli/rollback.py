"""`flyteops rollback`: the registry goes back to an older generation, as a new one."""

from __future__ import annotations

import getpass
from time import sleep

import click

from flyteops.cli.asking import agreed
from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Show what going back to an older generation would move, ask, and publish it as a new generation.")
@click.option("--to", "generation", type=click.IntRange(min=1), required=True, help="The generation; see `history`.")
@click.option("-y", "--auto-approve", is_flag=True, help="Do not ask.")
def run(session: Session, generation: int, auto_approve: bool) -> int:
    """Exit 0 when the pointers are those of the generation, 5 when a rule forbids it or nobody agreed."""
    from flyteops.operations.rolling_back import look_back, require_registry_only, roll_back
    from flyteops.views.history import render_rollback, rollback_wire
    from flyteops.views.json import render_document
    from flyteops.wiring import author, system_clock, system_ids

    workspace, output = session.workspace(), session.output
    registry = workspace.registry(writing=True)
    found = look_back(workspace.domain, generation, registry=registry)
    has_cluster = workspace.settings.domains[workspace.domain].cluster is not None
    commit = found.then.revision.commit if found.then.revision else ""
    require_registry_only(workspace.domain, has_cluster=has_cluster, commit=commit)
    as_json = output.form == "json"
    if not as_json:
        output.result(render_rollback(found.now, found.then, found.changes))
    question = f"Move these pointers of {workspace.domain}? Only 'yes' moves"
    if found.changes and not auto_approve and not agreed(output, question, undone="nothing was moved", do="move"):
        return Exit.REFUSED
    reached = roll_back(
        found,
        registry=registry,
        clock=system_clock(),
        ids=system_ids(),
        author=author(getpass.getuser()),
        report=output.say,
        wait=sleep,
    )
    if as_json:
        output.result(render_document(rollback_wire(found.now, found.then, found.changes, generation=reached)))
    elif found.changes:
        output.result(
            f"Rolled back: {workspace.domain} is at generation {reached}, which points where {generation} did."
        )
    return Exit.OK
