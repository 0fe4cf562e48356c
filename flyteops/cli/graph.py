"""`flyteops graph`: a workflow as a drawing."""

from __future__ import annotations

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

_MOST_EDGES = 500
"""GitHub draws no mermaid with more."""


@command(
    "Draw a workflow, launch plan or task, sub-workflows and switches spelt out: mermaid (the default), dot for "
    "Graphviz, svg, or json.",
    forms=("mermaid", "dot", "svg", "json"),
)
@click.argument("address")
def run(session: Session, address: str) -> int:
    """Exit 0, or 4 when there is no such entity."""
    from flyteops.operations.drawing import drawable
    from flyteops.operations.sources import load_program
    from flyteops.views.drawing.from_run import picture_of

    workspace = session.workspace()
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    found = drawable(program, address)
    picture = picture_of(
        found.graph,
        title=str(found.target),
        description=found.description,
        program=program,
        workflow=found.workflow,
    )
    match session.output.form:
        case "svg":
            from flyteops.views.drawing.svg import render_svg

            session.output.result(render_svg(picture))
        case "dot":
            from flyteops.views.drawing.dot_text import render_dot

            session.output.result(render_dot(picture))
        case "json":
            from flyteops.views.drawing.picture import picture_wire
            from flyteops.views.json import render_document

            session.output.result(render_document(picture_wire(picture)))
        case _:
            from flyteops.views.drawing.mermaid_text import render_mermaid

            if len(picture.edges) > _MOST_EDGES:
                session.output.say(f"note: {len(picture.edges)} edges; GitHub draws at most {_MOST_EDGES}: see -o svg")
            session.output.result(render_mermaid(picture))
    return Exit.OK
