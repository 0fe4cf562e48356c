"""`flyteops validate`: declarations and signatures, offline; no registry, no network, no user code."""

from __future__ import annotations

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command(
    "Check every declaration, its wiring and the Python signatures behind it. Imports no user code.",
    forms=("text", "json", "github", "sarif"),
)
def run(session: Session) -> int:
    """Exit 0 or 4; `-o json` prints the list of diagnostics, empty when there is none."""
    from flyteops.model.errors import InvalidProject
    from flyteops.operations.validating import validate
    from flyteops.views.json import render_diagnostics

    workspace = session.workspace()
    domains = (workspace.domain,) if session.domain else workspace.sources.domains
    try:
        report = validate(workspace.tree, workspace.sources, domains=domains)
        found, code = report.warnings, Exit.OK
    except InvalidProject as invalid:
        report, found, code = None, invalid.diagnostics, Exit.INVALID
    if session.output.form == "json":
        session.output.result(render_diagnostics(found))
        return code
    if session.output.form == "github":
        from flyteops.views.github import diagnostics_annotations

        session.output.result(diagnostics_annotations(found, folder=workspace.folder))
        return code
    if session.output.form == "sarif":
        from flyteops.model.catalogue import CATALOGUE
        from flyteops.views.json import render_document
        from flyteops.views.sarif import sarif_wire
        from flyteops.wiring import tool_version

        log = sarif_wire(found, tool=tool_version(), catalogue=CATALOGUE, folder=workspace.folder)
        session.output.result(render_document(log))
        return code
    if found:
        session.output.diagnostics(found, lines_of=workspace.lines_of)
    if report is not None:
        session.output.result(report.summary)
    return code
