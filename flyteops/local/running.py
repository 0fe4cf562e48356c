"""The local scheduler: one thread, a selector over the workers' pipes; `execution` decides what starts and retries."""

from __future__ import annotations

import os
from collections.abc import Callable

from flyteops.execution.steps import Hold
from flyteops.local.calls import dispatch, hear, kill_late
from flyteops.local.continuing import keep_steps
from flyteops.local.desk import unasked
from flyteops.local.inline import user_code
from flyteops.local.interrupts import Interrupts
from flyteops.local.launching import check_execution, inlined_outputs, store_inputs
from flyteops.local.machine import Machine
from flyteops.local.one_run import OneRun
from flyteops.local.prepared import Prepared, prepare
from flyteops.local.requests import RunEvent, RunRequest, RunResult, Terminal
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.digest import JsonObject
from flyteops.model.entities import Sleep
from flyteops.model.errors import InvalidProject, OutsideFailed
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.store import BlobStore, StoreFailed
from flyteops.runtime.session import keep_scheduled

GRACE_S = 10.0
"""Between SIGTERM and SIGKILL after the first Ctrl-C."""


def run(
    request: RunRequest,
    *,
    store: BlobStore,
    clock: Clock,
    ids: Ids,
    watch: Callable[[RunEvent], None],
    terminal: Terminal | None = None,
) -> RunResult:
    """Runs the graph to its end; raises `InvalidProject` for wrong inputs and `OutsideFailed` for the outside.

    `terminal` is whom gates ask that the request holds no answer for; without one they fail."""
    execution = request.execution or ids.fresh()
    check_execution(execution)
    try:
        machine = Machine(request, execution, store=store, clock=clock, ids=ids, watch=watch, terminal=terminal)
        prepared = prepare(request.graph, request.project, machine.intake)
        store_inputs(request, store, execution, machine.intake)
        keep_steps(store, execution, prepared.made)
        if terminal is None:
            _refuse_unasked(machine, prepared, execution)
        if request.scheduled:
            keep_scheduled(store, execution, request.scheduled)
        with (
            Interrupts(wanted=not request.inline) as interrupts,
            user_code(request.code_roots if request.inline else ()),
        ):
            return _result(machine, _to_its_end(machine, prepared, execution, interrupts))
    except StoreFailed as error:
        raise OutsideFailed("store", str(error), retryable=error.retryable) from error
    except OSError as error:
        where = error.filename or request.folder
        message = f"{where}: {error.strerror or error}"
        raise OutsideFailed("this machine", message, retryable=False, way_out="make room or give access") from error


def _refuse_unasked(machine: Machine, prepared: Prepared, execution: str) -> None:
    """Refuses a run that is sure to come to a gate which nobody answers: before anything runs, not hours later."""
    session = machine.session(execution, "run")
    faults: list[Diagnostic] = []
    for path, step in sorted(prepared.graph.steps.items()):
        if not isinstance(step.work, Hold) or isinstance(step.work.gate, Sleep) or step.guard is not None:
            continue
        if machine.desk.said(path) is None and machine.store.size(session.commit_key(path)) is None:
            message, way_out = unasked(path, step.work.gate)
            faults.append(Diagnostic(code="FO622", message=message, place=None, help=way_out))
    if faults:
        raise InvalidProject(faults)


def _to_its_end(machine: Machine, prepared: Prepared, execution: str, interrupts: Interrupts) -> OneRun:
    """Until nothing runs and nothing may start."""
    whole = OneRun(machine, prepared, execution)
    machine.touched.append(whole)
    os.makedirs(whole.folder, exist_ok=True)  # noqa: PTH103
    machine.pool.also_wait_for(interrupts.handle)
    try:
        while not whole.over:
            try:
                _one_round(machine, whole, interrupts)
            except KeyboardInterrupt:
                # With --inline Python itself interrupts: the user's code, or us while we wait.
                machine.interrupted += 1
                whole.stop(grace_s=0.0)
    finally:
        machine.pool.end()
        machine.secret_files.remove()
    return whole


def _one_round(machine: Machine, whole: OneRun, interrupts: Interrupts) -> None:
    _heed(machine, whole, interrupts)
    while True:
        _go_on(machine)
        dispatch(machine)
        if not machine.touched:
            break
    if whole.over:
        return
    machine.desk.look(machine.now_s())
    if machine.touched:
        return
    heard = machine.pool.wait(_patience(machine), also=machine.desk.descriptor)
    interrupts.drain()
    for each in heard.answers:
        hear(machine, each)
    if heard.also:
        machine.desk.hear()
    kill_late(machine)


def _go_on(machine: Machine) -> None:
    """Lets every run go on in which something has ended."""
    while machine.touched:
        touched, machine.touched = dict.fromkeys(machine.touched), []
        for run_ in touched:
            run_.go_on()


def _heed(machine: Machine, whole: OneRun, interrupts: Interrupts) -> None:
    if interrupts.count <= machine.interrupted:
        return
    first = machine.interrupted == 0
    machine.interrupted = interrupts.count
    machine.signal = interrupts.last
    whole.stop(grace_s=GRACE_S if first and interrupts.count == 1 else 0.0)


def _patience(machine: Machine) -> float | None:
    times = [job.kill_at_s for job in machine.pool.jobs() if job.kill_at_s is not None]
    times += [due for due in (machine.queue.due_s(), machine.desk.due_s()) if due is not None]
    return max(0.0, min(times) - machine.now_s()) if times else None


def _result(machine: Machine, whole: OneRun) -> RunResult:
    aborted = machine.interrupted > 0
    documents: dict[str, JsonObject] = {}
    if not aborted and whole.error is None:
        committed = whole.session.commit("")
        kept = committed.get("outputs") if committed else None
        documents = inlined_outputs(machine.store, kept) if isinstance(kept, dict) else {}
    return RunResult(
        execution=whole.execution,
        phase="aborted" if aborted else "failed" if whole.error is not None else "succeeded",
        outputs=documents,
        nodes=tuple(whole.results()),
        error=whole.error,
        signal=machine.signal if aborted else None,
    )
