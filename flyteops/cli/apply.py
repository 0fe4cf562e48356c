"""`flyteops apply`: the registry comes to what a commit says."""

from __future__ import annotations

import getpass
from time import sleep

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Plan, ask, and bring the registry to what a commit says. Twice is a no-op; killed anywhere, run it again.")
@click.option("--commit", metavar="REF", help="Apply this commit; HEAD of a clean work tree otherwise.")
@click.option("--allow-dirty", is_flag=True, help="Apply uncommitted files, in a domain that permits it.")
@click.option("-y", "--auto-approve", is_flag=True, help="Do not ask.")
def run(session: Session, commit: str | None, allow_dirty: bool, auto_approve: bool) -> int:
    """Exit 0 when the registry is at what the commit says, 5 when a rule forbids it."""
    from flyteops.model.digest import Json
    from flyteops.operations.applying import apply, check
    from flyteops.operations.planning import make
    from flyteops.plan import plan_wire
    from flyteops.views.json import render_document
    from flyteops.views.text import render_plan
    from flyteops.wiring import author, system_clock, system_ids, tool_version

    workspace = session.workspace(commit)
    output = session.output
    workspace.require_appliable(allow_dirty=allow_dirty)
    if commit is None and not workspace.tree.uncommitted() and workspace.tree.commit:
        # A clean work tree is read as its commit, so that a file edited meanwhile cannot slip in.
        workspace = session.workspace(workspace.tree.commit)
    registry = workspace.registry(writing=True)
    planned = make(workspace.tree, workspace.sources, domain=workspace.domain, registry=registry)
    check(planned, prune_limit=workspace.prune_limit, allow_dirty=allow_dirty)
    as_json = output.form == "json"
    if planned.plan.changes and not as_json:
        output.result(render_plan(planned.plan, color=output.color_results, verbose=output.verbose))
    if planned.plan.changes and not auto_approve and not _agreed(session, workspace.domain):
        return Exit.REFUSED
    applied = apply(
        planned,
        registry=registry,
        clock=system_clock(),
        ids=system_ids(),
        author=author(getpass.getuser()),
        report=output.say,
        wait=sleep,
    )
    if as_json:
        document: Json = {
            "generation": applied.generation,
            "changed": applied.changed,
            "plan": plan_wire(planned.plan, tool=tool_version()),
        }
        output.result(render_document(document))
    elif applied.changed:
        output.result(f"Applied: {workspace.domain} is at generation {applied.generation}.")
    else:
        output.result(f"Nothing to do: {workspace.domain} is at generation {applied.generation} already.")
    return Exit.OK


def _agreed(session: Session, domain: str) -> bool:
    if not session.output.interactive:
        session.output.insist(
            "not applied: nobody can be asked here; say --auto-approve (-y) to apply without a question"
        )
        return False
    answer = click.prompt(f"Apply to {domain}? Only 'yes' applies", default="no", err=True)
    if answer != "yes":
        session.output.insist("not applied")
    return bool(answer == "yes")
