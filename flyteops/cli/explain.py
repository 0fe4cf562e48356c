"""`flyteops explain`: an entity or node with the origin of every value, or an error's page."""

from __future__ import annotations

import re

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

_CODE = re.compile(r"\[?(FO-?[A-Z]?[0-9]{1,4})\]?")


@command(
    "Explain an entity (task/fit) or a node (workflow/train.fit): its effective values, where each was written, its "
    "cache key, what it uses and who uses it. Or print the page of a code (FO217).",
)
@click.argument("what", metavar="ADDRESS|CODE")
def run(session: Session, what: str) -> int:
    """Exit 0, or 4 when there is no such thing."""
    code = _CODE.fullmatch(what.strip().upper())
    if code is not None:
        from flyteops.cli.pages import show_page

        return show_page(session, code.group(1))
    from flyteops.operations.explaining import explain
    from flyteops.operations.sources import load_with_readings
    from flyteops.settings import SETTINGS_FILE
    from flyteops.views.explained import explained_wire, render_explained
    from flyteops.views.json import render_document

    workspace = session.workspace()
    program, readings = load_with_readings(workspace.tree, workspace.sources, domain=workspace.domain)
    image_at = workspace.settings.places.get(f"domains.{workspace.domain}.default_image")
    found = explain(program, readings, what, settings_file=SETTINGS_FILE, image_at=image_at)
    if session.output.form == "json":
        session.output.result(render_document(explained_wire(found)))
    else:
        session.output.result(render_explained(found))
    return Exit.OK
