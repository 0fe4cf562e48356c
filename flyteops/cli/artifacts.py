"""`flyteops artifacts`: what this user's runs have published."""

from __future__ import annotations

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@click.group(help="Look at published versions of artifacts.")
def run() -> None:
    """The group; each command stands below."""


@command("List the versions of artifacts that your own runs have published, newest first.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--partition", "held", multiple=True, metavar="KEY=VALUE", help="Only versions that have it.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many of each."
)
def ls(session: Session, names: tuple[str, ...], held: tuple[str, ...], limit: int) -> int:
    """Exit 0, also when nothing was published yet; 4 for an artifact that is not declared."""
    from flyteops.cli.running import local_scope
    from flyteops.operations.artifacts import listed
    from flyteops.operations.sources import load_program
    from flyteops.views.artifacts import render_versions, versions_wire
    from flyteops.views.json import render_document

    workspace = session.workspace()
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    partitions = dict(_pair(each) for each in held)
    store, scope = workspace.store(), local_scope()
    found = listed(program, names, partitions, store=store, scope=scope, limit=limit)
    if session.output.form == "json":
        session.output.result(render_document(versions_wire(found)))
    else:
        session.output.result(render_versions(found))
    return Exit.OK


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.BadParameter(f"{text} is not KEY=VALUE", param_hint="--partition")
    return key, value


run.add_command(ls, "ls")
