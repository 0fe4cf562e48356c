"""`flyteops version`."""

from __future__ import annotations

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Print the version of the tool and of what its digests are made by.")
def run(session: Session) -> int:
    """Exit 0."""
    import platform

    from flyteops.model.wire import ENTITY_WIRE
    from flyteops.views.json import render_document
    from flyteops.wiring import tool_version

    document = {"version": tool_version(), "python": platform.python_version(), "wire": sorted(ENTITY_WIRE.values())}
    if session.output.form == "json":
        session.output.result(render_document(document))
    else:
        session.output.result(f"flyteops {document['version']}")
    return Exit.OK
