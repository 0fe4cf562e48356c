"""The local scheduler: one thread, a selector over the workers' pipes; `execution` decides what starts and retries."""

from __future__ import annotations

import heapq
import os
import shutil
import signal
import sys
from collections import deque
from collections.abc import Callable
from itertools import count

from flyteops.execution.frontier import Frontier, Result
from flyteops.execution.graph import Decide, Join, RunMap, RunTask, Step
from flyteops.execution.invocation import outputs_invocation, step_invocation
from flyteops.execution.retrying import wait_before_next
from flyteops.local.answers import failure, killed, late, message_of, node_error, of_item, stopped_error
from flyteops.local.attempts import make_folder, overdue, request_for, set_kill_time, settings_of, waiting_until
from flyteops.local.continuing import keep_steps, made_of
from flyteops.local.inline import perform_inline, user_code
from flyteops.local.interrupts import Interrupts
from flyteops.local.jobs import Job, MapRecord, NodeRecord
from flyteops.local.launching import Intake, check_execution, inlined_outputs, store_inputs, with_files
from flyteops.local.pool import Heard, Pool
from flyteops.local.requests import EventKind, NodeError, RunEvent, RunRequest, RunResult
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import Timeout
from flyteops.model.errors import OutsideFailed
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.store import BlobStore, StoreFailed
from flyteops.runtime.endings import STOPPED, USER
from flyteops.runtime.maps import needed_of
from flyteops.runtime.session import Session
from flyteops.runtime.verbs import Answer, perform

