"""A local run as the command line sees it: adapters in, progress out, one summary at the end."""

from __future__ import annotations

import gc
import getpass
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import field, replace
from typing import TYPE_CHECKING

from flyteops.cli.exits import Exit
from flyteops.cli.notified import say_artifacts, say_notified
from flyteops.cli.session import Session
from flyteops.model.frozen import frozen

if TYPE_CHECKING:
    from flyteops.local import RunEvent, RunRequest, RunResult
    from flyteops.model.artifacts import Found
    from flyteops.model.digest import JsonObject
    from flyteops.model.program import Program
    from flyteops.operations.answering import Said
    from flyteops.operations.running import Launch, Look
    from flyteops.wiring import Workspace


@frozen
class Options:
    """How to run; what to run is the launch."""

    inline: bool
    interpreter: str | None
    parallel: int | None
    cache: str | None
    """None: as the launch plan says."""
    execution: str | None
    words: tuple[str, ...] = ()
    """`--input` as it was written, `--inputs` and `--slot`: the command that runs it again needs them too."""
    inputs_file: str | None = None
    slot: str | None = None
    approved: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    """What gates are answered, as it was written."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def secrets_here(session: Session, workspace: Workspace, program: Program, what: Launch) -> dict[str, str]:
    """The values of the secrets that the run needs; what has no effect on this machine is said."""
    from flyteops.operations.local_secrets import local_notes, secrets_for

    values = secrets_for(what.graph, program, workspace.secret_places())
    for note in local_notes(what.graph):
        session.output.say(f"note: {note}")
    return values


def artifact_look(workspace: Workspace, execution: str | None) -> Look:
    """Looks among what this user's own runs have published, in the store of the domain."""

    def find(wanted: Mapping[str, JsonObject]) -> Mapping[str, Found]:
        from flyteops.operations.artifacts import look

        return look(wanted, store=workspace.store(), scope=local_scope(), execution=execution)

    return find


def local_scope() -> str:
    """Where results and artifacts of this user's runs are kept."""
    return f"dev/{_user()}"


def local_run(session: Session, workspace: Workspace, program: Program, what: Launch, options: Options) -> int:
    """Runs it; the exit code says whether the run succeeded."""
    from flyteops.cli.terminal import AskingTerminal
    from flyteops.local import run
    from flyteops.operations.answering import gates_of
    from flyteops.views.json import render_document
    from flyteops.views.run import render_run, run_wire
    from flyteops.wiring import system_clock, system_ids

    output = session.output
    request = _recorded(request_of(session, workspace, what, options), workspace, what)
    terminal = AskingTerminal(output) if output.interactive and any(gates_of(what.graph)) else None
    gc.enable()  # compiling is over; what follows lasts as long as the user's code, inside this process with --inline
    plain = options.inline or terminal is not None  # a question and a table that is redrawn do not go together
    with _progress(session, plain=plain) as watch, _stdout_kept(wanted=options.inline):
        result = run(
            request,
            store=workspace.store(),
            clock=system_clock(),
            ids=system_ids(),
            watch=watch,
            terminal=terminal,
        )
    if what.graph.publishes:
        say_artifacts(session, workspace, program, what, result)
    say_notified(output, what.plan, result.phase)
    again = ""
    if result.phase != "succeeded":
        again = _again(session, workspace, what, execution=result.execution, options=options)
    if output.form == "json":
        output.result(render_document(run_wire(result, again=again)))
    else:
        output.result(render_run(result, again=again))
    return _exit_of(result)


