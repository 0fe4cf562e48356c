"""`flyteops plan`: what an apply would change; reads one registry snapshot and writes nothing."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

if TYPE_CHECKING:
    from flyteops.model.digest import JsonObject
    from flyteops.model.plan import Deltas, Plan, PlanContext
    from flyteops.operations.planning import Planned
    from flyteops.wiring import Workspace


@command(
    "Show what would change, whose interface breaks, and what must be recomputed and why. Writes nothing.",
    forms=("text", "json", "md", "github"),
)
@click.option("--commit", metavar="REF", help="Plan this commit instead of the work tree.")
@click.option("--against", metavar="REF", help="Tell what changed since this commit from what was pending before it.")
@click.option("--snapshot", metavar="FILE", help="Plan from what `registry snapshot` wrote; no registry is asked.")
@click.option("--out", metavar="FILE", help="Write the plan as JSON to FILE as well, for `apply FILE`.")
@click.option("--json-into", metavar="FILE", help="The same, for a reader that is no apply.")
@click.option("--runs", is_flag=True, help="Ask the domain's cluster, too, which runs are not over.")
@click.option("--measured", is_flag=True, help="Ask the domain's store, also a bucket, how long tasks took.")
@click.option("--at", metavar="TIME", help="Tell the next firings as of this moment (RFC 3339) instead of now.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 for safe changes, 3 for changes that need consent.")
def run(  # noqa: PLR0913, PLR0917 - the options of the command
    session: Session,
    commit: str | None,
    against: str | None,
    snapshot: str | None,
    out: str | None,
    json_into: str | None,
    runs: bool,
    measured: bool,
    at: str | None,
    detailed_exitcode: bool,
) -> int:
    """Exit 0; with --detailed-exitcode 2 or 3 when something would change."""
    workspace = session.workspace(commit)
    workspace.begin()  # beside the imports
    from flyteops.cli.running import local_scope
    from flyteops.operations.planning import context_of, make
    from flyteops.plan import needs_consent, plan_wire
    from flyteops.views.json import render_document
    from flyteops.wiring import tool_version

    now_ms = _moment_ms(at)
    # Two deltas are told of all entities, so that a part of the program is not enough.
    cache = None if against else workspace.parse_cache()
    file = workspace.snapshot_file(session.start / snapshot) if snapshot else None
    with file.blamed() if file else nullcontext():
        planned = make(
            workspace.tree,
            workspace.sources,
            domain=workspace.domain,
            registry=file or workspace.registry(),
            cache=cache,
            cluster=workspace.cluster_place,
        )
        workspace.keep()
        if planned.program.warnings:
            session.output.diagnostics(planned.program.warnings, lines_of=workspace.lines_of)
        deltas = _deltas(session, workspace, planned, against) if against else None
        context = context_of(
            planned,
            now_ms=now_ms,
            deltas=deltas,
            verdict=workspace.verdict(planned),
            unfinished_runs=workspace.runs_not_over() if runs else None,
            timings=workspace.timings(planned.plan, user=local_scope(), remote=measured),
        )
        document = plan_wire(planned.plan, tool=tool_version(), context=context)
    for name in (out, json_into):
        if name:
            from flyteops.adapters.folder import write_file

            write_file(name, render_document(document).encode("utf-8"))
    session.output.result(_rendered(session, workspace, planned.plan, context, document))
    if not detailed_exitcode or not planned.plan.changes:
        return Exit.OK
    return Exit.CONSENT if needs_consent(planned.plan) else Exit.CHANGES


def _rendered(session: Session, workspace: Workspace, plan: Plan, context: PlanContext, document: JsonObject) -> str:
    output = session.output
    match output.form:
        case "json":
            from flyteops.views.json import render_document

            return render_document(document)
        case "md":
            from flyteops.views.markdown import render_comment

            return render_comment(plan, context)
        case "github":
            from flyteops.views.github import plan_annotations

            return plan_annotations(plan, context, folder=workspace.folder)
        case _:
            from flyteops.views.text import render_plan

            return render_plan(plan, color=output.color_results, verbose=output.verbose, context=context)


def _moment_ms(text: str | None) -> int:
    if text is None:
        from flyteops.wiring import system_clock

        return system_clock().now_ms()
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError as wrong:
        raise click.BadParameter(f"{text!r} is no moment such as 2026-01-31T08:00:00Z", param_hint="--at") from wrong
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _deltas(session: Session, workspace: Workspace, planned: Planned, against: str) -> Deltas | None:
    """The two deltas; None, with a word of why, when the base commit itself cannot be read as a project."""
    from flyteops.model.errors import InvalidProject
    from flyteops.operations.planning import deltas_of

    commit = workspace.base_commit(against)
    base = session.workspace(commit)
    session.opened.remove(base)
    try:
        return deltas_of(planned, base.tree, base.sources)
    except InvalidProject as invalid:
        count = len(invalid.diagnostics)
        session.output.insist(
            f"the project at {commit[:12]} has {count} fault{'s' if count > 1 else ''}, so that this change and "
            "what was pending before it cannot be told apart; this is the whole plan"
        )
        return None
