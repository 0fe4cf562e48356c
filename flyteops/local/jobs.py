"""What one run keeps of each step and each call while it goes on. Mutable, and known to the scheduler only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from flyteops.execution.retrying import Tries
from flyteops.execution.steps import Hold, RunEach, RunLaunch, RunMap, RunTask, Step
from flyteops.local.requests import NodeError, NodePhase, NodeResult, StepKind
from flyteops.model.digest import JsonObject
from flyteops.runtime.session import Session
from flyteops.runtime.verbs import Answer


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
    handled_as: str = ""
    """Of a failure handler that is called: its path in the graph."""
    run: str = ""
    """The run that a launching step has launched."""
    inner: dict[str, NodeResult] = field(default_factory=dict)
    """Steps of the runs that it has launched, those of items together."""
    decks: list[str] = field(default_factory=list)

    @property
    def task(self) -> str:
        """The task's name; empty for a step that calls none."""
        work = self.step.work
        return work.task.name if isinstance(work, RunTask | RunMap) else ""

    @property
    def kind(self) -> StepKind:
        """What the step does, in one word."""
        match self.step.work:
            case RunTask() | RunMap():
                return "task"
            case RunLaunch() | RunEach():
                return "launch"
            case Hold():
                return "gate"
            case _:
                return "switch"

    def result(self) -> NodeResult:
        """The step as the run's result tells it."""
        ended = self.ended_s if self.ended_s is not None else self.started_s
        return NodeResult(
            path=self.step.path,
            task=self.task,
            kind=self.kind,
            phase=self.phase,
            cached=self.cached,
            attempts=self.attempts,
            duration_s=(ended or 0.0) - (self.started_s or 0.0),
            log=self.log,
            error=self.error,
            items=self.items,
            run=self.run,
            decks=tuple(self.decks),
        )


class Owner(Protocol):
    """The run that a job or a gate belongs to, as far as they know it."""

    execution: str
    label: str
    """Stands before its paths when they are told: empty for the run itself, `nightly/` inside what it launched."""
    folder: str
    session: Session
    stopping: bool
    most: int | None
    """Calls of it at once: what its launch plan says."""

    def go_on(self) -> None:
        """Begins what may begin."""

    def job_ended(self, job: Job, answer: Answer) -> None:
        """A call is over: no further attempt will be made."""

    def job_stopped(self, job: Job, answer: Answer) -> None:
        """A call was going on, or waiting, when it was given up."""

    def gives_up(self, job: Job) -> bool:
        """Whether nobody waits for the call any more."""

    def gate_ended(self, node: NodeRecord, answer: Answer) -> None:
        """A gate was opened, or will never be."""


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """One call: of a task, or of one item of a map."""

    run: Owner
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
    def lane(self) -> str:
        """Whose workers it needs: those of an actor are kept for its tasks alone. Empty: any."""
        work = self.node.step.work
        actor = work.task.actor if isinstance(work, RunTask | RunMap) else None
        return actor.name if actor is not None else ""

    @property
    def places(self) -> int | None:
        """How many workers its lane has at most."""
        work = self.node.step.work
        actor = work.task.actor if isinstance(work, RunTask | RunMap) else None
        return actor.replicas if actor is not None else None

    @property
    def path(self) -> str:
        """The step's path."""
        return self.node.step.path

    @property
    def commit_path(self) -> str:
        """Where the call commits: the step's path, and the item's number for a map."""
        return self.path if self.item is None else f"{self.path}.{self.item}"
