"""`flyteops test`: the project's own tests, run on this machine."""

from __future__ import annotations

import gc
import time
from dataclasses import replace

import click

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Run the tests of the declarations on this machine: all of them, or those named.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--junit", "report", metavar="FILE", help="Write the result as JUnit's XML, too.")
@click.option("--inline", is_flag=True, help="Run in this process, for a debugger.")
@click.option("--python", "interpreter", metavar="PATH", help="The interpreter of the tasks' code.")
@click.option("--parallel", type=click.IntRange(min=1), help="Most tasks at once; the number of cores otherwise.")
@click.option("--cache", type=click.Choice(["on", "off", "overwrite"]), default="off", show_default=True)
def run(
    session: Session,
    *,
    names: tuple[str, ...],
    report: str | None,
    inline: bool,
    interpreter: str | None,
    parallel: int | None,
    cache: str,
) -> int:
    """Exit 0 when all passed, 4 when something is invalid, 6 when a test failed."""
    from flyteops.cli.running import Options, request_of, secrets_here
    from flyteops.local import run as run_here
    from flyteops.operations.sources import load_program
    from flyteops.operations.testing import chosen, launch_of, outcome_of
    from flyteops.views.json import render_document
    from flyteops.views.testing import junit, render_tests, tests_wire
    from flyteops.wiring import system_clock, system_ids

    workspace = session.workspace()
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    if program.warnings:
        session.output.diagnostics(program.warnings, lines_of=session.lines_of)
    options = Options(inline=inline, interpreter=interpreter, parallel=parallel, cache=cache, execution=None)
    runs = [(example, launch_of(program, example)) for example in chosen(program, names)]
    secrets = [secrets_here(session, workspace, program, what) for _, what in runs]
    store, outcomes = workspace.store(), []
    gc.enable()  # what follows lasts as long as the user's code
    for (example, what), values in zip(runs, secrets, strict=True):
        begun = time.monotonic()
        request = request_of(session, workspace, what, replace(options, secrets=values))
        result = run_here(request, store=store, clock=system_clock(), ids=system_ids(), watch=lambda _: None)
        taken, root = time.monotonic() - begun, str(workspace.settings.root)
        outcomes.append(outcome_of(example, result, store=store, root=root, duration_s=taken))
        if result.phase == "aborted":
            break
    if report is not None:
        (session.start / report).write_text(junit(outcomes, project=workspace.settings.project), encoding="utf-8")
    form = session.output.form
    session.output.result(render_document(tests_wire(outcomes)) if form == "json" else render_tests(outcomes))
    if outcomes and outcomes[-1].result.phase == "aborted":
        return Exit.INTERRUPTED
    return Exit.OK if all(each.passed for each in outcomes) else Exit.RUN_FAILED
