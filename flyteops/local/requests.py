"""What a local run is asked, what it answers, and what it tells meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Literal as OneOf
from typing import Protocol

from flyteops.execution.steps import RunGraph
from flyteops.model.digest import JsonObject
from flyteops.model.entities import Task
from flyteops.model.frozen import frozen
from flyteops.model.literals import Literal
from flyteops.model.types import LiteralType

RunPhase = OneOf["succeeded", "failed", "aborted"]
StepKind = OneOf["task", "launch", "gate", "switch"]
NodePhase = OneOf["succeeded", "failed", "skipped", "not_run"]
EventKind = OneOf[
    "started", "launched", "progress", "retrying", "succeeded", "cached", "failed", "skipped", "stopped",
    "nondeterministic",
]  # fmt: skip
Said = bool | Literal
"""The answer to a gate: consent or refusal, or a value."""


class Terminal(Protocol):
    """Somebody who can be asked; one question at a time."""

    descriptor: int
    """Readable when a line was typed, or nobody is there any more."""

    def say(self, text: str) -> None:
        """Shows a question, or what is wrong with an answer."""

    def read(self) -> str | None:
        """The line that was typed; None when there will be none."""

    def parse(self, of: LiteralType, text: str) -> Literal | str:
        """The typed text as a value of the type, or what is wrong with it."""


@frozen
class RunRequest:
    """One run. `execution` names a run to continue: what it committed is not done again.

    `root` is the folder that relative file inputs start from, `code_roots` are absolute import roots, `folder` is
    where logs and attempt folders go, `scope` is where cache entries are kept;
    those of the scopes `also` are taken too."""

    graph: RunGraph
    project: str
    root: str
    code_roots: tuple[str, ...]
    folder: str
    execution: str | None = None
    inputs: Mapping[str, Literal] = field(default_factory=dict)
    python: str = ""
    parallel: int | None = None
    scope: str = "dev/local"
    also: tuple[str, ...] = ()
    cache: OneOf["on", "off", "overwrite"] = "on"
    max_parallelism: int | None = None
    """Calls of the run itself at once: what its launch plan says. `parallel` bounds all that this machine does."""
    raw_data: str = ""
    """Where in the store new files go; empty for the place that all runs share."""
    inline: bool = False
    answers: Mapping[str, Said] = field(default_factory=dict)
    """What gates are answered, by the path of their step."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Values by the names of the declared secrets; each task gets those it declares."""
    scheduled: str | None = None
    """The slot of the schedule, RFC 3339."""
    grow: Callable[[Task, bytes], RunGraph] | None = None
    """Turns the graph that a dynamic task returned into one that runs; InvalidProject for what is none."""


@frozen
class NodeError:
    """Why a node failed: exit code, cause in one word, and what Python said."""

    code: int
    cause: str
    type: str
    message: str
    traceback: str


@frozen
class NodeResult:
    """How a step ended. `task` is empty for a step that calls none. `items` counts a map's items, `run` names the run
    of its own that the step launched. Steps of such a run have its step before them: `nightly/fit`."""

    path: str
    task: str
    phase: NodePhase
    kind: StepKind = "task"
    cached: bool = False
    attempts: int = 0
    duration_s: float = 0.0
    log: str | None = None
    error: NodeError | None = None
    items: int | None = None
    run: str = ""
    decks: tuple[str, ...] = ()
    """URIs of the pages that its attempts have left."""


@frozen
class RunResult:
    """How the run ended. `outputs` are literal documents `{"v", "type", "value"}` by name; `signal` is the number of
    the one that stopped it."""

    execution: str
    phase: RunPhase
    outputs: Mapping[str, JsonObject]
    nodes: tuple[NodeResult, ...]
    error: NodeError | None = None
    signal: int | None = None


@frozen
class RunEvent:
    """Something that happened to a step, or to item `item` of a map, `at_s` seconds after the run began."""

    kind: EventKind
    path: str
    at_s: float
    item: int | None = None
    attempt: int = 0
    message: str = ""
    log: str | None = None
    duration_s: float | None = None
    wait_s: float | None = None
    fraction: float | None = None
    """How far the attempt says it is, from 0 to 1."""
