"""From an error to words on stderr and an exit code; the only place that knows all families."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Sequence

from flyteops.cli.exits import Exit
from flyteops.model.errors import InvalidProject, OutsideFailed, Refused
from flyteops.ports.store import StoreFailed

_WAYS_OUT = {
    errno.ENOSPC: "make room on that disk and run the command again",
    errno.EDQUOT: "make room in your quota and run the command again",
    errno.EROFS: "the disk is read-only: work in a copy that can be written",
    errno.EACCES: "give yourself access to it: see its owner and mode, and those of the folders above",
    errno.EMFILE: "raise the limit of open files: ulimit -n 4096",
}


def explain(error: Exception, arguments: Sequence[str]) -> int:
    """Prints the error in the form of its family and returns its exit code."""
    match error:
        case InvalidProject():
            from flyteops.cli.output import Output

            Output.plain().diagnostics(error.diagnostics, lines_of=lambda _: None)
            return Exit.INVALID
        case Refused():
            _say(f"refused[{error.code}]: {error.message}")
            _say(f"   = protects: {error.protects}")
            _say(f"   = help: {error.way_out}")
            return Exit.REFUSED
        case OutsideFailed():
            _say(f"error: {error.service}: {error.message}")
            if error.way_out:
                _say(f"   = help: {error.way_out}")
            _say("   = a retry may help" if error.retryable else "   = a retry alone will not help")
            return Exit.OUTSIDE
        case StoreFailed():
            _say(f"error: object store: {error}")
            _say("   = a retry may help" if error.retryable else "   = a retry alone will not help")
            return Exit.OUTSIDE
        case OSError() if error.filename or error.strerror:
            _say(f"error: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
            _say(f"   = help: {_WAYS_OUT.get(error.errno or 0, 'see that path: its owner, its mode, its disk')}")
            return Exit.OUTSIDE
        case _:
            return _bug(error, arguments)


def _bug(error: Exception, arguments: Sequence[str]) -> int:
    """Anything else is ours: a report that can be pasted, with no value of the user's in it."""
    import platform

    _say(f"error: this is a bug in flyteops: {type(error).__name__}")
    _say("Please report it with the lines below (they hold file names of the tool, not your values).")
    _say(f"flyteops {_version()} · Python {platform.python_version()} · {platform.system()}")
    _say("command: " + " ".join(word for word in arguments[:1]))
    for frame in traceback.extract_tb(error.__traceback__)[-12:]:
        _say(f"  {frame.filename.split('site-packages/')[-1]}:{frame.lineno} {frame.name}")
    if "-v" in arguments or "--verbose" in arguments:
        _say("".join(traceback.format_exception(error)))
    else:
        _say("The message itself is shown with -v.")
    return Exit.BUG


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("flyteops")
    except PackageNotFoundError:
        return "0+unknown"


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 - the boundary may speak when nothing else can
