"""A pod that takes several items of a map, one after the other; each commits, fails and is cached by itself."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from flyteops.model.digest import JsonObject
from flyteops.runtime.endings import DEADLINE, DONE, IMPORT, INTERFACE, NEVER, STOPPED, STORE, Ended
from flyteops.runtime.limits import install, lift, stopping, vanish
from flyteops.runtime.session import Session, parsed
from flyteops.runtime.surroundings import prepare
from flyteops.runtime.verbs import failed, perform

_FOR_GOOD = (NEVER, INTERFACE, IMPORT)
"""An item that ended so is not tried again when its pod is, for the sake of another item."""


def run_batch(session: Session, invocation: JsonObject, items: range, *, carried: int) -> int:
    """Calls every item that has not committed; the exit code says whether another attempt of the pod can help.

    An item that takes too long is given up with the whole process, whatever hangs in it: a fresh one goes on with
    the next item, and `carried` is what it knows of those before.
    """
    environment = dict(os.environ)
    prepare(session, invocation)
    run_s = invocation.get("run_s")
    limit = float(run_s) if isinstance(run_s, int | float) else None
    folder, code = session.folder, carried
    for item in items:
        known = _ended_for_good(session, invocation, item)
        if known:
            code = worse(code, known)
            continue

        def leave(ended: Ended, item: int = item, code: int = code) -> None:
            found = worse(code, failed(session, invocation, item, ended).code)
            if ended.code == DEADLINE and item < items[-1]:
                _again(items[items.index(item) + 1 :], found, environment)
            vanish(found)

        session.folder = os.path.join(folder, str(item))  # noqa: PTH118
        install(leave, run_s=limit)
        answer = perform(session, "map-item", invocation, item)
        lift()
        if answer.error is not None:
            sys.stderr.write(f"item {item}: {answer.error['traceback'] or ''}{answer.error['message']}\n")
        code = worse(code, answer.code)
        if stopping():
            return STOPPED
    return code


def worse(one: int, other: int) -> int:
    """Of two exit codes the one that matters to the engine: what may help on another try goes before what cannot."""
    return min((one, other), key=_rank)


def _rank(code: int) -> int:
    if code == DONE:
        return 3
    if code in _FOR_GOOD:
        return 2
    return 0 if code in (STORE, STOPPED) else 1


def _ended_for_good(session: Session, invocation: JsonObject, item: int) -> int:
    """The exit code of an item that an earlier attempt has ended for good; 0 when none has."""
    step = f"{invocation['step']}.{item}"
    if session.commit(step) is not None:
        return 0
    for key in session.store.list(f"runs/{session.run}/{step}/"):
        error = parsed(session.store.get(key) or b"") if key.endswith("/error.json") else None
        code = error.get("exit_code") if error else None
        if code in _FOR_GOOD and isinstance(code, int):
            return code
    return 0


def _again(items: range, carried: int, environment: dict[str, str]) -> NoReturn:
    """The same command line for the items that are left, in this process's place."""
    words = list(sys.orig_argv)
    words[words.index("--item") + 1] = f"{items[0]}-{items[-1]}"
    if "--carry" in words:
        words[words.index("--carry") + 1] = str(carried)
    else:
        words[words.index("--item") : words.index("--item")] = ["--carry", str(carried)]
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.execve(sys.executable, [sys.executable, *words[1:]], environment)  # noqa: S606
