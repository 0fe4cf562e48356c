"""`flyteops show`: one entity with the origin of its values, or an error's page."""

from __future__ import annotations

import re

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

_CODE = re.compile(r"FO-?[A-Z]?[0-9]{3}")


@command("Show an entity (task/fit) with where each value was written, a saved plan, or what a code (FO217) means.")
@click.argument("what", metavar="ADDRESS|FILE|CODE")
def run(session: Session, what: str) -> int:
    """Exit 0, or 4 when there is no such thing."""
    if _CODE.fullmatch(what.upper()):
        from flyteops.cli.pages import show_page

        return show_page(session, what.upper())
    if what.endswith(".json"):
        return _saved_plan(session, what)
    from flyteops.operations.running import find
    from flyteops.operations.sources import load_program
    from flyteops.views.entity import entity_document, render_entity
    from flyteops.views.json import render_document

    workspace = session.workspace()
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    entity = find(program, what)
    if session.output.form == "json":
        session.output.result(render_document(entity_document(program, entity)))
    else:
        session.output.result(render_entity(program, entity))
    return Exit.OK


def _saved_plan(session: Session, name: str) -> int:
    from flyteops.operations.documents import read_plan
    from flyteops.plan import plan_wire
    from flyteops.views.json import render_document
    from flyteops.views.text import render_plan
    from flyteops.wiring import tool_version

    plan = read_plan(name, (session.start / name).read_bytes())
    if session.output.form == "json":
        session.output.result(render_document(plan_wire(plan, tool=tool_version())))
    else:
        session.output.result(render_plan(plan, color=session.output.color_results, verbose=session.output.verbose))
    return Exit.OK
