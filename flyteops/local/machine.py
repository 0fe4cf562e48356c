"""What all runs of one call share: the workers, the queue, the store, the clock, and whoever watches."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from flyteops.local.attempts import secrets_of
from flyteops.local.desk import Desk
from flyteops.local.jobs import Job, NodeRecord, Owner
from flyteops.local.launching import Intake
from flyteops.local.pool import Pool
from flyteops.local.queue import Queue
from flyteops.local.requests import EventKind, RunEvent, RunRequest, Terminal
from flyteops.local.secret_files import SecretFolder
from flyteops.ports.clock import Clock, Ids
from flyteops.ports.store import BlobStore
from flyteops.runtime.session import Session


class Machine:
    """One process, one set of workers; a run of its own is a second run on the same machine."""

    def __init__(
        self,
        request: RunRequest,
        execution: str,
        *,
        store: BlobStore,
        clock: Clock,
        ids: Ids,
        watch: Callable[[RunEvent], None],
        terminal: Terminal | None,
    ) -> None:
        self.request = request
        self.store = store
        self.store_uri = store.uri("runs").rpartition("/")[0]
        self.ids = ids
        self.watch = watch
        self.clock = clock
        self.started_s = clock.monotonic_s()
        self.parallel = 1 if request.inline else max(1, request.parallel or os.cpu_count() or 1)
        self.python = request.python or sys.executable
        self.pool = Pool(self.python, request.code_roots, folder=self.folder_of(execution))
        self.queue = Queue()
        self.secret_files = SecretFolder()
        self.intake = Intake(store, request.root)
        self.desk = Desk(
            request.answers, terminal, keep=lambda value, of, whose: self.intake.value(value, of, label=whose)
        )
        self.touched: list[Owner] = []
        """Runs in which something ended: what may begin there now is looked at next."""
        self.interrupted = 0
        self.signal: int | None = None

    def folder_of(self, execution: str) -> str:
        """Where the run keeps its logs and the folders of its attempts."""
        return os.path.join(self.request.folder, execution)  # noqa: PTH118

    def secret_folder(self, job: Job) -> str:
        """Where the call's secrets stand that are shown as files; empty when its task declares none."""
        return self.secret_files.folder if secrets_of(job, self.request) else ""

    def now_s(self) -> float:
        """Seconds of the steady clock."""
        return self.clock.monotonic_s()

    def session(self, execution: str, attempt: str, *, folder: str = "", job: Job | None = None) -> Session:
        """What a verb is given that is done in this process."""

        def note(event: str, message: str) -> None:
            if job is not None:
                self.tell("nondeterministic", job, message=f"{event}: {message}")

        return Session(
            store=self.store,
            run=execution,
            attempt=attempt,
            scope=self.request.scope,
            also=self.request.also,
            cache=self.request.cache,
            raw_data=self.request.raw_data,
            folder=folder or self.folder_of(execution),
            code=self.request.code_roots,
            note=note,
        )

    def tell(
        self,
        kind: EventKind,
        job: Job,
        *,
        message: str = "",
        duration_s: float | None = None,
        wait_s: float | None = None,
        fraction: float | None = None,
    ) -> None:
        """Something happened to a call."""
        self.watch(
            RunEvent(
                kind=kind,
                path=job.run.label + job.path,
                item=job.item,
                attempt=job.attempt,
                at_s=self.now_s() - self.started_s,
                message=message,
                log=job.log or None,
                duration_s=duration_s,
                wait_s=wait_s,
                fraction=fraction,
            )
        )

    def tell_step(
        self, kind: EventKind, node: NodeRecord, *, label: str, message: str = "", item: int | None = None
    ) -> None:
        """Something happened to a step as a whole."""
        taken = node.ended_s - node.started_s if node.ended_s is not None and node.started_s is not None else None
        at_s, path = self.now_s() - self.started_s, label + node.step.path
        log = node.log if item is None else None
        self.watch(RunEvent(kind=kind, path=path, item=item, at_s=at_s, message=message, log=log, duration_s=taken))
