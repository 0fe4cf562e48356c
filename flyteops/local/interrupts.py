"""Ctrl-C and SIGTERM while a run goes on: counted, and felt by a selector at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from types import FrameType
from typing import Any, Self


class Interrupts:
    """Counts signals while entered, and keeps the last one's number; `handle` becomes readable with each. Idle
    outside the main thread and when not wanted: code that runs in this process is interrupted by Python itself."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self.count = 0
        self.last: int | None = None
        self.handle, self._write = os.pipe()
        os.set_blocking(self._write, False)
        os.set_blocking(self.handle, False)
        self._before: dict[int, Any] = {}
        self._wakeup = -1

    def __enter__(self) -> Self:
        if self._wanted and threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
            self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before:
            signal.set_wakeup_fd(self._wakeup)
            for number, handler in self._before.items():
                signal.signal(number, handler)
        os.close(self.handle)
        os.close(self._write)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.last = number
        self.count += 1

    def drain(self) -> None:
        """Empties the pipe."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.handle, 64)
