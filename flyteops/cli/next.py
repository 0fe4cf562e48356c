"""`flyteops next`: the coming slots of schedules."""

from __future__ import annotations

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Show when the schedules of launch plans start next, by their zone and by UTC, and what clock changes do.")
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option("--count", type=click.IntRange(1, 1000), default=5, show_default=True, help="Slots of each plan.")
@click.option("--after", metavar="TIME", help="Look from this moment on (RFC 3339); now otherwise.")
def run(session: Session, addresses: tuple[str, ...], count: int, after: str | None) -> int:
    """Exit 0, or 4 when an address is of no launch plan."""
    import datetime as dt

    from flyteops.operations.foretelling import coming_slots
    from flyteops.operations.given import read_moment
    from flyteops.operations.sources import load_program
    from flyteops.views.json import render_document
    from flyteops.views.upcoming import coming_wire, render_coming
    from flyteops.wiring import system_clock

    now = dt.datetime.fromtimestamp(system_clock().now_ms() // 1000, dt.UTC)
    moment = read_moment(after, "--after") if after else now
    workspace = session.workspace()
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    found = coming_slots(program, addresses, after=moment, count=count)
    if session.output.form == "json":
        session.output.result(render_document(coming_wire(found)))
    else:
        session.output.result(render_coming(found, where=f"{program.project}/{program.domain}"))
    return Exit.OK
