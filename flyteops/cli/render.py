"""`flyteops render`: the Argo objects a cluster would get, one file an object, the same bytes every time."""

from __future__ import annotations

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

MARK = "# rendered by flyteops; edits are lost\n"


@command("Write the Argo objects that a cluster would get. Needs no cluster; what is not pinned yet is said.")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option("--out", required=True, metavar="DIR", help="Folder to write to, one file an object.")
@click.option("--commit", metavar="REF", help="Render this commit instead of the work tree.")
@click.option("--verify", is_flag=True, help="Read every object back through Hera as well (extra `hera`).")
def run(session: Session, addresses: tuple[str, ...], out: str, commit: str | None, verify: bool) -> int:
    """Exit 0 when every object was emitted, verified and written."""
    from flyteops.adapters.folder import replace_files
    from flyteops.operations.rendering import render, round_trips
    from flyteops.operations.sources import load_program
    from flyteops.views.json import render_document

    workspace = session.workspace(commit)
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    rendered = render(program, addresses, target=workspace.target())
    if verify:
        round_trips(rendered.objects)
    files = {name: (MARK + text).encode("utf-8") for name, text in rendered.files.items()}
    # A part of the project never takes away what was rendered of the rest.
    removed = replace_files(session.start / out, files, mark=None if addresses else MARK.encode("utf-8"))
    output = session.output
    if output.form == "json":
        listed = [
            {"address": each.address, "kind": each.kind, "name": each.name, "notes": list(each.notes)}
            for each in rendered.objects
        ]
        output.result(render_document({"objects": listed, "removed": list(removed)}))
        return Exit.OK
    for name in removed:
        output.say(f"removed: {name}, which is rendered no more")
    for note in rendered.notes:
        output.say(f"note: {note}")
    output.result("".join(f"{out.rstrip('/')}/{name}\n" for name in sorted(files)))
    return Exit.OK
