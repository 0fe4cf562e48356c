"""The run graph as values: steps, the work of each, what guards it, and the graph that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal as OneOf
from typing import Union

from flyteops.model.digest import JsonObject
from flyteops.model.entities import (
    Fail,
    Gate,
    Mapped,
    Task,
    TaskSettings,
    Variable,
)
from flyteops.model.expressions import Condition
from flyteops.model.frozen import frozen
from flyteops.model.references import Bound


@frozen
class Terms:
    """What a launch plan says of a run beside its inputs, as far as it holds for a run that another run launches."""

    overwrite_cache: bool = False
    raw_data: str = ""
    max_parallelism: int | None = None


@frozen
class RunTask:
    """Do the task's work once. Inputs that the caller leaves out carry their known defaults. A task whose work is
    dynamic returns a graph, which then runs in its place."""

    task: Task
    settings: TaskSettings
    inputs: tuple[Bound, ...]
    title: str = ""
    """How the node is shown when not by its name."""


@frozen
class RunMap:
    """Call the task's function once per item of the lists in `over`; item i commits at `<path>.i`."""

    task: Task
    settings: TaskSettings
    over: tuple[Bound, ...]
    inputs: tuple[Bound, ...]
    outputs: tuple[Variable, ...]
    concurrency: int | None
    min_success_ratio: float | None
    min_successes: int | None
    title: str = ""


@frozen
class Decide:
    """Evaluate conditions in order: the number of the first that holds, or their count for `else`."""

    conditions: tuple[Condition, ...]


@frozen
class Join:
    """Hand on the outputs of the case that was taken, or fail with its message. One choice per branch."""

    decide: str
    choices: tuple[tuple[Bound, ...] | Fail, ...]


@frozen
class RunLaunch:
    """Run `graph` as an execution of its own, with these inputs; its outputs are the step's."""

    launch_plan: str
    graph: RunGraph
    inputs: tuple[Bound, ...]
    outputs: tuple[Variable, ...]
    terms: Terms = Terms()


@frozen
class RunEach:
    """Run `graph` once per item of the lists in `over`, each as a run of its own at `<path>.i`."""

    kind: Mapped
    callee: str
    graph: RunGraph
    over: tuple[Bound, ...]
    inputs: tuple[Bound, ...]
    outputs: tuple[Variable, ...]
    concurrency: int | None
    min_success_ratio: float | None
    min_successes: int | None
    terms: Terms = Terms()


@frozen
class Hold:
    """Wait: for a time, for consent, or for a value from somebody. The gate's binding is flat."""

    gate: Gate
    outputs: tuple[Variable, ...]


Work = Union[RunTask, RunMap, RunLaunch, RunEach, Hold, Decide, Join]


@frozen
class Guard:
    """The step runs only if the step `decide` chose `branch`; it is skipped when that one was skipped."""

    decide: str
    branch: int


@frozen
class Step:
    """One unit of a run. It may start when every step in `needs` has succeeded; a `Join` also takes skipped ones."""

    path: str
    work: Work
    needs: tuple[str, ...]
    guard: Guard | None = None


@frozen
class FailureHandler:
    """What runs after one of the steps `watches` has failed and all else is over: the on_failure of the workflow at
    `scope` (empty for the run's own). Its bindings may refer to `$error`; how it ends changes nothing of the run."""

    scope: str
    watches: frozenset[str]
    step: Step


@frozen
class RunGraph:
    """Steps by path, sorted; what the run returns; what it is given; who is called when it fails, innermost first."""

    steps: Mapping[str, Step]
    inputs: tuple[Variable, ...]
    outputs: tuple[Bound, ...]
    handlers: tuple[FailureHandler, ...] = ()
    failure_policy: OneOf["immediately", "after_executable_nodes"] = "immediately"
    """Of the workflow that runs: those of workflows inside it have no say."""
    publishes: tuple[JsonObject, ...] = ()
    """Artifacts that the run publishes when it has succeeded, as `execution.artifacts` writes them."""


ON_FAILURE = "on_failure"
"""The last part of a failure handler's path; no node may be called so beside one."""
TASK_STEP = "task"
"""The path of the only step when a task is run by itself."""
