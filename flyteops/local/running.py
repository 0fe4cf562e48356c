"""The local scheduler: one thread, a selector over the workers' pipes; `execution` decides what starts and retries."""

from __future__ import annotations

import heapq
import os
import selectors
import shutil
import signal
import sys
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any

from flyteops.execution.frontier import Frontier, Result
from flyteops.execution.graph import Decide, Join, RunMap, RunTask, Step
from flyteops.execution.invocation import outputs_invocation, step_invocation
from flyteops.execution.retrying import wait_before_next
from flyteops.local.inline import perform_inline, user_code
from flyteops.local.interrupts import Interrupts
from flyteops.local.jobs import Job, MapRecord, NodeRecord
from flyteops.local.launching import Intake, check_execution, inlined_outputs, store_inputs, with_files
from flyteops.local.requests import EventKind, NodeError, RunEvent, RunRequest, RunResult
from flyteops.local.workers import Worker, worker_environment
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import TaskSettings
from flyteops.model.errors import OutsideFailed
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.store import BlobStore, StoreFailed
from flyteops.runtime.endings import DEADLINE, STOPPED, USER
from flyteops.runtime.maps import needed_of
from flyteops.runtime.session import Session
from flyteops.runtime.verbs import Answer, perform

KILL_SLACK_S = 2.0
"""A worker ends itself at its deadline; this much later it is killed from outside."""
GRACE_S = 10.0
"""Between SIGTERM and SIGKILL after the first Ctrl-C."""
SIBLING_GRACE_S = 3.0
"""The same for siblings of a failed node and for attempts that are late."""
_LOG_TAIL = 2000


def run(
    request: RunRequest, *, store: BlobStore, clock: Clock, ids: Ids, watch: Callable[[RunEvent], None]
) -> RunResult:
    """Runs the graph to its end; raises `InvalidProject` for wrong inputs and `OutsideFailed` for the outside."""
    execution = request.execution or ids.fresh()
    check_execution(execution)
    try:
        intake = Intake(store, request.root)
        nodes = _records(request, intake)
        outputs = _object(with_files(outputs_invocation(request.graph), intake, label="outputs"))
        store_inputs(request, store, execution, intake)
        with Interrupts(wanted=not request.inline) as interrupts:
            local = _LocalRun(request, execution, store=store, clock=clock, ids=ids, watch=watch, nodes=nodes)
            with user_code(request.code_roots if request.inline else ()):
                return local.run(outputs, interrupts)
    except StoreFailed as error:
        raise OutsideFailed("store", str(error), retryable=error.retryable) from error


def _records(request: RunRequest, intake: Intake) -> dict[str, NodeRecord]:
    return {
        path: NodeRecord(
            step=step,
            invocation=_object(with_files(step_invocation(request.project, step), intake, label=f"node {path}")),
        )
        for path, step in request.graph.steps.items()
    }


def _object(document: Json) -> JsonObject:
    if not isinstance(document, dict):
        raise TypeError("an invocation is an object")
    return document


