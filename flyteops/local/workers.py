"""Worker processes: started, spoken to in JSON lines, and ended with everything they have started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from flyteops.model.errors import OutsideFailed

_ENTRY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "runtime", "worker_entry.py")  # noqa: PTH100, PTH118, PTH120


class Worker:
    """One process in a session of its own; `answers` is readable when it has answered or died."""

    def __init__(self, python: str, roots: Sequence[str], *, log: str, environment: Mapping[str, str]) -> None:
        request_read, self._requests = os.pipe()
        self.answers, answer_write = os.pipe()
        watch_read, self._watch = os.pipe()
        theirs = (request_read, answer_write, watch_read)
        try:
            with open(log, "ab") as output:  # noqa: PTH123
                self._process = subprocess.Popen(
                    [python, "-P", _ENTRY, *map(str, theirs), *roots],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=theirs,
                    start_new_session=True,
                    env=dict(environment),
                )
        except OSError as error:
            for handle in (self._requests, self.answers, self._watch):
                os.close(handle)
            raise OutsideFailed(
                "python",
                f"the interpreter {python} cannot be started: {error.strerror or error}",
                retryable=False,
                way_out="name another one with --python",
            ) from None
        finally:
            for handle in theirs:
                os.close(handle)
        self._received = b""
        self.answered = 0

    def send(self, request: Mapping[str, Any]) -> bool:
        """Hands over an attempt; False when the process is gone."""
        data = memoryview(json.dumps(request).encode("ascii") + b"\n")
        try:
            while data:
                data = data[os.write(self._requests, data) :]
        except BrokenPipeError:
            return False
        return True

    def receive(self) -> dict[str, Any] | None:
        """After `answers` became readable: an answer, or None when it is not whole yet. EOFError when it died."""
        chunk = os.read(self.answers, 1 << 16)
        if not chunk:
            raise EOFError
        self._received += chunk
        return self.received()

    def received(self) -> dict[str, Any] | None:
        """The next whole message that has been read already."""
        line, newline, rest = self._received.partition(b"\n")
        if not newline:
            return None
        self._received = rest
        self.answered += 1
        answer: dict[str, Any] = json.loads(line)
        return answer

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the process and all it has started."""
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return

    def end(self, *, grace_s: float = 0.0) -> int:
        """Ends the whole group now and returns the exit code, 128+n for a signal.

        `grace_s` is how long a process that is on its way out may take to say its own exit code.
        """
        if grace_s:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=grace_s)
        self.signal(signal.SIGKILL)
        code = self._process.wait()
        for handle in (self._requests, self.answers, self._watch):
            os.close(handle)
        return 128 - code if code < 0 else code


def worker_environment() -> dict[str, str]:
    """The environment minus our own variables: tasks see neither the registry nor our settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FLYTEOPS_")}
