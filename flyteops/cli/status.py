"""`flyteops status`: what is applied where, by which commit."""

from __future__ import annotations

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Show what the registry holds for the domain, and which commit it came from. Reads only.")
def run(session: Session) -> int:
    """Exit 0, also when nothing was applied yet."""
    from flyteops.views.json import render_document
    from flyteops.views.status import render_status, status_wire

    workspace = session.workspace()
    registry = workspace.registry()
    snapshot = registry.snapshot(workspace.domain)
    unfinished = registry.unfinished(workspace.domain) if snapshot.lineage else ()
    if session.output.form == "json":
        session.output.result(render_document(status_wire(snapshot, unfinished)))
    else:
        session.output.result(render_status(snapshot, unfinished))
    return Exit.OK
