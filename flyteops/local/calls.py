"""Attempts of calls: begun on a worker or in this process, ended by an answer, a deadline or the worker's death."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter

from flyteops.execution.retrying import wait_before_next
from flyteops.local.answers import failure, killed, late, message_of
from flyteops.local.attempts import lacks_secret, make_folder, request_for, secrets_of, set_kill_time, settings_of
from flyteops.local.growing import waits_for_graph
from flyteops.local.inline import Handed, perform_inline
from flyteops.local.jobs import Job
from flyteops.local.machine import Machine
from flyteops.local.pool import Heard
from flyteops.model.errors import OutsideFailed
from flyteops.runtime.endings import INTERFACE, STOPPED, USER
from flyteops.runtime.masking import mask_file
from flyteops.runtime.surroundings import deck_key
from flyteops.runtime.verbs import Answer, perform


def dispatch(machine: Machine) -> None:
    """Begins as many waiting calls as there is room for, and ends those that have waited too long."""
    while len(machine.pool) < machine.parallel and (job := _next(machine)) is not None:
        attempt(machine, job)
    for job in machine.queue.overdue(machine.now_s()):
        job.run.job_ended(job, late("it waited too long (timeout.queued or timeout.total)"))


def _next(machine: Machine) -> Job | None:
    """The first in line; whose actor has no worker free, or whose run has enough at once, lets others go before."""
    busy = Counter(id(job.run) for job in machine.pool.jobs())

    def fits(job: Job) -> bool:
        return machine.pool.has_place(job) and (job.run.most is None or busy[id(job.run)] < job.run.most)

    return machine.queue.pop(machine.now_s(), fits=fits)


def attempt(machine: Machine, job: Job) -> None:
    """Commits from the cache, or hands the call to a worker."""
    known = _known(machine, job)
    if known is not None:
        if known.code:
            _failed(machine, job, known)
        else:
            _done(machine, job, cached=True)
        return
    lacking = lacks_secret(job, machine.request)
    if lacking is not None:
        said = f'task/{job.node.task} declares the secret "{lacking}", which has no value on this machine'
        _failed(machine, job, failure(INTERFACE, "secret", said))
        return
    job.attempt += 1
    job.node.attempts += 1
    job.attempt_id = machine.ids.fresh()
    make_folder(job, job.run.folder, inline=machine.request.inline)
    job.begun_s = machine.now_s()
    machine.tell("started", job)
    if machine.request.inline:
        finish(machine, job, _inline(machine, job))
        return
    message = request_for(
        job,
        machine.request,
        execution=job.run.execution,
        store_uri=machine.store_uri,
        secret_folder=machine.secret_folder(job),
    )
    machine.pool.begin(job, message)
    set_kill_time(job)


def _inline(machine: Machine, job: Job) -> Answer:
    session = machine.session(job.run.execution, job.attempt_id, folder=job.folder, job=job)
    session.number = job.attempt
    session.cache, session.raw_data = job.run.session.cache, job.run.session.raw_data
    session.tell = lambda fraction, text: machine.tell("progress", job, message=text, fraction=fraction)
    handed = Handed(values=secrets_of(job, machine.request), folder=machine.secret_folder(job))
    try:
        return perform_inline(session, job.node.invocation, job.item, env=settings_of(job).env, secrets=handed)
    except KeyboardInterrupt:
        job.run.job_stopped(job, failure(STOPPED, "stopped", "interrupted"))
        raise


def _known(machine: Machine, job: Job) -> Answer | None:
    """The answer when nothing needs to be called: committed before, cached, or inputs that do not fit."""
    session = job.run.session
    if machine.store.size(session.commit_key(job.commit_path)) is not None:
        return Answer(0, cached=True)
    if job.node.invocation.get("cache") is None or session.cache != "on":
        return None
    answer = perform(session, "lookup", job.node.invocation, job.item)
    return answer if answer.code or answer.cached else None


def hear(machine: Machine, heard: Heard) -> None:
    """What a worker has said of its call, or that it is gone."""
    if heard.progress is not None:
        machine.tell("progress", heard.job, message=heard.progress[1], fraction=heard.progress[0])
        return
    for event, message in heard.notes:
        machine.tell("nondeterministic", heard.job, message=f"{event}: {message}")
    finish(machine, heard.job, heard.answer or _died(machine, heard))


def finish(machine: Machine, job: Job, answer: Answer) -> None:
    """The end of one attempt: no value of a secret stays in its log, its page is noted."""
    _tidy(machine, job)
    if answer.code:
        _failed(machine, job, answer)
        return
    shutil.rmtree(job.folder, ignore_errors=True)
    _done(machine, job, cached=answer.cached)


def _tidy(machine: Machine, job: Job) -> None:
    values = secrets_of(job, machine.request).values()
    if values and job.log:
        mask_file(job.log, values)
    if job.node.invocation.get("deck"):
        key = deck_key(job.run.execution, job.commit_path, job.attempt_id)
        if machine.store.size(key) is not None:
            job.node.decks.append(machine.store.uri(key))


def _done(machine: Machine, job: Job, *, cached: bool) -> None:
    if not waits_for_graph(job.node, job.run.session):
        machine.tell("cached" if cached else "succeeded", job, duration_s=machine.now_s() - job.begun_s)
    job.run.job_ended(job, Answer(0, cached=cached))


def _failed(machine: Machine, job: Job, answer: Answer) -> None:
    if job.run.gives_up(job):
        job.run.job_stopped(job, answer)
        return
    total = settings_of(job).timeout.total_s
    out_of_time = total is not None and machine.now_s() - job.first_s >= total
    job.tries = job.tries.after(answer.code)
    wait = None if out_of_time else wait_before_next(settings_of(job).retries, job.tries, exit_code=answer.code)
    if wait is None:
        job.run.job_ended(job, answer)
        return
    machine.tell("retrying", job, message=message_of(answer), wait_s=wait)
    machine.queue.push_at(job, machine.now_s() + wait)


def _died(machine: Machine, heard: Heard) -> Answer:
    """The answer of a worker that is gone: its commit counts, else how it ended."""
    job, code = heard.job, heard.exit_code
    if machine.store.size(job.run.session.commit_key(job.commit_path)) is not None:
        return Answer(0)
    if job.late and job.kill_at_s is not None and machine.now_s() >= job.kill_at_s:
        return late(job.late)
    if code > 128:
        return killed(code, stopping=job.run.stopping)
    if heard.fresh and not os.path.exists(job.log):  # noqa: PTH110
        words = _last_words(machine, code)
        raise OutsideFailed(
            "python",
            f"the interpreter {machine.python} cannot run tasks: {words}",
            retryable=False,
            way_out=f"make room, or give access to {job.run.folder}"
            if "OSError:" in words or "PermissionError:" in words
            else "name one of Python 3.11 or newer with --python",
        )
    return failure(USER, "crash", f"the function ended its process with exit code {code}")


def _last_words(machine: Machine, code: int) -> str:
    words = machine.pool.last_words()
    if "-P" in words and "nknown option" in words:
        return "it is older than Python 3.11"
    return f"it ended with exit code {code}" + (f": {words}" if words else "")


def kill_late(machine: Machine) -> None:
    """SIGKILL to every worker whose time is over."""
    now = machine.now_s()
    machine.pool.signal(signal.SIGKILL, lambda job: job.kill_at_s is not None and now >= job.kill_at_s)
