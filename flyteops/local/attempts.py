"""One attempt before it begins: its folder and log, what its worker is told, when it is ended from outside."""

from __future__ import annotations

import os
from typing import Any

from flyteops.execution.steps import RunMap, RunTask
from flyteops.local.jobs import Job
from flyteops.local.requests import RunRequest
from flyteops.model.entities import TaskSettings

KILL_SLACK_S = 2.0
"""A worker ends itself at its deadline; this much later it is killed from outside."""


def settings_of(job: Job) -> TaskSettings:
    """The effective settings of the job's node."""
    work = job.node.step.work
    if isinstance(work, RunTask | RunMap):
        return work.settings
    raise TypeError(f"{job.path} calls no task")


def make_folder(job: Job, run_folder: str, *, inline: bool) -> None:
    """Makes the attempt's empty folder, `<run>/<path>/<attempt>/work`, with the log beside it."""
    place = os.path.join(run_folder, job.commit_path, f"{job.attempt}-{job.attempt_id[:8]}")  # noqa: PTH118
    job.folder = os.path.join(place, "work")  # noqa: PTH118
    os.makedirs(job.folder, exist_ok=True)  # noqa: PTH103
    job.log = "" if inline else os.path.join(place, "log.txt")  # noqa: PTH118
    job.node.log = job.log or None


def request_for(job: Job, request: RunRequest, *, execution: str, store_uri: str, secret_folder: str) -> dict[str, Any]:
    """What the worker is told (runtime/worker.py)."""
    settings = settings_of(job)
    return {
        "verb": "task" if job.item is None else "map-item",
        "invocation": job.node.invocation,
        "item": job.item,
        "store": store_uri,
        "run": execution,
        "attempt": job.attempt_id,
        "scope": request.scope,
        "also": list(request.also),
        "cache": job.run.session.cache,
        "raw_data": job.run.session.raw_data,
        "folder": job.folder,
        "log": job.log,
        "env": dict(settings.env),
        "run_s": settings.timeout.run_s,
        "number": job.attempt,
        "secrets": secrets_of(job, request),
        "secret_folder": secret_folder,
    }


def secrets_of(job: Job, request: RunRequest) -> dict[str, str]:
    """The values of the secrets that the job's task declares, and of no other."""
    work = job.node.step.work
    if not isinstance(work, RunTask | RunMap):
        return {}
    return {use.secret: request.secrets[use.secret] for use in work.task.secrets if use.secret in request.secrets}


def lacks_secret(job: Job, request: RunRequest) -> str | None:
    """A declared secret of the job's task without a value: one that a graph made by code has brought."""
    work = job.node.step.work
    uses = work.task.secrets if isinstance(work, RunTask | RunMap) else ()
    return next((use.secret for use in uses if use.secret not in request.secrets), None)


def set_kill_time(job: Job) -> None:
    """When the attempt is killed from outside, and what is said then."""
    timeout = settings_of(job).timeout
    bounds: list[tuple[float, str]] = []
    if timeout.run_s is not None:
        text = f"the attempt took longer than {timeout.run_s:g} s (timeout.run)"
        bounds.append((job.begun_s + timeout.run_s + KILL_SLACK_S, text))
    if timeout.total_s is not None:
        text = f"the node took longer than {timeout.total_s:g} s (timeout.total)"
        bounds.append((job.first_s + timeout.total_s, text))
    job.kill_at_s, job.late = min(bounds, default=(None, ""))


def waiting_until(job: Job) -> float | None:
    """Until when the job may wait for its turn."""
    timeout = settings_of(job).timeout
    bounds = []
    if timeout.queued_s is not None:
        bounds.append(job.queued_s + timeout.queued_s)
    if timeout.total_s is not None:
        bounds.append(job.first_s + timeout.total_s)
    return min(bounds, default=None)


def overdue(job: Job, now_s: float) -> bool:
    """Whether the job has waited too long."""
    due = waiting_until(job)
    return due is not None and now_s >= due
