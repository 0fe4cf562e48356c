"""What one run keeps of each step and each call while it goes on. Mutable, and known to the scheduler only."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from flyteops.execution.graph import RunMap, RunTask, Step
from flyteops.execution.retrying import Tries
from flyteops.local.requests import NodeError, NodePhase, NodeResult
from flyteops.model.digest import JsonObject


@dataclass(slots=True, kw_only=True)
class NodeRecord:
    """A step so far."""

    step: Step
    invocation: JsonObject
    phase: NodePhase = "not_run"
    cached: bool = False
    attempts: int = 0
    started_s: float | None = None
    ended_s: float | None = None
    log: str | None = None
    error: NodeError | None = None
    items: int | None = None

    @property
    def task(self) -> str:
        """The task's name; empty for a step of a switch."""
        work = self.step.work
        return work.task.name if isinstance(work, RunTask | RunMap) else ""

    def result(self) -> NodeResult:
        """The step as the run's result tells it."""
        ended = self.ended_s if self.ended_s is not None else self.started_s
        return NodeResult(
            path=self.step.path,
            task=self.task,
            phase=self.phase,
            cached=self.cached,
            attempts=self.attempts,
            duration_s=(ended or 0.0) - (self.started_s or 0.0),
            log=self.log,
            error=self.error,
            items=self.items,
        )


@dataclass(slots=True, kw_only=True)
class MapRecord:
    """A map so far: items not begun, and how the others ended."""

    count: int
    needed: int
    pending: deque[int]
    open: int = 0
    failed: list[int] = field(default_factory=list)
    called: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """One call: of a task, or of one item of a map."""

    node: NodeRecord
    item: int | None
    queued_s: float
    first_s: float
    tries: Tries = field(default_factory=Tries)
    attempt: int = 0
    attempt_id: str = ""
    folder: str = ""
    log: str = ""
    begun_s: float = 0.0
    kill_at_s: float | None = None
    late: str = ""

    @property
    def path(self) -> str:
        """The step's path."""
        return self.node.step.path

    @property
    def commit_path(self) -> str:
        """Where the call commits: the step's path, and the item's number for a map."""
        return self.path if self.item is None else f"{self.path}.{self.item}"
