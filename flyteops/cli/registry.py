"""`flyteops registry …`: looking over, cleaning and writing down what the registry holds."""

from __future__ import annotations

from pathlib import Path
from time import sleep

import click

from flyteops.cli.asking import agreed
from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@click.group(help="Look over the registry, clean it, or write a snapshot of it to a file.")
def run() -> None:
    """The group; each command below is one of its own."""


@command("Recompute every digest and seal of the project, in all its domains, and name what does not fit. Reads only.")
def verify(session: Session) -> int:
    """Exit 0 when everything fits, 5 when something does not."""
    from flyteops.operations.registry_care import require_sound
    from flyteops.views.history import misfits_wire, render_misfits
    from flyteops.views.json import render_document

    registry = session.workspace().registry()
    described = registry.described()
    found = registry.verify()
    if session.output.form == "json":
        session.output.result(render_document(misfits_wire(found)))
    else:
        session.output.result(render_misfits(found, described=described))
    require_sound(found, described=described)
    return Exit.OK


@command("Show what no pointer and no kept revision needs, ask, and drop it.")
@click.option("--keep", type=click.IntRange(min=1), default=20, show_default=True, help="Revisions that stay whole.")
@click.option("-y", "--auto-approve", is_flag=True, help="Do not ask.")
def gc(session: Session, keep: int, auto_approve: bool) -> int:
    """Exit 0 when nothing is left to drop, 5 when nobody agreed."""
    from flyteops.operations.registry_care import drop
    from flyteops.views.history import garbage_wire, render_garbage
    from flyteops.views.json import render_document
    from flyteops.wiring import system_clock, system_ids

    workspace, output = session.workspace(), session.output
    registry = workspace.registry()
    found = registry.garbage(workspace.domain, keep)
    as_json = output.form == "json"
    if not as_json:
        output.result(render_garbage(found, keep=keep, verbose=output.verbose))
    question = "Drop these? Only 'yes' drops; older generations are then no longer whole"
    if found and not auto_approve and not agreed(output, question, undone="nothing was dropped", do="drop"):
        return Exit.REFUSED
    dropped = 0
    if found:
        dropped = drop(
            workspace.domain,
            found,
            keep=keep,
            registry=registry,
            clock=system_clock(),
            ids=system_ids(),
            report=output.say,
            wait=sleep,
        )
    if as_json:
        output.result(render_document(garbage_wire(found, dropped=dropped)))
    elif found:
        output.result(f"Dropped {dropped} of {len(found)}.")
    return Exit.OK


@command("Write what the registry holds for the domain to a JSON file, from which a plan can be made.", ("text",))
@click.option("--out", metavar="FILE", required=True, help="The file.")
def snapshot(session: Session, out: str) -> int:
    """Exit 0; a domain to which nothing was applied has a snapshot too."""
    from flyteops.adapters.folder import write_file
    from flyteops.model.snapshot_wire import snapshot_wire
    from flyteops.views.json import render_document
    from flyteops.wiring import tool_version

    workspace = session.workspace()
    held = workspace.registry().snapshot(workspace.domain)
    document = snapshot_wire(held, tool=tool_version())
    write_file(str(Path(out)), render_document(document).encode("utf-8"))
    session.output.result(
        f"{out}: {held.project}/{held.domain} at generation {held.generation}, {len(held.entities)} entities"
    )
    return Exit.OK


run.add_command(verify, "verify")
run.add_command(gc, "gc")
run.add_command(snapshot, "snapshot")
