"""The attempt's own deadline and SIGTERM: told and left in order, before somebody kills it."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from flyteops.runtime.endings import DEADLINE, STOPPED, Ended

_DUMP_BEFORE_S = 0.5
STOP_GRACE_S = 5.0
"""So long code that asks whether it is to stop may go on after SIGTERM; other code ends at once."""
_asked, _requested = [False], [False]


def install(leave: Callable[[Ended], None], *, run_s: float | None) -> None:
    """From now on SIGTERM and the deadline call `leave`, which tells why and ends the process."""

    def gone(_signal: int, _frame: FrameType | None) -> None:
        leave(Ended(STOPPED, "stopped by SIGTERM"))

    def stop(number: int, frame: FrameType | None) -> None:
        if _requested[0] or not _asked[0]:
            gone(number, frame)
        _requested[0] = True
        signal.signal(signal.SIGALRM, gone)
        signal.setitimer(signal.ITIMER_REAL, STOP_GRACE_S)

    def late(_signal: int, _frame: FrameType | None) -> None:
        leave(Ended(DEADLINE, f"the attempt took longer than {run_s:g} s (timeout.run)"))

    _asked[0], _requested[0] = False, False
    signal.signal(signal.SIGTERM, stop)
    if run_s is None:
        return
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, run_s)
    if run_s > _DUMP_BEFORE_S * 2 and _has_descriptor():
        # Every thread's stack, to the log, while they still stand where they hang.
        faulthandler.dump_traceback_later(run_s - _DUMP_BEFORE_S, exit=False, file=2)


def stop_requested() -> bool:
    """Whether SIGTERM has come; whoever asks is given a grace from then on."""
    _asked[0] = True
    return _requested[0]


def stopping() -> bool:
    """Whether SIGTERM has come and the attempt was given a grace."""
    return _requested[0]


def lift() -> None:
    """The attempt is over: no deadline any more."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    faulthandler.cancel_dump_traceback_later()


def vanish(code: int) -> NoReturn:
    """Ends the process at once, whatever threads the user's code has left."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001, S112 - a closed or replaced stream must not keep us here
            continue
    os._exit(code)


def _has_descriptor() -> bool:
    try:
        os.fstat(2)
    except OSError:
        return False
    return True
