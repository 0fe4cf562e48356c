"""A local run as the command line sees it: adapters in, progress out, one summary at the end."""

from __future__ import annotations

import gc
import getpass
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flyteops.cli.exits import Exit
from flyteops.cli.session import Session

if TYPE_CHECKING:
    from flyteops.local import RunEvent, RunRequest, RunResult
    from flyteops.operations.running import Launch
    from flyteops.wiring import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run; what to run is the launch."""

    inline: bool
    interpreter: str | None
    parallel: int | None
    cache: str
    execution: str | None


def local_run(session: Session, workspace: Workspace, what: Launch, options: Options) -> int:
    """Runs it; the exit code says whether the run succeeded."""
    from flyteops.local import run
    from flyteops.views.json import render_document
    from flyteops.views.run import render_run, run_wire
    from flyteops.wiring import system_clock, system_ids

    output = session.output
    request = _request(session, workspace, what, options)
    gc.enable()  # compiling is over; what follows lasts as long as the user's code, inside this process with --inline
    with _progress(session, inline=options.inline) as watch:
        result = run(request, store=workspace.store(), clock=system_clock(), ids=system_ids(), watch=watch)
    if output.form == "json":
        output.result(render_document(run_wire(result)))
    else:
        output.result(render_run(result, again=_again(session, workspace, what, result)))
    return _exit_of(result)


def _request(session: Session, workspace: Workspace, what: Launch, options: Options) -> RunRequest:
    from flyteops.local import RunRequest
    from flyteops.wiring import user_python

    root = workspace.settings.root
    python, why = user_python(root, options.interpreter, workspace.environ)
    if session.output.verbose:
        session.output.say(f"tasks run with {python} ({why})")
    cache = options.cache
    assert cache in ("on", "off", "overwrite")  # noqa: S101 - click offers no other
    return RunRequest(
        graph=what.graph,
        project=workspace.settings.project,
        root=str(root),
        code_roots=tuple(str(root / each) for each in workspace.settings.code_roots),
        folder=str(root / ".flyteops" / "runs"),
        execution=options.execution,
        inputs=what.inputs,
        python=python,
        parallel=options.parallel,
        scope=f"dev/{_user()}",
        cache=cache,  # type: ignore[arg-type] # the assertion above is beyond the checker
        inline=options.inline,
        failure_policy=what.failure_policy,
    )


def _user() -> str:
    """The user's name as part of a key of the store; whoever has none is `local`."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return "local"
    return "".join(each if each.isalnum() or each in "-_" else "-" for each in name) or "local"


def _progress(session: Session, *, inline: bool) -> AbstractContextManager[Callable[[RunEvent], None]]:
    """A live table on a terminal, plain lines elsewhere, nothing with -q."""
    from flyteops.views.progress import LiveProgress, progress_line

    output = session.output
    if output.quiet:
        return nullcontext(lambda _: None)
    if sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb" and not inline:
        return LiveProgress()

    def say(event: RunEvent) -> None:
        line = progress_line(event)
        if line is not None:
            output.say(line)

    return nullcontext(say)


def _again(session: Session, workspace: Workspace, what: Launch, result: RunResult) -> str:
    """The command that runs what is missing: everything that was committed is found again."""
    words = ["flyteops", "run", str(what.target), "--execution", result.execution]
    if workspace.settings.root != session.start.resolve():
        words[1:1] = ["-C", str(workspace.settings.root)]
    if session.domain:
        words += ["-d", session.domain]
    return shlex.join(words)


def _exit_of(result: RunResult) -> int:
    if result.phase == "succeeded":
        return Exit.OK
    return Exit.INTERRUPTED if result.phase == "aborted" else Exit.RUN_FAILED
