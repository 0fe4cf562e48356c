"""One run on its way: which of its steps begin, what follows from their ends, who is called when it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import assert_never

from flyteops.execution.children import INSIDE, child_name
from flyteops.execution.frontier import Frontier, Result
from flyteops.execution.steps import Decide, FailureHandler, Hold, Join, RunEach, RunLaunch, RunMap, RunTask, Terms
from flyteops.local.answers import failure, message_of, node_error, of_item, stopped_error
from flyteops.local.continuing import keep_steps
from flyteops.local.growing import grown, waits_for_graph
from flyteops.local.items import Items
from flyteops.local.jobs import Job, NodeRecord
from flyteops.local.machine import Machine
from flyteops.local.prepared import Prepared
from flyteops.local.requests import NodeError, NodeResult
from flyteops.local.together import together
from flyteops.model.digest import Json
from flyteops.model.entities import Approve
from flyteops.model.errors import InvalidProject
from flyteops.model.failure import Failure
from flyteops.runtime.binding import bound_inputs
from flyteops.runtime.endings import INTERFACE, Ended
from flyteops.runtime.failures import unready, with_error
from flyteops.runtime.maps import needed_of
from flyteops.runtime.verbs import Answer, failed, perform

SIBLING_GRACE_S = 3.0
"""Between SIGTERM and SIGKILL for siblings of a failed node and for attempts that are late."""


def _batch_of(node: NodeRecord) -> int:
    work = node.step.work
    return (work.task.batch if isinstance(work, RunMap) else None) or 1


class OneRun:
    """The run itself, or one that a step has launched; `ended` is told when all of it is over, handlers too."""

    def __init__(
        self,
        machine: Machine,
        prepared: Prepared,
        execution: str,
        *,
        label: str = "",
        terms: Terms | None = None,
        ended: Callable[[OneRun], None] = lambda _: None,
    ) -> None:
        self.machine = machine
        self.prepared = prepared
        self.execution = execution
        self.label = label
        self.folder = machine.folder_of(execution)
        self.session = machine.session(execution, "run")
        self.most = machine.request.max_parallelism if terms is None else terms.max_parallelism
        if terms is not None:
            # A run that overwrites what is cached, by its plan or by the command, does so in what it launches too.
            self.session.cache = "overwrite" if terms.overwrite_cache else self.session.cache
            self.session.raw_data = terms.raw_data
        self.nodes = {
            path: NodeRecord(step=step, invocation=prepared.invocations[path])
            for path, step in prepared.graph.steps.items()
        }
        self.frontier = Frontier(prepared.graph)
        self.stopping = False
        self.over = False
        self.error: NodeError | None = None
        self.called_back: list[NodeRecord] = []
        """The failure handlers that were called."""
        self._ended = ended
        self._open = 0
        self._items: dict[str, Items] = {}
        self._children: dict[str, OneRun] = {}
        self._failures: list[str] = []
        self._handlers: list[FailureHandler] | None = None

    @property
    def failed_step(self) -> str | None:
        """The step that failed first."""
        return self._failures[0] if self._failures else None

    # ------------------------------------------------------------------------------------------- going on

    def go_on(self) -> None:
        """Begins what may begin; when nothing is left, calls the failure handlers and ends."""
        while not self.stopping and self._handlers is None and (ready := self.frontier.take_ready()):
            for path in ready:
                if not self.stopping:
                    self._begin(self.nodes[path])
        if not self._open and not self.over:
            self._conclude()

    def _begin(self, node: NodeRecord) -> None:
        node.started_s = self.machine.now_s()
        work = node.step.work
        match work:
            case Decide():
                answer = self._perform("decide", node)
                self._end_step(node, answer, branch=int(answer.result) if not answer.code else None)
            case Join():
                self._end_step(node, self._perform("join", node))
            case RunTask():
                self._enqueue(node, None)
            case RunLaunch():
                if not self._known(node):
                    self._launch(node, None)
            case RunMap() | RunEach():
                if not self._known(node):
                    self._begin_items(node, work.concurrency)
            case Hold():
                if not self._known(node):
                    self._hold(node, work)
            case _:
                assert_never(work)

    def _known(self, node: NodeRecord) -> bool:
        """Ends a step that has committed before."""
        if self.machine.store.size(self.session.commit_key(node.step.path)) is None:
            return False
        node.cached = True
        self._end_step(node, Answer(0, cached=True))
        return True

    def _perform(self, verb: str, node: NodeRecord, item: int | None = None) -> Answer:
        return perform(self.session, verb, node.invocation, item)

    def _enqueue(self, node: NodeRecord, item: int | None, *, first: bool = False) -> None:
        self._open += 1
        now = self.machine.now_s()
        self.machine.queue.push(Job(run=self, node=node, item=item, queued_s=now, first_s=now), first=first)

    def _hold(self, node: NodeRecord, work: Hold) -> None:
        self._open += 1
        shown: Json = None
        if isinstance(work.gate, Approve) and work.gate.bound is not None:
            try:
                values, _ = bound_inputs(self.session, node.invocation["inputs"])
            except Ended as ended:
                self.gate_ended(node, failed(self.session, node.invocation, None, ended))
                return
            shown = values[0][2] if values else None
        self.machine.desk.put(self, node, work.gate, now_s=self.machine.now_s(), shown=shown)

    # ----------------------------------------------------------------------------------------- its items

    def _begin_items(self, node: NodeRecord, limit: int | None) -> None:
        answer = self._perform("map-size", node)
        if answer.code:
            self._end_step(node, answer)
            return
        size = answer.result.count(",") + 1 if answer.result != "[]" else 0
        node.items = size
        items = Items.of(size, needed=needed_of(node.invocation, size), batch=_batch_of(node))
        self._items[node.step.path] = items
        # A few more than can run at once, so that a free worker never waits for us.
        for _ in range(limit or self.machine.parallel * 2):
            self._next_item(node, items)
        if not size:
            self._gather(node, items)

    def _next_item(self, node: NodeRecord, items: Items, *, after: int | None = None) -> None:
        if self._items.get(node.step.path) is not items or (item := items.take(after)) is None:
            return
        if isinstance(node.step.work, RunMap):
            self._enqueue(node, item, first=after is not None and _batch_of(node) > 1)
        elif self.machine.store.size(self.session.commit_key(f"{node.step.path}.{item}")) is not None:
            self._item_ended(node, item, Answer(0, cached=True))
        else:
            self._launch(node, item)

    def _item_ended(self, node: NodeRecord, item: int, answer: Answer, *, log: str = "") -> None:
        items = self._items.get(node.step.path)
        if items is None:
            return
        items.open -= 1
        if not answer.code:
            items.called += 0 if answer.cached else 1
        else:
            items.failed.append(item)
        if items.hopeless:
            del self._items[node.step.path]
            self._abandon(node)
            node.log = log or None
            self._end_step(node, of_item(answer, item))
        elif items.more(item):
            self._next_item(node, items, after=item)
        elif items.over:
            self._gather(node, items)

    def _abandon(self, node: NodeRecord) -> None:
        """Too many items failed: nothing more of it begins, what runs is stopped."""
        path = node.step.path

        def of_map(job: Job) -> bool:
            return job.run is self and job.path == path

        self._open -= len(self.machine.queue.drop(of_map))
        self.machine.pool.end_soon(of_map, self.machine.now_s(), grace_s=SIBLING_GRACE_S)
        for name, child in self._children.items():
            if name.rpartition(".")[0] == path:
                child.stop(grace_s=SIBLING_GRACE_S)

    def _gather(self, node: NodeRecord, items: Items) -> None:
        node.cached = items.all_known
        self._items.pop(node.step.path, None)
        self._end_step(node, self._perform("map-gather", node))

    # ------------------------------------------------------------------------------------ calls and gates

    def gives_up(self, job: Job) -> bool:
        """Whether the call is one of a map that failed, or the run is stopped."""
        return self.stopping or (job.item is not None and job.path not in self._items)

    def job_ended(self, job: Job, answer: Answer) -> None:
        """A call is over: no further attempt will be made."""
        self._open -= 1
        self.machine.touched.append(self)
        if job.item is not None:
            if answer.code and job.path in self._items:
                self.machine.tell("failed", job, message=message_of(answer))
            self._item_ended(job.node, job.item, answer, log=job.log)
            return
        job.node.cached = answer.cached
        if not answer.code and waits_for_graph(job.node, self.session):
            self._grow(job.node)
            return
        self._end_step(job.node, answer, tell=bool(answer.code))

    def job_stopped(self, job: Job, answer: Answer) -> None:
        """A call was going on when it was given up."""
        self._open -= 1
        self.machine.touched.append(self)
        job.node.error = job.node.error or stopped_error(answer, self.failed_step)
        job.node.ended_s = self.machine.now_s()
        self.machine.tell("stopped", job)

    def gate_ended(self, node: NodeRecord, answer: Answer) -> None:
        """A gate was opened, or will never be."""
        self._open -= 1
        self.machine.touched.append(self)
        self._end_step(node, answer)

    # --------------------------------------------------------------------------------------- runs inside

    def _grow(self, node: NodeRecord) -> None:
        """Runs the graph that a dynamic task returned in its place."""
        found = grown(self.machine, node, self.session, label=self.label)
        if isinstance(found, Answer):
            self._end_step(node, found)
        else:
            self._launch(node, None, grown_graph=found)

    def _launch(self, node: NodeRecord, item: int | None, *, grown_graph: Prepared | None = None) -> None:
        """Begins the run that a step, or an item of it, launches."""
        path = node.step.path if item is None else f"{node.step.path}.{item}"
        inner = grown_graph or self.prepared.inner[node.handled_as or node.step.path]
        node.run = child_name(self.execution, path) if item is None else ""
        answer = self._perform("launch", node, item)
        if not answer.code:
            try:
                keep_steps(self.machine.store, answer.result, inner.made)
            except InvalidProject as changed:
                answer = failure(INTERFACE, "interface", changed.diagnostics[0].message)
        if answer.code:
            self._landed(node, item, answer)
            return
        child = OneRun(
            self.machine,
            inner,
            answer.result,
            label=f"{self.label}{path}{INSIDE}",
            terms=self._terms(node),
            ended=lambda run: self._child_ended(node, item, path, run),
        )
        self._open += 1
        self._children[path] = child
        self.machine.tell_step("launched", node, label=self.label, item=item, message=f"run {answer.result}")
        self.machine.touched.append(child)

    def _terms(self, node: NodeRecord) -> Terms:
        work = node.step.work
        found = work.terms if isinstance(work, RunLaunch | RunEach) else Terms()
        overwrites = found.overwrite_cache or self.session.cache == "overwrite"
        return replace(found, overwrite_cache=overwrites)

    def _child_ended(self, node: NodeRecord, item: int | None, path: str, child: OneRun) -> None:
        self._open -= 1
        self.machine.touched.append(self)
        del self._children[path]
        together(node.inner, child.results(), prefix=f"{node.step.path}{INSIDE}", items=item is not None)
        if child.error is None and not child.stopping:
            self._landed(node, item, self._perform("land", node, item))
        elif self.stopping or (child.error is None and child.failed_step is None):
            node.error = node.error or stopped_error(Answer(0), self.failed_step)
            node.ended_s = self.machine.now_s()
        else:
            self._landed(node, item, _child_failed(child))

    def _landed(self, node: NodeRecord, item: int | None, answer: Answer) -> None:
        if item is None:
            self._end_step(node, answer)
            return
        if answer.code and node.step.path in self._items:
            self.machine.tell_step("failed", node, label=self.label, item=item, message=message_of(answer))
        self._item_ended(node, item, answer)

    # --------------------------------------------------------------------------------------- ends of steps

    def _end_step(self, node: NodeRecord, answer: Answer, *, branch: int | None = None, tell: bool = True) -> None:
        node.ended_s = self.machine.now_s()
        result: Result = "failed" if answer.code else "succeeded"
        node.phase = result
        node.error = node_error(answer)
        self.machine.touched.append(self)
        if not node.handled_as:
            self._spread(node, result, branch=branch)
        if answer.code:
            self.machine.tell_step("failed", node, label=self.label, message=message_of(answer))
            if not node.handled_as:
                self._failures.append(node.step.path)
                if self.prepared.graph.failure_policy == "immediately":
                    self.stop(grace_s=SIBLING_GRACE_S)
        elif (tell and node.kind != "switch") or isinstance(node.step.work, Join):
            self.machine.tell_step("cached" if node.cached else "succeeded", node, label=self.label)

    def _spread(self, node: NodeRecord, result: Result, *, branch: int | None) -> None:
        for other in self.frontier.finish(node.step.path, result, branch=branch):
            state = self.frontier.states[other]
            self.nodes[other].phase = "skipped" if state == "skipped" else "not_run"
            if state == "skipped" and self.nodes[other].kind != "switch":
                self.machine.tell_step("skipped", self.nodes[other], label=self.label)

    def stop(self, *, grace_s: float) -> None:
        """Nothing new begins; what runs gets SIGTERM now and SIGKILL after the grace."""
        self.stopping = True

        def own(job: Job) -> bool:
            return job.run is self

        self._open -= len(self.machine.queue.drop(own)) + len(self.machine.desk.take_away(self))
        self._items.clear()
        self.machine.pool.end_soon(own, self.machine.now_s(), grace_s=grace_s)
        for child in self._children.values():
            child.stop(grace_s=grace_s)
        self.machine.touched.append(self)

    # ------------------------------------------------------------------------------------------- the end

    def _conclude(self) -> None:
        """Nothing goes on any more: the handlers, one after the other, then the outputs."""
        if self._failures and not self.machine.interrupted:
            if self._handlers is None:
                self._handlers = [each for each in self.prepared.graph.handlers if self._watched(each)]
                self.stopping = False
            if self._handlers:
                self._call_handler(self._handlers.pop(0))
                return
        self.over = True
        if self._failures:
            self.error = self.nodes[self._failures[0]].error
        elif not self.stopping:
            answer = perform(self.session, "outputs", self.prepared.outputs)
            self.error = node_error(answer)
        self._ended(self)

    def _watched(self, handler: FailureHandler) -> str | None:
        return next((path for path in self._failures if path in handler.watches), None)

    def _call_handler(self, handler: FailureHandler) -> None:
        path = self._watched(handler) or ""
        node_failed = self.nodes[path]
        error = node_failed.error
        told = Failure(
            message=error.message if error else "",
            node=path,
            kind=error.cause if error else "",
            attempts=max(node_failed.attempts, 1),
        )
        where = self._free(handler.step.path)
        node = NodeRecord(
            step=replace(handler.step, path=where),
            invocation=with_error(self.prepared.invocations[handler.step.path], told.value(), step=where),
            handled_as=handler.step.path,
        )
        self.called_back.append(node)
        missing = unready(self.session, node.invocation)
        if missing:
            self._end_step(node, failure(INTERFACE, "interface", missing))
            return
        self._begin(node)

    def _free(self, path: str) -> str:
        """Where a handler commits: a run that is continued and fails again calls it again."""
        number, free = 1, path
        while self.machine.store.size(self.session.commit_key(free)) is not None:
            number += 1
            free = f"{path}.{number}"
        return free

    def results(self) -> Iterator[NodeResult]:
        """Every step, with those of the runs inside behind the one that launched them, by path."""
        for node in [*(self.nodes[path] for path in sorted(self.nodes)), *self.called_back]:
            yield node.result()
            yield from (node.inner[path] for path in sorted(node.inner))


def _child_failed(child: OneRun) -> Answer:
    error = child.error
    where = f" at {child.failed_step}" if child.failed_step else ""
    message = f"the run {child.execution} failed{where}: {error.message if error else ''}"
    return failure(error.code if error else INTERFACE, error.cause if error else "", message)
