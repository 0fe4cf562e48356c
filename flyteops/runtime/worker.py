"""A warm worker: JSON lines in, JSON lines out, one attempt after the other; dies with whoever started it.

Request   {"verb", "invocation", "item", "store", "run", "attempt", "scope", "also", "cache", "raw_data", "folder",
          "log", "env", "run_s", "number", "secrets": {name: value}, "secret_folder"}
Progress  {"progress": [fraction, text]}, any number of them before the answer
Answer    {"code", "cached", "error", "notes": [[event, message]…]}
The pipes are descriptors of their own: what user code prints goes to the attempt's log and nowhere else.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
from typing import Any, BinaryIO, NoReturn

# Loaded before user code can hide one of them, and before the first attempt waits for them.
import flyteops.runtime.attempt
import flyteops.runtime.decoding
import flyteops.runtime.encoding
import flyteops.runtime.hints
import flyteops.runtime.maps
from flyteops.model.digest import Json
from flyteops.runtime.endings import STOPPED, Ended
from flyteops.runtime.limits import install, lift, stop_requested, stopping, vanish
from flyteops.runtime.paths import add_code_roots
from flyteops.runtime.session import Session
from flyteops.runtime.stores import open_store
from flyteops.runtime.surroundings import hand_over
from flyteops.runtime.verbs import Answer, failed, perform


def serve(requests: int, answers: int, watch: int, *, roots: tuple[str, ...]) -> NoReturn:
    """Answers requests until the other side is gone."""
    for handle in (requests, answers, watch):
        os.set_inheritable(handle, False)
    _die_with_parent(watch)
    add_code_roots(roots)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLYTEOPS_")}
    with os.fdopen(requests, "rb") as source, os.fdopen(answers, "wb", buffering=0) as target:
        while line := source.readline():
            _attempt(json.loads(line), target, environment, roots)
    vanish(0)


def _attempt(request: dict[str, Any], target: BinaryIO, environment: dict[str, str], roots: tuple[str, ...]) -> None:
    _point_output(request["log"])
    os.environ.clear()
    os.environ.update(environment)
    os.environ.update(request["env"])
    notes: list[Json] = []
    session = _session(request, roots, notes)
    invocation, item = request["invocation"], request["item"]
    session.tell = lambda fraction, text: _send(target, {"progress": [fraction, text]})
    hand_over(session, invocation, values=request["secrets"], folder=request["secret_folder"])

    def leave(ended: Ended) -> None:
        answer = failed(session, invocation, item, ended)
        _answer(target, answer, notes)
        vanish(ended.code)

    install(leave, run_s=request["run_s"])
    try:
        answer = perform(session, request["verb"], invocation, item)
    finally:
        lift()
    if answer.code and stopping():
        answer.code = STOPPED
    if answer.error is not None:
        # What a script said stands in the log already.
        traceback = "" if "script" in invocation else answer.error["traceback"]
        sys.stderr.write(f"{traceback or answer.error['message']}\n")
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    _answer(target, answer, notes)


def _session(request: dict[str, Any], roots: tuple[str, ...], notes: list[Json]) -> Session:
    session = Session(
        store=open_store(request["store"]),
        run=request["run"],
        attempt=request["attempt"],
        scope=request["scope"],
        also=tuple(request["also"]),
        cache=request["cache"],
        raw_data=request["raw_data"],
        folder=request["folder"],
        code=roots,
        note=lambda event, message: notes.append([event, message]),
    )
    session.number = request["number"]
    session.stop = stop_requested
    return session


def _answer(target: BinaryIO, answer: Answer, notes: list[Json]) -> None:
    _send(target, {"code": answer.code, "cached": answer.cached, "error": answer.error, "notes": notes})


def _send(target: BinaryIO, document: dict[str, Any]) -> None:
    target.write(json.dumps(document).encode("ascii") + b"\n")


def _point_output(log: str) -> None:
    """Standard output and error, and those of child processes, go to the attempt's log."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)


def _die_with_parent(watch: int) -> None:
    """Nobody ever writes to `watch`; when its other end closes, the whole process group is killed.

    On Linux the kernel does it, even while a C extension holds the interpreter; elsewhere a thread.
    """
    if hasattr(fcntl, "F_SETSIG"):
        try:
            fcntl.fcntl(watch, fcntl.F_SETOWN, -os.getpgid(0))
            fcntl.fcntl(watch, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(watch, fcntl.F_SETFL, fcntl.fcntl(watch, fcntl.F_GETFL) | os.O_ASYNC)
        except OSError:
            pass  # A sandbox without signal-driven I/O: the thread below does it.
    import _thread

    def wait() -> None:
        os.read(watch, 1)
        os.killpg(0, signal.SIGKILL)

    _thread.start_new_thread(wait, ())


__all__ = ["flyteops", "serve"]
