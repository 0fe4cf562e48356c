"""`flyteops history`: what was applied, newest first."""

from __future__ import annotations

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Show what was applied to the domain, newest first: when, by whom, from which commit, how much. Reads only.")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
def run(session: Session, limit: int) -> int:
    """Exit 0, also when nothing was applied yet."""
    from flyteops.operations.history import past_applies
    from flyteops.views.history import history_wire, render_history
    from flyteops.views.json import render_document

    workspace = session.workspace()
    found = past_applies(workspace.domain, registry=workspace.registry(), limit=limit)
    if session.output.form == "json":
        session.output.result(render_document(history_wire(found)))
    else:
        where = f"{workspace.settings.project}/{workspace.domain}"
        session.output.result(render_history(found, where=where))
    return Exit.OK