def request_of(session: Session, workspace: Workspace, what: Launch, options: Options) -> RunRequest:
    """The run as the scheduler is asked for it."""
    from flyteops.local import RunRequest
    from flyteops.operations.growing import Growing
    from flyteops.wiring import user_python

    root = workspace.settings.root
    python, why = user_python(root, options.interpreter, workspace.environ)
    if session.output.verbose:
        session.output.say(f"tasks run with {python} ({why})")
    plan = what.plan
    cache = options.cache or ("overwrite" if plan is not None and plan.overwrite_cache else "on")
    assert cache in ("on", "off", "overwrite")  # noqa: S101 - click offers no other
    return RunRequest(
        graph=what.graph,
        project=workspace.settings.project,
        root=str(root),
        code_roots=tuple(str(root / each) for each in workspace.settings.code_roots),
        folder=str(root / ".flyteops" / "runs"),
        execution=options.execution,
        inputs=what.inputs,
        answers=_answers(session, what, options),
        python=python,
        parallel=options.parallel,
        scope=local_scope(),
        also=(workspace.domain,),
        cache=cache,  # type: ignore[arg-type] # the assertion above is beyond the checker
        inline=options.inline,
        grow=Growing(workspace.tree, workspace.sources, domain=workspace.domain),
        max_parallelism=plan.max_parallelism if plan is not None else None,
        raw_data=(plan.raw_data or "") if plan is not None else "",
        secrets=options.secrets,
        scheduled=options.slot,
    )


def _answers(session: Session, what: Launch, options: Options) -> dict[str, Said]:
    """What gates are answered with the command; InvalidProject with every fault."""
    from flyteops.operations.answering import InvalidAnswers, read_answers

    try:
        return read_answers(what.graph, approved=options.approved, refused=options.refused, values=options.answers)
    except InvalidAnswers as invalid:
        session.texts.update(invalid.texts)
        raise


def _recorded(request: RunRequest, workspace: Workspace, what: Launch) -> RunRequest:
    """The request; a run that was given versions of artifacts keeps them before anything of it begins."""
    if not what.found:
        return request
    from flyteops.local.launching import check_execution
    from flyteops.operations.artifacts import record
    from flyteops.wiring import system_ids

    execution = request.execution or system_ids().fresh()
    check_execution(execution)
    record(workspace.store(), execution, what.found)
    return replace(request, execution=execution)


def _user() -> str:
    """The user's name as part of a key of the store; whoever has none is `local`."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return "local"
    return "".join(each if each.isalnum() or each in "-_" else "-" for each in name) or "local"


def _progress(session: Session, *, plain: bool) -> AbstractContextManager[Callable[[RunEvent], None]]:
    """A live table on a terminal, plain lines elsewhere, nothing with -q."""
    from flyteops.views.progress import LiveProgress, progress_line

    output = session.output
    if output.quiet:
        return nullcontext(lambda _: None)
    if sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb" and not plain:
        return LiveProgress()

    def say(event: RunEvent) -> None:
        line = progress_line(event)
        if line is not None:
            output.say(line)

    return nullcontext(say)


@contextmanager
def _stdout_kept(*, wanted: bool) -> Iterator[None]:
    """With --inline user code prints into this process: what it says goes to stderr, so that stdout is the result
    alone. On a terminal nothing is moved, since a debugger's prompt edits its line there.
    """
    if not wanted or sys.stdout.isatty():
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _again(session: Session, workspace: Workspace, what: Launch, *, execution: str, options: Options) -> str:
    """The command that runs what is missing, with the same inputs: everything that was committed is found again."""
    words = ["flyteops", "run", str(what.target), "--execution", execution]
    elsewhere = workspace.settings.root != session.start.resolve()
    if elsewhere:
        words[1:1] = ["-C", str(workspace.settings.root)]
    if options.inputs_file:
        # With -C the file would be looked for in the other folder.
        moved = elsewhere and options.inputs_file != "-"
        file = (session.start / options.inputs_file).resolve() if moved else options.inputs_file
        words += ["--inputs", str(file)]
    for word in options.words:
        words += ["--input", word]
    for flag, given in (("--approve", options.approved), ("--answer", options.answers)):
        for word in given:
            words += [flag, word]
    if options.slot:
        words += ["--slot", options.slot]
    if options.interpreter:
        words += ["--python", options.interpreter]
    if options.cache is not None:
        words += ["--cache", options.cache]
    for flag, value in (("-p", session.flags.get("project")), ("-d", session.domain)):
        words += [flag, value] if value else []
    return shlex.join(words)


def _exit_of(result: RunResult) -> int:
    if result.phase == "succeeded":
        return Exit.OK
    if result.phase != "aborted":
        return Exit.RUN_FAILED
    return Exit.TERMINATED if result.signal == signal.SIGTERM else Exit.INTERRUPTED
