"""`flyteops doctor`: this machine, and each setting with where it came from."""

from __future__ import annotations

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Check what flyteops needs on this machine, and print each setting with the place it came from.")
def run(session: Session) -> int:
    """Exit 0 when everything a local run needs is there, 1 otherwise."""
    from flyteops.cli.examining import examine
    from flyteops.views.doctor import findings_wire, render_findings, worst
    from flyteops.views.json import render_document

    findings = examine(session.workspace)
    if session.output.form == "json":
        session.output.result(render_document(findings_wire(findings)))
    else:
        session.output.result(render_findings(findings, color=session.output.color_results))
    return Exit.OUTSIDE if worst(findings) == "bad" else Exit.OK
