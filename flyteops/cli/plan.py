"""`flyteops plan`: what an apply would change; reads one registry snapshot and writes nothing."""

from __future__ import annotations

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Show what would change, whose interface breaks, and what must be recomputed and why. Writes nothing.")
@click.option("--commit", metavar="REF", help="Plan this commit instead of the work tree.")
@click.option("--out", metavar="FILE", help="Write the plan as JSON to FILE as well.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 for safe changes, 3 for changes that need consent.")
def run(session: Session, commit: str | None, out: str | None, detailed_exitcode: bool) -> int:
    """Exit 0; with --detailed-exitcode 2 or 3 when something would change."""
    from flyteops.operations.planning import make
    from flyteops.plan import needs_consent, plan_wire
    from flyteops.views.json import render_document
    from flyteops.views.text import render_plan
    from flyteops.wiring import tool_version

    workspace = session.workspace(commit)
    planned = make(workspace.tree, workspace.sources, domain=workspace.domain, registry=workspace.registry())
    output = session.output
    if planned.program.warnings:
        output.diagnostics(planned.program.warnings, lines_of=workspace.lines_of)
    document = plan_wire(planned.plan, tool=tool_version())
    if out:
        from flyteops.adapters.folder import write_file

        write_file(out, render_document(document).encode("utf-8"))
    if output.form == "json":
        output.result(render_document(document))
    else:
        output.result(render_plan(planned.plan, color=output.color_results, verbose=output.verbose))
    if not detailed_exitcode or not planned.plan.changes:
        return Exit.OK
    return Exit.CONSENT if needs_consent(planned.plan) else Exit.CHANGES
