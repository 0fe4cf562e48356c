"""Calls that wait: for a free worker, or for the time of their next attempt."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count

from flyteops.local.attempts import overdue, settings_of, waiting_until
from flyteops.local.jobs import Job
from flyteops.model.entities import Timeout


class Queue:
    """First come, first served; whoever failed waits for its time first."""

    def __init__(self) -> None:
        self._waiting: deque[Job] = deque()
        self._delayed: list[tuple[float, int, Job]] = []
        self._number = count()
        self._bounded = False

    def push(self, job: Job, *, first: bool = False) -> None:
        """A call that may begin at once; `first` before all others: what a worker has begun it goes on with."""
        self._bounded = self._bounded or settings_of(job).timeout != Timeout()
        if first:
            self._waiting.appendleft(job)
        else:
            self._waiting.append(job)

    def push_at(self, job: Job, due_s: float) -> None:
        """A call that may begin at a time."""
        heapq.heappush(self._delayed, (due_s, next(self._number), job))

    def pop(self, now_s: float, *, fits: Callable[[Job], bool]) -> Job | None:
        """The next call that may begin and for which there is a place."""
        while self._delayed and self._delayed[0][0] <= now_s:
            job = heapq.heappop(self._delayed)[2]
            job.queued_s = now_s
            self._waiting.append(job)
        for index, job in enumerate(self._waiting):
            if fits(job):
                del self._waiting[index]
                return job
        return None

    def drop(self, wanted: Callable[[Job], bool]) -> list[Job]:
        """Takes calls out; those that were there."""
        dropped = [job for job in self._waiting if wanted(job)]
        dropped += [each[2] for each in self._delayed if wanted(each[2])]
        if dropped:
            self._waiting = deque(job for job in self._waiting if not wanted(job))
            self._delayed = [each for each in self._delayed if not wanted(each[2])]
            heapq.heapify(self._delayed)
        return dropped

    def overdue(self, now_s: float) -> list[Job]:
        """Takes out the calls that have waited too long."""
        late = [job for job in self._waiting if overdue(job, now_s)] if self._bounded else []
        for job in late:
            self._waiting.remove(job)
        return late

    def due_s(self) -> float | None:
        """When the next delayed call may begin, or a waiting one has waited too long."""
        times = [self._delayed[0][0]] if self._delayed else []
        if self._bounded:
            times.extend(due for job in self._waiting if (due := waiting_until(job)) is not None)
        return min(times, default=None)
