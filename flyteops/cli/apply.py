"""`flyteops apply`: the registry comes to what a commit says."""

from __future__ import annotations

import getpass
from time import sleep
from typing import TYPE_CHECKING

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

if TYPE_CHECKING:
    from flyteops.model.plan import Plan


@command("Plan, ask, and bring the registry to what a commit says. Twice is a no-op; killed anywhere, run it again.")
@click.option("--commit", metavar="REF", help="Apply this commit; HEAD of a clean work tree otherwise.")
@click.option("--allow-dirty", is_flag=True, help="Apply uncommitted files, in a domain that permits it.")
@click.option("--allow", metavar="RULE[:ADDRESS]", multiple=True, help="Consent to one rule, in an unprotected domain.")
@click.option("--parallelism", type=click.IntRange(1, 64), help="Calls to the cluster at a time; 8 otherwise.")
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0, 3600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest wait until the cluster serves what was applied.",
)
@click.option("--accept-cluster", metavar="UID", help="The domain moves to this cluster, such as one built anew.")
@click.option("-y", "--auto-approve", is_flag=True, help="Do not ask.")
@click.argument("saved", metavar="[PLAN]", required=False)
def run(  # noqa: PLR0913 - one argument an option
    session: Session,
    *,
    commit: str | None,
    allow_dirty: bool,
    allow: tuple[str, ...],
    parallelism: int | None,
    wait_s: float,
    accept_cluster: str | None,
    auto_approve: bool,
    saved: str | None,
) -> int:
    """Exit 0 when the registry is at what the commit says, 5 when a rule forbids it."""
    from flyteops.model.digest import Json
    from flyteops.operations.applying import apply, check
    from flyteops.operations.planning import context_of, make, require_same
    from flyteops.plan import plan_wire
    from flyteops.views.json import render_document
    from flyteops.views.text import render_plan
    from flyteops.wiring import author, system_clock, system_ids, tool_version

    _known_rules(allow)
    reviewed = _reviewed(session, saved) if saved else None
    if reviewed and not commit and not reviewed[0].tree.uncommitted:
        commit = reviewed[0].tree.commit
    workspace = session.workspace(commit)
    output = session.output
    workspace.require_appliable(allow_dirty=allow_dirty)
    if commit is None and not workspace.tree.uncommitted() and workspace.tree.commit:
        # A clean work tree is read as its commit, so that a file edited meanwhile cannot slip in.
        workspace = session.workspace(workspace.tree.commit)
    registry = workspace.registry(writing=True)
    planned = make(
        workspace.tree,
        workspace.sources,
        domain=workspace.domain,
        registry=registry,
        cluster=workspace.cluster_place,
    )
    if reviewed:
        require_same(*reviewed, planned, tool=tool_version())
    verdict = workspace.verdict(planned, allow=allow)
    check(planned, prune_limit=workspace.prune_limit, allow_dirty=allow_dirty, verdict=verdict)
    side = workspace.cluster_side(
        planned.program, parallelism=parallelism, accepted=accept_cluster or "", wait_s=wait_s
    )
    as_json = output.form == "json"
    if planned.plan.changes and not as_json:
        context = context_of(
            planned,
            now_ms=system_clock().now_ms(),
            verdict=verdict,
            unfinished_runs=workspace.runs_not_over() if side else None,
        )
        output.result(render_plan(planned.plan, color=output.color_results, verbose=output.verbose, context=context))
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
        side=side,
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


def _known_rules(allow: tuple[str, ...]) -> None:
    """A slip of the pen must not look like a consent."""
    from flyteops.operations.consenting import KNOWN_RULES

    for text in allow:
        if text.partition(":")[0] not in KNOWN_RULES:
            raise click.BadParameter(f"{text!r} names none of {', '.join(KNOWN_RULES)}", param_hint="--allow")


def _reviewed(session: Session, name: str) -> tuple[Plan, str]:
    """The saved plan and the tool that made it: compared with the plan made now, never carried out."""
    from flyteops.operations.documents import read_saved_plan

    return read_saved_plan(name, (session.start / name).read_bytes())


def _agreed(session: Session, domain: str) -> bool:
    from flyteops.cli.asking import agreed

    return agreed(session.output, f"Apply to {domain}? Only 'yes' applies", undone="not applied", do="apply")
