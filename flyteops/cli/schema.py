"""`flyteops schema`: the published schemas, and that of the inputs of a launch."""

from __future__ import annotations

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command(
    "Print a JSON Schema: of a kind of file (project, declarations, plan, ...), or of the inputs of a launch plan, "
    "workflow or task. Without a name, list the published ones.",
)
@click.argument("what", metavar="[NAME|ADDRESS]", required=False)
def run(session: Session, what: str | None) -> int:
    """Exit 0, or 4 when there is no such schema or entity."""
    from flyteops.cli.published import ALIASES, PUBLISHED, published_schema
    from flyteops.views.json import render_document

    if what is None:
        session.output.result(_listed(session, PUBLISHED))
        return Exit.OK
    name = ALIASES.get(what, what)
    if name in PUBLISHED:
        session.output.result(render_document(published_schema(name)))
        return Exit.OK
    from flyteops.operations.launch_inputs import launch_inputs_schema
    from flyteops.operations.sources import load_program

    workspace = session.workspace()
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    session.output.result(render_document(launch_inputs_schema(program, what, published=tuple(PUBLISHED))))
    return Exit.OK


def _listed(session: Session, published: dict[str, str]) -> str:
    from flyteops.views.json import render_document

    if session.output.form == "json":
        return render_document([{"name": name, "about": about} for name, about in published.items()])
    width = max(map(len, published))
    lines = [f"{name:<{width}}  {about}" for name, about in published.items()]
    lines.append(f"{'ADDRESS':<{width}}  The inputs of a launch, as launch_plan/nightly, workflow/train or task/fit.")
    return "\n".join(lines) + "\n"