class _LocalRun:
    def __init__(
        self,
        request: RunRequest,
        execution: str,
        *,
        store: BlobStore,
        clock: Clock,
        ids: Ids,
        watch: Callable[[RunEvent], None],
        nodes: dict[str, NodeRecord],
    ) -> None:
        self.request = request
        self.execution = execution
        self.store = store
        self.store_uri = store.uri("runs").rpartition("/")[0]
        self.clock = clock
        self.ids = ids
        self.watch = watch
        self.nodes = nodes
        self.frontier = Frontier(request.graph)
        self.maps: dict[str, MapRecord] = {}
        self.waiting: deque[Job] = deque()
        self.delayed: list[tuple[float, int, Job]] = []
        self.active: dict[int, tuple[Worker, Job]] = {}
        self.idle: list[Worker] = []
        self.selector = selectors.DefaultSelector()
        self.started_s = clock.monotonic_s()
        self.parallel = 1 if request.inline else max(1, request.parallel or os.cpu_count() or 1)
        self.folder = os.path.join(request.folder, execution)  # noqa: PTH118
        self.environment = worker_environment()
        self.number = count()
        self.failed_step: str | None = None
        self.stopping = False
        self.kill_all_at_s: float | None = None
        self.interrupted = 0
        self.session = self._session("run")

    # ------------------------------------------------------------------------------------------ the loop

    def run(self, outputs: JsonObject, interrupts: Interrupts) -> RunResult:
        """Until nothing runs and nothing may start."""
        os.makedirs(self.folder, exist_ok=True)  # noqa: PTH103
        self.selector.register(interrupts.handle, selectors.EVENT_READ)
        try:
            while True:
                self._heed(interrupts)
                self._start_ready()
                self._dispatch()
                if not self.active and (self.stopping or not (self.waiting or self.delayed)):
                    if self.stopping or not self._start_ready():
                        break
                    continue
                self._wait(interrupts)
        finally:
            self._end_workers()
            self.selector.close()
        return self._result(outputs)

    def _heed(self, interrupts: Interrupts) -> None:
        if interrupts.count <= self.interrupted:
            return
        first = self.interrupted == 0
        self.interrupted = interrupts.count
        if first and interrupts.count == 1:
            self._stop(grace_s=GRACE_S)
        else:
            self._stop(grace_s=0.0)

    def _start_ready(self) -> bool:
        """Takes up every step that became ready; whether there was any."""
        began = False
        while not self.stopping and (ready := self.frontier.take_ready()):
            began = True
            for path in ready:
                if not self.stopping:
                    self._begin(self.request.graph.steps[path])
        return began

    def _begin(self, step: Step) -> None:
        node = self.nodes[step.path]
        node.started_s = self._now()
        match step.work:
            case Decide():
                answer = self._perform("decide", node)
                self._end_step(node, answer, branch=int(answer.result) if not answer.code else None)
            case Join():
                self._end_step(node, self._perform("join", node))
            case RunTask():
                self.waiting.append(Job(node=node, item=None, queued_s=self._now(), first_s=self._now()))
            case RunMap():
                self._begin_map(node)

    def _begin_map(self, node: NodeRecord) -> None:
        if self.store.size(self.session.commit_key(node.step.path)) is not None:
            node.cached = True
            self._end_step(node, Answer(0, cached=True))
            return
        answer = self._perform("map-size", node)
        if answer.code:
            self._end_step(node, answer)
            return
        size = answer.result.count(",") + 1 if answer.result != "[]" else 0
        node.items = size
        self.maps[node.step.path] = MapRecord(
            count=size, needed=needed_of(node.invocation, size), pending=deque(range(size))
        )
        work = node.step.work
        limit = work.concurrency if isinstance(work, RunMap) else None
        # A few more than can run at once, so that a free worker never waits for us.
        for _ in range(limit or self.parallel * 2):
            self._next_item(node)
        if not size:
            self._gather(node)

    def _next_item(self, node: NodeRecord) -> None:
        items = self.maps[node.step.path]
        if items.pending:
            items.open += 1
            now = self._now()
            self.waiting.append(Job(node=node, item=items.pending.popleft(), queued_s=now, first_s=now))

    def _dispatch(self) -> None:
        now = self._now()
        while self.delayed and self.delayed[0][0] <= now and not self.stopping:
            job = heapq.heappop(self.delayed)[2]
            job.queued_s = now
            self.waiting.append(job)
        while self.waiting and not self.stopping and len(self.active) < self.parallel:
            self._attempt(self.waiting.popleft())
        for job in [job for job in self.waiting if self._overdue(job, now)]:
            if job in self.waiting:
                self.waiting.remove(job)
                self._job_failed(job, _late("it waited too long (timeout.queued or timeout.total)"))

    def _overdue(self, job: Job, now: float) -> bool:
        due = self._waiting_until(job)
        return due is not None and now >= due

    def _waiting_until(self, job: Job) -> float | None:
        timeout = _settings(job).timeout
        bounds = []
        if timeout.queued_s is not None:
            bounds.append(job.queued_s + timeout.queued_s)
        if timeout.total_s is not None:
            bounds.append(job.first_s + timeout.total_s)
        return min(bounds, default=None)

    # -------------------------------------------------------------------------------------- one attempt

    def _attempt(self, job: Job) -> None:
        """Commits from the cache, or hands the job to a worker."""
        known = self._known(job)
        if known is not None:
            if known.code:
                self._attempt_failed(job, known)
            else:
                self._job_done(job, cached=True)
            return
        job.attempt += 1
        job.node.attempts += 1
        job.attempt_id = self.ids.fresh()
        self._make_folder(job)
        job.begun_s = self._now()
        self._tell("started", job)
        if self.request.inline:
            self._finish_attempt(job, self._inline(job))
            return
        worker = self._worker_for(job)
        self.active[worker.answers] = (worker, job)
        self.selector.register(worker.answers, selectors.EVENT_READ)
        self._set_kill_time(job)

    def _known(self, job: Job) -> Answer | None:
        """The answer when nothing needs to be called: committed before, cached, or inputs that do not fit."""
        path = job.path if job.item is None else f"{job.path}.{job.item}"
        if self.store.size(self.session.commit_key(path)) is not None:
            return Answer(0, cached=True)
        if job.node.invocation.get("cache") is None or self.request.cache != "on":
            return None
        answer = perform(self.session, "lookup", job.node.invocation, job.item)
        return answer if answer.code or answer.cached else None

    def _worker_for(self, job: Job) -> Worker:
        message = self._message(job)
        while self.idle:
            worker = self.idle.pop()
            if worker.send(message):
                return worker
            worker.end()
        log = os.path.join(self.folder, "workers.log")  # noqa: PTH118
        python = self.request.python or sys.executable
        worker = Worker(python, self.request.code_roots, log=log, environment=self.environment)
        worker.send(message)
        return worker

    def _message(self, job: Job) -> dict[str, Any]:
        return {
            "verb": "task" if job.item is None else "map-item",
            "invocation": job.node.invocation,
            "item": job.item,
            "store": self.store_uri,
            "run": self.execution,
            "attempt": job.attempt_id,
            "scope": self.request.scope,
            "cache": self.request.cache,
            "folder": job.folder,
            "log": job.log,
            "env": dict(_settings(job).env),
            "run_s": _settings(job).timeout.run_s,
        }

    def _inline(self, job: Job) -> Answer:
        session = self._session(job.attempt_id, folder=job.folder, job=job)
        try:
            return perform_inline(session, job.node.invocation, job.item, env=_settings(job).env)
        except KeyboardInterrupt:
            self.interrupted = 1
            self._stop(grace_s=0.0)
            return Answer(STOPPED, error=_error(STOPPED, "stopped", "interrupted"))

    def _make_folder(self, job: Job) -> None:
        name = job.path if job.item is None else f"{job.path}.{job.item}"
        place = os.path.join(self.folder, name, f"{job.attempt}-{job.attempt_id[:8]}")  # noqa: PTH118
        job.folder = os.path.join(place, "work")  # noqa: PTH118
        os.makedirs(job.folder, exist_ok=True)  # noqa: PTH103
        job.log = os.path.join(place, "log.txt")  # noqa: PTH118
        job.node.log = None if self.request.inline else job.log

    def _set_kill_time(self, job: Job) -> None:
        timeout = _settings(job).timeout
        bounds: list[tuple[float, str]] = []
        if timeout.run_s is not None:
            text = f"the attempt took longer than {timeout.run_s:g} s (timeout.run)"
            bounds.append((job.begun_s + timeout.run_s + KILL_SLACK_S, text))
        if timeout.total_s is not None:
            text = f"the node took longer than {timeout.total_s:g} s (timeout.total)"
            bounds.append((job.first_s + timeout.total_s, text))
        job.kill_at_s, job.late = min(bounds, default=(None, ""))

    # ---------------------------------------------------------------------------------------- waiting

    def _wait(self, interrupts: Interrupts) -> None:
        for key, _ in self.selector.select(self._patience()):
            if key.fd == interrupts.handle:
                interrupts.drain()
            else:
                self._hear(key.fd)
        self._kill_late()

    def _patience(self) -> float | None:
        times = [job.kill_at_s for _, job in self.active.values() if job.kill_at_s is not None]
        if self.delayed and not self.stopping:
            times.append(self.delayed[0][0])
        if self.kill_all_at_s is not None:
            times.append(self.kill_all_at_s)
        if len(self.waiting) <= 1000:
            times.extend(due for job in self.waiting if (due := self._waiting_until(job)) is not None)
        return max(0.0, min(times) - self._now()) if times else None

    def _hear(self, handle: int) -> None:
        if handle not in self.active:
            return
        worker, job = self.active[handle]
        try:
            document = worker.receive()
        except EOFError:
            self._forget(handle)
            self._finish_attempt(job, self._died(worker, job))
            return
        if document is None:
            return
        self._forget(handle)
        for event, message in document["notes"]:
            self._tell("nondeterministic", job, message=f"{event}: {message}")
        answer = Answer(document["code"], cached=document["cached"], error=document["error"])
        if answer.code in (DEADLINE, STOPPED):
            # It told us on its way out.
            worker.end(grace_s=1.0)
        else:
            self.idle.append(worker)
        self._finish_attempt(job, answer)

    def _forget(self, handle: int) -> None:
        del self.active[handle]
        self.selector.unregister(handle)

    def _died(self, worker: Worker, job: Job) -> Answer:
        """The answer of a worker that is gone: its commit counts, else how it ended."""
        code = worker.end(grace_s=1.0)
        path = job.path if job.item is None else f"{job.path}.{job.item}"
        if self.store.size(self.session.commit_key(path)) is not None:
            return Answer(0)
        if job.late:
            message = job.late if job.kill_at_s is not None and self._now() >= job.kill_at_s else ""
            if message:
                return _late(message)
        if code > 128:
            name = _signal_name(code - 128)
            cause = "stopped" if self.stopping else "killed"
            return Answer(code, error=_error(code, cause, f"the worker process was ended by {name}"))
        message = f"the function ended its process with exit code {code}"
        if not worker.answered and not os.path.exists(job.log):  # noqa: PTH110
            message = f"the worker process ended with exit code {code} before it began{self._worker_log()}"
        return Answer(USER, error=_error(USER, "crash", message))

    def _worker_log(self) -> str:
        try:
            with open(os.path.join(self.folder, "workers.log"), encoding="utf-8", errors="replace") as log:  # noqa: PTH118, PTH123
                tail = log.read()[-_LOG_TAIL:].strip()
        except OSError:
            return ""
        return f": {tail}" if tail else ""

    def _kill_late(self) -> None:
        now = self._now()
        if self.kill_all_at_s is not None and now >= self.kill_all_at_s:
            for worker, _ in self.active.values():
                worker.signal(signal.SIGKILL)
            self.kill_all_at_s = None
        for worker, job in list(self.active.values()):
            if job.kill_at_s is not None and now >= job.kill_at_s:
                worker.signal(signal.SIGKILL)

    # ----------------------------------------------------------------------------------------- results

    def _finish_attempt(self, job: Job, answer: Answer) -> None:
        if answer.code:
            self._attempt_failed(job, answer)
            return
        shutil.rmtree(job.folder, ignore_errors=True)
        self._job_done(job, cached=answer.cached)

    def _attempt_failed(self, job: Job, answer: Answer) -> None:
        if self.stopping or self._given_up(job):
            job.node.error = job.node.error or _stopped(answer, self.failed_step)
            job.node.ended_s = self._now()
            self._tell("stopped", job)
            return
        total = _settings(job).timeout.total_s
        out_of_time = total is not None and self._now() - job.first_s >= total
        job.tries = job.tries.after(answer.code)
        wait = None if out_of_time else wait_before_next(_settings(job).retries, job.tries, exit_code=answer.code)
        if wait is None:
            self._job_failed(job, answer)
            return
        self._tell("retrying", job, message=_message_of(answer), wait_s=wait)
        heapq.heappush(self.delayed, (self._now() + wait, next(self.number), job))

    def _given_up(self, job: Job) -> bool:
        return job.item is not None and job.path not in self.maps

    def _job_done(self, job: Job, *, cached: bool) -> None:
        self._tell("cached" if cached else "succeeded", job, duration_s=self._now() - job.begun_s)
        if job.item is None:
            job.node.cached = cached
            self._end_step(job.node, Answer(0, cached=cached), tell=False)
            return
        items = self.maps.get(job.path)
        if items is None:
            return
        items.open -= 1
        items.called += 0 if cached else 1
        self._item_ended(job, items)

    def _job_failed(self, job: Job, answer: Answer) -> None:
        if job.item is None:
            self._end_step(job.node, answer)
            return
        items = self.maps.get(job.path)
        if items is None:
            return
        self._tell("failed", job, message=_message_of(answer))
        items.open -= 1
        items.failed.append(job.item)
        if items.count - len(items.failed) >= items.needed:
            self._item_ended(job, items)
            return
        self._abandon_map(job.path)
        told = _error_of(answer)
        message = f"item {job.item}: {told.message}" if told else f"item {job.item} failed"
        code = answer.code
        failed = _error(code, told.cause if told else "user", message, told.type if told else "")
        if told:
            failed["traceback"] = told.traceback
        self._end_step(job.node, Answer(code, error=failed))

    def _item_ended(self, job: Job, items: MapRecord) -> None:
        if items.pending:
            self._next_item(job.node)
        elif not items.open:
            self._gather(job.node)

    def _abandon_map(self, path: str) -> None:
        """Too many items failed: nothing more of it begins, what runs is stopped."""
        del self.maps[path]
        self.waiting = deque(job for job in self.waiting if job.path != path)
        self.delayed = [each for each in self.delayed if each[2].path != path]
        heapq.heapify(self.delayed)
        for worker, job in self.active.values():
            if job.path == path:
                worker.signal(signal.SIGTERM)
                job.kill_at_s, job.late = self._now() + SIBLING_GRACE_S, ""

    def _gather(self, node: NodeRecord) -> None:
        items = self.maps[node.step.path]
        node.cached = items.count > 0 and not items.called and not items.failed
        self._end_step(node, self._perform("map-gather", node))

    def _end_step(self, node: NodeRecord, answer: Answer, *, branch: int | None = None, tell: bool = True) -> None:
        path = node.step.path
        node.ended_s = self._now()
        result: Result = "failed" if answer.code else "succeeded"
        node.phase = result
        node.error = _error_of(answer)
        for other in self.frontier.finish(path, result, branch=branch):
            state = self.frontier.states[other]
            self.nodes[other].phase = "skipped" if state == "skipped" else "not_run"
            if state == "skipped" and self.nodes[other].task:
                self._tell_step("skipped", other)
        if answer.code:
            self._tell_step("failed", path, message=_message_of(answer))
            self.failed_step = self.failed_step or path
            if self.request.failure_policy == "immediately":
                self._stop(grace_s=SIBLING_GRACE_S)
        elif tell and (node.task or isinstance(node.step.work, Join)):
            self._tell_step("cached" if node.cached else "succeeded", path)

    def _stop(self, *, grace_s: float) -> None:
        """Nothing new begins; what runs gets SIGTERM now and SIGKILL after the grace."""
        self.stopping = True
        for worker, _ in self.active.values():
            worker.signal(signal.SIGTERM if grace_s else signal.SIGKILL)
        due = self._now() + grace_s
        self.kill_all_at_s = due if self.kill_all_at_s is None else min(due, self.kill_all_at_s)

    def _end_workers(self) -> None:
        for worker in [*self.idle, *(worker for worker, _ in self.active.values())]:
            worker.end()

    def _result(self, outputs: JsonObject) -> RunResult:
        error: NodeError | None = None
        documents: dict[str, JsonObject] = {}
        phase = "aborted" if self.interrupted else "failed" if self.failed_step else "succeeded"
        if phase == "succeeded":
            answer = perform(self.session, "outputs", outputs)
            error = _error_of(answer)
            if error is None:
                committed = self.session.commit("")
                kept = committed.get("outputs") if committed else None
                documents = inlined_outputs(self.store, kept) if isinstance(kept, dict) else {}
            else:
                phase = "failed"
        elif self.failed_step:
            error = self.nodes[self.failed_step].error
        nodes = tuple(self.nodes[path].result() for path in sorted(self.nodes))
        return RunResult(
            execution=self.execution,
            phase="succeeded" if phase == "succeeded" else "aborted" if phase == "aborted" else "failed",
            outputs=documents,
            nodes=nodes,
            error=error,
        )

    # ----------------------------------------------------------------------------------------- small

    def _now(self) -> float:
        return self.clock.monotonic_s()

    def _session(self, attempt: str, *, folder: str = "", job: Job | None = None) -> Session:
        return Session(
            store=self.store,
            run=self.execution,
            attempt=attempt,
            scope=self.request.scope,
            cache=self.request.cache,
            folder=folder or self.folder,
            code=self.request.code_roots,
            note=lambda event, message: self._note(job, f"{event}: {message}"),
        )

    def _note(self, job: Job | None, message: str) -> None:
        if job is not None:
            self._tell("nondeterministic", job, message=message)

    def _perform(self, verb: str, node: NodeRecord) -> Answer:
        return perform(self.session, verb, node.invocation)

    def _tell(
        self,
        kind: EventKind,
        job: Job,
        *,
        message: str = "",
        duration_s: float | None = None,
        wait_s: float | None = None,
    ) -> None:
        self.watch(
            RunEvent(
                kind=kind,
                path=job.path,
                item=job.item,
                attempt=job.attempt,
                at_s=self._now() - self.started_s,
                message=message,
                log=job.log or None,
                duration_s=duration_s,
                wait_s=wait_s,
            )
        )

    def _tell_step(self, kind: EventKind, path: str, *, message: str = "") -> None:
        node = self.nodes[path]
        taken = node.ended_s - node.started_s if node.ended_s is not None and node.started_s is not None else None
        at_s = self._now() - self.started_s
        self.watch(RunEvent(kind=kind, path=path, at_s=at_s, message=message, log=node.log, duration_s=taken))


def _settings(job: Job) -> TaskSettings:
    work = job.node.step.work
    if isinstance(work, RunTask | RunMap):
        return work.settings
    raise TypeError(f"{job.path} calls no task")


def _late(message: str) -> Answer:
    return Answer(DEADLINE, error=_error(DEADLINE, "deadline", message))


def _error(code: int, cause: str, message: str, kind: str = "") -> JsonObject:
    return {"exit_code": code, "cause": cause, "type": kind, "message": message, "traceback": ""}


def _error_of(answer: Answer) -> NodeError | None:
    found = answer.error
    if not answer.code:
        return None
    found = found or {}
    return NodeError(
        code=answer.code,
        cause=str(found.get("cause", "crash")),
        type=str(found.get("type", "")),
        message=str(found.get("message", "")),
        traceback=str(found.get("traceback", "")),
    )


def _message_of(answer: Answer) -> str:
    return str(answer.error["message"]) if answer.error else f"exit code {answer.code}"


def _stopped(answer: Answer, because: str | None) -> NodeError:
    why = f"stopped because {because} failed" if because else "stopped"
    return NodeError(code=answer.code, cause="stopped", type="", message=why, traceback="")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
