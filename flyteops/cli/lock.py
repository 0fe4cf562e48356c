"""`flyteops lock`: pins images, and tasks of other projects, to digests."""

from __future__ import annotations

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command(
    "Pin every image and every task of another project to a digest, in flyteops.lock. A digest is taken from --image, "
    "from the lock that is there, or from the registry, which for images is asked without credentials.",
)
@click.option(
    "--image",
    "images",
    metavar="NAME=DIGEST",
    multiple=True,
    help="A digest that you know: NAME=sha256:… or REFERENCE@sha256:…; may be repeated.",
)
@click.option("--update", is_flag=True, help="Ask registries again for what is pinned already.")
@click.option("--offline", is_flag=True, help="Ask no registry.")
def run(session: Session, images: tuple[str, ...], update: bool, offline: bool) -> int:
    """Exit 0, or 1 when an image is left without a digest; what is known is written all the same."""
    from flyteops.adapters.folder import write_file
    from flyteops.model.locking import LOCK_FILE
    from flyteops.operations.locking import read_given, read_pins, relock
    from flyteops.operations.sources import load_programs
    from flyteops.views.json import render_document
    from flyteops.views.lock import lock_wire, render_lock

    workspace = session.workspace()
    programs, _ = load_programs(workspace.tree, workspace.sources)
    given = read_given(images, programs.values())
    found = relock(
        programs.values(),
        read_pins(workspace.tree),
        given=given,
        registry=None if offline else workspace.image_registry(),
        tasks=None if offline else workspace.applied_task,
        update=update,
    )
    write_file(workspace.settings.root / LOCK_FILE, found.text.encode("utf-8"))
    if session.output.form == "json":
        session.output.result(render_document(lock_wire(found)))
    else:
        session.output.result(render_lock(found))
    return Exit.OK if found.whole else Exit.OUTSIDE
