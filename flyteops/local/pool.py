"""The workers of one run: which are free, which job each of the others has, and what is heard of them."""

from __future__ import annotations

import os
import selectors
import signal
from collections.abc import Callable, Sequence
from typing import Any

from flyteops.local.jobs import Job
from flyteops.local.workers import Worker, worker_environment
from flyteops.model.frozen import frozen
from flyteops.runtime.endings import DEADLINE, STOPPED
from flyteops.runtime.verbs import Answer

_LOG_TAIL = 2000


@frozen
class Heard:
    """A job's answer; or None and the exit code of its worker, which is gone. `fresh`: it had never answered."""

    job: Job
    answer: Answer | None
    notes: tuple[tuple[str, str], ...] = ()
    exit_code: int = 0
    fresh: bool = False
    progress: tuple[float, str] | None = None
    """Said on the way: the job goes on."""


@frozen
class Waited:
    """What was heard of workers, and whether the other descriptor was readable."""

    answers: tuple[Heard, ...]
    also: bool


class Pool:
    """Starts a worker when a job finds none free; one more descriptor may be waited for beside them."""

    def __init__(self, python: str, roots: Sequence[str], *, folder: str) -> None:
        self._python = python
        self._roots = roots
        self._log = os.path.join(folder, "workers.log")  # noqa: PTH118
        self._environment = worker_environment()
        self._free: dict[str, list[Worker]] = {}
        """By lane."""
        self._busy: dict[int, tuple[Worker, Job]] = {}
        self._selector = selectors.DefaultSelector()

    def __len__(self) -> int:
        return len(self._busy)

    def jobs(self) -> list[Job]:
        """The jobs that are being worked on."""
        return [job for _, job in self._busy.values()]

    def begin(self, job: Job, message: dict[str, Any]) -> None:
        """Hands the job to a free worker, or to a new one."""
        worker = self._taking(message, job.lane)
        self._busy[worker.answers] = (worker, job)
        self._selector.register(worker.answers, selectors.EVENT_READ)

    def has_place(self, job: Job) -> bool:
        """Whether the job's lane has a worker for it, or may have one more."""
        busy = sum(other.lane == job.lane for _, other in self._busy.values())
        return job.places is None or busy < job.places

    def _taking(self, message: dict[str, Any], lane: str) -> Worker:
        free = self._free.setdefault(lane, [])
        while free:
            # The one that was free last: the items of a batch stay with one worker.
            worker = free.pop()
            if worker.send(message):
                return worker
            worker.end()
        worker = Worker(self._python, self._roots, log=self._log, environment=self._environment)
        # One that is gone already is heard of as a closed pipe.
        worker.send(message)
        return worker

    def also_wait_for(self, handle: int) -> None:
        """A descriptor that ends `wait` when it is readable."""
        self._selector.register(handle, selectors.EVENT_READ)

    def wait(self, patience_s: float | None, *, also: int | None = None) -> Waited:
        """Waits for whatever comes first, at most `patience_s`; `also` is one more descriptor for this time."""
        if also is not None:
            self._selector.register(also, selectors.EVENT_READ)
        try:
            ready = [key.fd for key, _ in self._selector.select(patience_s)]
        finally:
            if also is not None:
                self._selector.unregister(also)
        answers = [heard for fd in ready if fd in self._busy for heard in self._all_from(fd)]
        return Waited(answers=tuple(answers), also=also in ready)

    def _all_from(self, handle: int) -> list[Heard]:
        """Everything that came with one reading: progress may stand before the answer."""
        worker, _ = self._busy[handle]
        found = []
        heard = self._hear(handle, worker.receive)
        while heard is not None:
            found.append(heard)
            heard = self._hear(handle, worker.received) if handle in self._busy else None
        return found

    def _hear(self, handle: int, read: Callable[[], dict[str, Any] | None]) -> Heard | None:
        worker, job = self._busy[handle]
        try:
            document = read()
        except EOFError:
            self._forget(handle)
            return Heard(job=job, answer=None, exit_code=worker.end(grace_s=1.0), fresh=not worker.answered)
        if document is None:
            return None
        if "progress" in document:
            fraction, text = document["progress"]
            return Heard(job=job, answer=None, progress=(float(fraction), str(text)))
        self._forget(handle)
        if document["code"] in (DEADLINE, STOPPED):
            # It told us on its way out.
            worker.end(grace_s=1.0)
        else:
            self._free.setdefault(job.lane, []).append(worker)
        answer = Answer(document["code"], cached=document["cached"], error=document["error"])
        notes = tuple((str(event), str(message)) for event, message in document["notes"])
        return Heard(job=job, answer=answer, notes=notes)

    def _forget(self, handle: int) -> None:
        del self._busy[handle]
        self._selector.unregister(handle)

    def signal(self, number: signal.Signals, wanted: Callable[[Job], bool] = lambda _: True) -> None:
        """Sends a signal to the workers of the wanted jobs."""
        for worker, job in self._busy.values():
            if wanted(job):
                worker.signal(number)

    def end_soon(self, wanted: Callable[[Job], bool], now_s: float, *, grace_s: float) -> None:
        """Asks the workers of the wanted jobs to end now; they are killed after the grace."""
        self.signal(signal.SIGTERM if grace_s else signal.SIGKILL, wanted)
        for job in self.jobs():
            if wanted(job):
                due = now_s + grace_s
                job.kill_at_s, job.late = (due if job.kill_at_s is None else min(due, job.kill_at_s)), ""

    def last_words(self) -> str:
        """What workers said before their first attempt."""
        try:
            with open(self._log, encoding="utf-8", errors="replace") as log:  # noqa: PTH123
                return log.read()[-_LOG_TAIL:].strip()
        except OSError:
            return ""

    def end(self) -> None:
        """Ends every worker and what it has left behind."""
        free = (worker for lane in self._free.values() for worker in lane)
        for worker in [*free, *(worker for worker, _ in self._busy.values())]:
            worker.end()
        self._selector.close()