GRACE_S = 10.0
"""Between SIGTERM and SIGKILL after the first Ctrl-C."""
SIBLING_GRACE_S = 3.0
"""The same for siblings of a failed node and for attempts that are late."""


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
        steps = {path: made_of(node.step, node.invocation) for path, node in nodes.items()}
        keep_steps(store, execution, {"": made_of(None, outputs), **steps})
        with Interrupts(wanted=not request.inline) as interrupts:
            local = _LocalRun(request, execution, store=store, clock=clock, ids=ids, watch=watch, nodes=nodes)
            with user_code(request.code_roots if request.inline else ()):
                return local.run(outputs, interrupts)
    except StoreFailed as error:
        raise OutsideFailed("store", str(error), retryable=error.retryable) from error
    except OSError as error:
        where = error.filename or request.folder
        message = f"{where}: {error.strerror or error}"
        raise OutsideFailed("this machine", message, retryable=False, way_out="make room or give access") from error


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
        self.started_s = clock.monotonic_s()
        self.parallel = 1 if request.inline else max(1, request.parallel or os.cpu_count() or 1)
        self.folder = os.path.join(request.folder, execution)  # noqa: PTH118
        self.pool = Pool(request.python or sys.executable, request.code_roots, folder=self.folder)
        self.number = count()
        self.failed_step: str | None = None
        self.stopping = False
        self.kill_all_at_s: float | None = None
        self.interrupted = 0
        self.signal: int | None = None
        self.bounded = any(
            isinstance(node.step.work, RunTask | RunMap) and node.step.work.settings.timeout != Timeout()
            for node in nodes.values()
        )
        self.session = self._session("run")

    # ------------------------------------------------------------------------------------------ the loop

    def run(self, outputs: JsonObject, interrupts: Interrupts) -> RunResult:
        """Until nothing runs and nothing may start."""
        os.makedirs(self.folder, exist_ok=True)  # noqa: PTH103
        self.pool.also_wait_for(interrupts.handle)
        try:
            while True:
                self._heed(interrupts)
                self._start_ready()
                self._dispatch()
                if not self.pool and (self.stopping or not (self.waiting or self.delayed)):
                    if self.stopping or not self._start_ready():
                        break
                    continue
                self._wait(interrupts)
        finally:
            self.pool.end()
        return self._result(outputs)

    def _heed(self, interrupts: Interrupts) -> None:
        if interrupts.count <= self.interrupted:
            return
        first = self.interrupted == 0
        self.interrupted = interrupts.count
        self.signal = interrupts.last
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
        while self.waiting and not self.stopping and len(self.pool) < self.parallel:
            self._attempt(self.waiting.popleft())
        for job in [job for job in self.waiting if self.bounded and overdue(job, now)]:
            if job in self.waiting:
                self.waiting.remove(job)
                self._job_failed(job, late("it waited too long (timeout.queued or timeout.total)"))

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
        make_folder(job, self.folder, inline=self.request.inline)
        job.begun_s = self._now()
        self._tell("started", job)
        if self.request.inline:
            self._finish_attempt(job, self._inline(job))
            return
        self.pool.begin(job, request_for(job, self.request, execution=self.execution, store_uri=self.store_uri))
        set_kill_time(job)

    def _known(self, job: Job) -> Answer | None:
        """The answer when nothing needs to be called: committed before, cached, or inputs that do not fit."""
        if self.store.size(self.session.commit_key(job.commit_path)) is not None:
            return Answer(0, cached=True)
        if job.node.invocation.get("cache") is None or self.request.cache != "on":
            return None
        answer = perform(self.session, "lookup", job.node.invocation, job.item)
        return answer if answer.code or answer.cached else None

    def _inline(self, job: Job) -> Answer:
        session = self._session(job.attempt_id, folder=job.folder, job=job)
        try:
            return perform_inline(session, job.node.invocation, job.item, env=settings_of(job).env)
        except KeyboardInterrupt:
            self.interrupted = 1
            self._stop(grace_s=0.0)
            return failure(STOPPED, "stopped", "interrupted")

    # ---------------------------------------------------------------------------------------- waiting

    def _wait(self, interrupts: Interrupts) -> None:
        heard = self.pool.wait(self._patience())
        interrupts.drain()
        for each in heard:
            for event, message in each.notes:
                self._tell("nondeterministic", each.job, message=f"{event}: {message}")
            self._finish_attempt(each.job, each.answer or self._died(each))
        self._kill_late()

    def _patience(self) -> float | None:
        times = [job.kill_at_s for job in self.pool.jobs() if job.kill_at_s is not None]
        if self.delayed and not self.stopping:
            times.append(self.delayed[0][0])
        if self.kill_all_at_s is not None:
            times.append(self.kill_all_at_s)
        if self.bounded:
            times.extend(due for job in self.waiting if (due := waiting_until(job)) is not None)
        return max(0.0, min(times) - self._now()) if times else None

    def _died(self, heard: Heard) -> Answer:
        """The answer of a worker that is gone: its commit counts, else how it ended."""
        job, code = heard.job, heard.exit_code
        if self.store.size(self.session.commit_key(job.commit_path)) is not None:
            return Answer(0)
        if job.late and job.kill_at_s is not None and self._now() >= job.kill_at_s:
            return late(job.late)
        if code > 128:
            return killed(code, stopping=self.stopping)
        if heard.fresh and not os.path.exists(job.log):  # noqa: PTH110
            words = self._last_words(code)
            raise OutsideFailed(
                "python",
                f"the interpreter {self.request.python or sys.executable} cannot run tasks: {words}",
                retryable=False,
                way_out=f"make room, or give access to {self.folder}"
                if "OSError:" in words or "PermissionError:" in words
                else "name one of Python 3.11 or newer with --python",
            )
        return failure(USER, "crash", f"the function ended its process with exit code {code}")

    def _last_words(self, code: int) -> str:
        words = self.pool.last_words()
        if "-P" in words and "nknown option" in words:
            return "it is older than Python 3.11"
        return f"it ended with exit code {code}" + (f": {words}" if words else "")

    def _kill_late(self) -> None:
        now = self._now()
        if self.kill_all_at_s is not None and now >= self.kill_all_at_s:
            self.pool.signal(signal.SIGKILL)
            self.kill_all_at_s = None
        self.pool.signal(signal.SIGKILL, lambda job: job.kill_at_s is not None and now >= job.kill_at_s)

    # ----------------------------------------------------------------------------------------- results

    def _finish_attempt(self, job: Job, answer: Answer) -> None:
        if answer.code:
            self._attempt_failed(job, answer)
            return
        shutil.rmtree(job.folder, ignore_errors=True)
        self._job_done(job, cached=answer.cached)

    def _attempt_failed(self, job: Job, answer: Answer) -> None:
        if self.stopping or self._given_up(job):
            job.node.error = job.node.error or stopped_error(answer, self.failed_step)
            job.node.ended_s = self._now()
            self._tell("stopped", job)
            return
        total = settings_of(job).timeout.total_s
        out_of_time = total is not None and self._now() - job.first_s >= total
        job.tries = job.tries.after(answer.code)
        wait = None if out_of_time else wait_before_next(settings_of(job).retries, job.tries, exit_code=answer.code)
        if wait is None:
            self._job_failed(job, answer)
            return
        self._tell("retrying", job, message=message_of(answer), wait_s=wait)
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
        self._tell("failed", job, message=message_of(answer))
        items.open -= 1
        items.failed.append(job.item)
        if items.count - len(items.failed) >= items.needed:
            self._item_ended(job, items)
            return
        self._abandon_map(job.path)
        job.node.log = job.log or None
        self._end_step(job.node, of_item(answer, job.item))

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
        self.pool.signal(signal.SIGTERM, lambda job: job.path == path)
        for job in self.pool.jobs():
            if job.path == path:
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
        node.error = node_error(answer)
        for other in self.frontier.finish(path, result, branch=branch):
            state = self.frontier.states[other]
            self.nodes[other].phase = "skipped" if state == "skipped" else "not_run"
            if state == "skipped" and self.nodes[other].task:
                self._tell_step("skipped", other)
        if answer.code:
            self._tell_step("failed", path, message=message_of(answer))
            self.failed_step = self.failed_step or path
            if self.request.failure_policy == "immediately":
                self._stop(grace_s=SIBLING_GRACE_S)
        elif tell and (node.task or isinstance(node.step.work, Join)):
            self._tell_step("cached" if node.cached else "succeeded", path)

    def _stop(self, *, grace_s: float) -> None:
        """Nothing new begins; what runs gets SIGTERM now and SIGKILL after the grace."""
        self.stopping = True
        self.pool.signal(signal.SIGTERM if grace_s else signal.SIGKILL)
        due = self._now() + grace_s
        self.kill_all_at_s = due if self.kill_all_at_s is None else min(due, self.kill_all_at_s)

    def _result(self, outputs: JsonObject) -> RunResult:
        error: NodeError | None = None
        documents: dict[str, JsonObject] = {}
        phase = "aborted" if self.interrupted else "failed" if self.failed_step else "succeeded"
        if phase == "succeeded":
            answer = perform(self.session, "outputs", outputs)
            error = node_error(answer)
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
            signal=self.signal if phase == "aborted" else None,
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
            raw_data=self.request.raw_data,
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
