"""`flyteops diff`: two domains, two commits, a generation and a commit, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

if TYPE_CHECKING:
    from flyteops.plan.comparing import Side

_LONGEST_GENERATION = 6
"""Digits; what is longer is a commit."""


@command(
    "Show what differs between two of: a domain, a generation (its number), a commit. B is the work tree otherwise."
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when they differ.")
def run(session: Session, before: str, after: str | None, detailed_exitcode: bool) -> int:
    """Exit 0; with --detailed-exitcode 2 when something differs."""
    from flyteops.plan.comparing import compare, comparison_wire
    from flyteops.views.comparison import render_comparison
    from flyteops.views.json import render_document

    one, other = _side(session, before), _side(session, after)
    changes = compare(one, other)
    if session.output.form == "json":
        session.output.result(render_document(comparison_wire(one, other, changes)))
    else:
        text = render_comparison(one, other, changes, color=session.output.color_results)
        session.output.result(text)
    return Exit.CHANGES if changes and detailed_exitcode else Exit.OK


def _side(session: Session, name: str | None) -> Side:
    """A declared domain, a generation of the domain at hand, else a commit; without a name the work tree."""
    from flyteops.operations.comparing import side_of_snapshot, side_of_tree

    workspace = session.workspace()
    domain = workspace.domain
    if name is None:
        return side_of_tree("the work tree", workspace.tree, workspace.sources, domain=domain)
    if name in workspace.settings.domains:
        return side_of_snapshot(f"domain {name}", workspace.registry().snapshot(name))
    if name.isascii() and name.isdecimal() and len(name) <= _LONGEST_GENERATION:
        snapshot = workspace.registry().snapshot_at(domain, int(name))
        return side_of_snapshot(f"generation {name} of {domain}", snapshot)
    workspace = session.workspace(name)
    commit = workspace.tree.commit or name
    return side_of_tree(f"commit {commit[:12]} for {domain}", workspace.tree, workspace.sources, domain=domain)
