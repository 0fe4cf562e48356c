"""The entry point: lazy commands, the error boundary, exit codes. Imports almost nothing."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from flyteops.cli.exits import Exit

COMMANDS: dict[str, str] = {
    "init": "Start a project: a small pipeline, settings and schemas.",
    "validate": "Check declarations and Python signatures, offline.",
    "plan": "Show what an apply would change, break and recompute.",
    "apply": "Bring registry and cluster to what a commit says.",
    "drift": "Show where the cluster differs from what was applied.",
    "prune": "Delete objects of ours that nothing needs any more.",
    "diff": "Show what differs between two domains, generations or commits.",
    "run": "Run a workflow, launch plan or task on this machine.",
    "lock": "Pin images and tasks of other projects to digests.",
    "test": "Run the project's own tests on this machine.",
    "render": "Write the Argo objects that a cluster would get.",
    "show": "Show one entity, a saved plan, or what an error's code means.",
    "explain": "Explain an entity, a node or a code: values, where each was written, who depends on it.",
    "graph": "Draw a workflow.",
    "next": "Show when schedules start next, and what clock changes do to them.",
    "artifacts": "List what your runs have published.",
    "schema": "Print the JSON Schema of a file, or of the inputs of a launch.",
    "status": "Show what is applied, and by which commit.",
    "history": "Show what was applied, newest first.",
    "rollback": "Go back to an older generation, as a new one.",
    "registry": "Look over, clean or write down the registry.",
    "doctor": "Check this machine and print each setting's origin.",
    "version": "Print the version.",
}

ELSEWHERE: dict[str, str] = {
    "register": "apply",
    "deploy": "apply",
    "sync": "apply",
    "up": "apply",
    "submit": "run",
    "execute": "run",
    "package": "render",
    "compile": "render",
    "serialize": "render",
    "preview": "plan",
    "parse": "validate",
    "list": "status",
    "get": "show",
}
"""What people coming from other tools type, and our word for it."""

ALIASES = {"lint": "validate", "check": "validate"}


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The commands in the order of a first day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, from the module of its name."""
        name = ALIASES.get(cmd_name, cmd_name)
        if name in COMMANDS:
            command: click.Command = import_module(f"flyteops.cli.{name}").run
            return command
        if name in ELSEWHERE:
            ctx.fail(f"there is no command {cmd_name!r} here: use `flyteops {ELSEWHERE[name]}`")
        from difflib import get_close_matches

        near = get_close_matches(name, COMMANDS, n=1)
        if near:
            ctx.fail(f"there is no command {cmd_name!r}: did you mean `flyteops {near[0]}`?")
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list for `--help`, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("-C", "directory", metavar="DIR", help="Work as if started in DIR.")
@click.option("-p", "--project", help="Project name; flyteops.yaml says it otherwise.")
@click.option("-d", "--domain", help="Domain; the settings' default one otherwise.")
@click.option("-q", "--quiet", is_flag=True, help="Only the result and errors.")
@click.option("-v", "--verbose", is_flag=True, help="More detail, and our own tracebacks.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), help="Colour; auto: on a terminal only.")
@click.option("--no-input", is_flag=True, help="Never ask; fail where a question would be asked.")
@click.version_option(package_name="flyteops", message="%(package)s %(version)s")
@click.pass_context
def program(ctx: click.Context, /, **given: object) -> None:
    """Declarative pipelines: YAML in git, ordinary Python functions, plans that can be trusted."""
    ctx.obj = {name: value for name, value in given.items() if value not in (None, False)}


def entry() -> NoReturn:
    """What the program `flyteops` is: `main`, and an end at once when all else has ended."""
    ended: list[int] = []
    atexit.register(_leave, ended)  # the first to be registered is the last to be called
    ended.append(main())
    sys.exit(ended[0])


def _leave(ended: list[int]) -> None:
    """Ends the process without freeing piece by piece what it holds: a twentieth of a plan of ten thousand."""
    if not ended:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # told as Python tells it
    os._exit(ended[0])


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code; prints nothing but results on stdout."""
    _open_streams()
    # A command makes values that live until its end, and next to no cycles: the collector would walk all of them
    # again and again and free nothing (a third of the time of a plan). `run` turns it on again for user code.
    collected = gc.isenabled()
    gc.disable()
    try:
        return _main(argv)
    finally:
        if collected:
            gc.enable()


def _open_streams() -> None:
    """A closed stdout or stderr (`>&-`) becomes /dev/null: else the next file opened would take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end


def _main(argv: Sequence[str] | None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = program.main(args=arguments, prog_name="flyteops", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        return Exit.INTERRUPTED
    except click.ClickException as wrong:
        wrong.show(file=sys.stderr)
        return Exit.USAGE
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:  # noqa: BLE001 - the one boundary: every family and our own bugs end here
        from flyteops.cli.boundary import explain

        return explain(error, arguments)
    return code if isinstance(code, int) else Exit.OK


def _reader_left() -> int:
    """The reader of a pipe went away, as `head` does: no traceback, and no second failure at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.OK
