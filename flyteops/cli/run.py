"""`flyteops run`: the same pipeline on this machine, with the cache, the retries and the commits of a cluster run."""

from __future__ import annotations

import click

from flyteops.cli.options import command
from flyteops.cli.session import Session


@command("Run a workflow, launch plan or task of the work tree on this machine. Needs no apply.")
@click.argument("address")
@click.option("--input", "words", multiple=True, metavar="NAME=VALUE", help="An input; may be repeated.")
@click.option("--inputs", "--inputs-file", "inputs_file", metavar="FILE", help="Inputs as YAML, or JSON; - for stdin.")
@click.option("--slot", metavar="TIME", help="The scheduled time, for the plan's kickoff_time_input (RFC 3339).")
@click.option("--inline", is_flag=True, help="Run in this process, for a debugger.")
@click.option("--python", "interpreter", metavar="PATH", help="The interpreter of the tasks' code.")
@click.option("--parallel", type=click.IntRange(min=1), help="Most tasks at once; the number of cores otherwise.")
@click.option(
    "--cache",
    "cache",
    type=click.Choice(["on", "off", "overwrite"]),
    help="What is done with cached results: on, unless the launch plan says overwrite_cache.",
)
@click.option("--approve", "approved", multiple=True, metavar="NODE", help="Consent to an approve gate beforehand.")
@click.option("--refuse", "refused", multiple=True, metavar="NODE", help="Refuse a gate: its node fails.")
@click.option("--answer", "answers", multiple=True, metavar="NODE=VALUE", help="The value of a wait_for_input gate.")
@click.option("--execution", metavar="ID", help="Name this run, or continue the run of that name.")
def run(  # noqa: PLR0913 - one argument an option
    session: Session,
    *,
    address: str,
    words: tuple[str, ...],
    inputs_file: str | None,
    slot: str | None,
    inline: bool,
    interpreter: str | None,
    parallel: int | None,
    cache: str | None,
    execution: str | None,
    approved: tuple[str, ...],
    refused: tuple[str, ...],
    answers: tuple[str, ...],
) -> int:
    """Exit 0, 4 when address or inputs are invalid, 6 when the run failed, 130 or 143 when a signal stopped it."""
    from flyteops.cli.launching import launch_of
    from flyteops.cli.running import Options, artifact_look, local_run, secrets_here
    from flyteops.operations.sources import load_program

    workspace = session.workspace()
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    if program.warnings:
        session.output.diagnostics(program.warnings, lines_of=session.lines_of)
    look = artifact_look(workspace, execution)
    what = launch_of(session, program, address, words=words, inputs_file=inputs_file, slot=slot, look=look)
    options = Options(
        inline=inline,
        interpreter=interpreter,
        parallel=parallel,
        cache=cache,
        execution=execution,
        approved=approved,
        refused=refused,
        answers=answers,
        words=words,
        inputs_file=inputs_file,
        slot=slot,
        secrets=secrets_here(session, workspace, program, what),
    )
    return local_run(session, workspace, program, what, options)
