"""Tasks, workflows and launch plans after compiling: every reference resolved, every short form expanded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import Union, assert_never

from flyteops.model.expressions import Condition, condition_references
from flyteops.model.literals import Literal
from flyteops.model.references import Bound, NodeRef, Reference, references_in
from flyteops.model.types import LiteralType

# ---------------------------------------------------------------------------------------------- interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A typed input or output. Not required and without `default`: the default is decided in the pod."""

    name: str
    type: LiteralType
    required: bool = True
    default: Literal | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """Inputs in the order of the signature, outputs in the order returned."""

    inputs: tuple[Variable, ...] = ()
    outputs: tuple[Variable, ...] = ()


# ------------------------------------------------------------------------------------------------- tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRef:
    """`module:name`, a function at the top level of a first-party module."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A Kubernetes quantity as request and limit, in the user's own spelling (`500m`, `8Gi`)."""

    request: str | None
    limit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toleration:
    """A Kubernetes toleration; empty text means the field is not given."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a pod of the task asks for. `gpu` is a whole number of devices; None means not asked for."""

    cpu: Amount | None = None
    memory: Amount | None = None
    gpu: int | None = None
    accelerator: str | None = None
    ephemeral_storage: Amount | None = None
    shared_memory: str | None = None
    node_selector: tuple[tuple[str, str], ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    priority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image as declared: either a reference, or what it is built from. `digest` comes from `flyteops.lock`."""

    name: str
    reference: str | None = None
    python: str | None = None
    requirements: str | None = None
    packages: tuple[str, ...] = ()
    apt: tuple[str, ...] = ()
    registry: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Seconds to wait before attempt k+1: `min(initial_s * factor ** (k - 1), max_s)`."""

    initial_s: float
    factor: float = 2.0
    max_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """`limit` further attempts after the first; exceptions named in `never` end the node at once."""

    limit: int = 0
    backoff: Backoff | None = None
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """Bounds in seconds: `run_s` per attempt, `queued_s` of waiting, `total_s` of the node."""

    run_s: float | None = None
    queued_s: float | None = None
    total_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePolicy:
    """`version` as written, or None for the digest of the code. `max_age_s` bounds the age of an entry."""

    version: str | None = None
    ignore: tuple[str, ...] = ()
    max_age_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSettings:
    """What may be set per task and overridden per node; nothing here changes a result but `cache` and `image`."""

    resources: Resources = Resources()
    image: Image | None = None
    retries: Retries = Retries()
    timeout: Timeout = Timeout()
    interruptible: bool = False
    cache: CachePolicy | None = None
    env: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A function with its interface. `returns` says how the function's value becomes outputs; `code` is the
    digest of the function and of the first-party code it reaches (decisions.md 11)."""

    name: str
    function: FunctionRef
    interface: Interface
    returns: OneOf["none", "value", "tuple"]
    code: str
    settings: TaskSettings = TaskSettings()
    description: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    service_account: str | None = None
    deprecated: str | None = None
    keyed_as: str | None = None
    """The name that cache keys use, when `moved:` keeps the results of an earlier name."""

    @property
    def key_name(self) -> str:
        """The name that a cache key knows the task by."""
        return self.keyed_as or self.name


# --------------------------------------------------------------------------------------------- workflows


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCall:
    """Runs a task once. `settings` is the whole effective settings when the node overrides any, else None."""

    task: str
    inputs: tuple[Bound, ...]
    settings: TaskSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowCall:
    """Runs another workflow inside this run."""

    workflow: str
    inputs: tuple[Bound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCall:
    """Runs a task once per item of the lists in `over`, walked in step; `inputs` are the same for all.

    Each `over` binding has a list type. Outputs keep their names, each a list in item order; of optionals when
    `min_success_ratio` or `min_successes` allows failures.
    """

    task: str
    over: tuple[Bound, ...]
    inputs: tuple[Bound, ...]
    concurrency: int | None = None
    min_success_ratio: float | None = None
    min_successes: int | None = None
    settings: TaskSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveValue:
    """`{value: …}`: one output `o0` without running anything."""

    bound: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    """`{fail: TEXT}`: the node fails with this message."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One `{when, then}`."""

    when: Condition
    then: CaseBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The first case whose condition holds, else `otherwise`. `outputs` are those that all cases share: by name,
    or, when every case has exactly one output whatever its name, one called `o0` (language-rules.md "Nodes")."""

    cases: tuple[Case, ...]
    otherwise: CaseBody
    outputs: tuple[Variable, ...]


CaseBody = Union[TaskCall, WorkflowCall, MapCall, GiveValue, Fail, Switch]
NodeBody = Union[TaskCall, WorkflowCall, MapCall, Switch]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step of a workflow; it starts when the nodes it refers to and those in `after` have succeeded."""

    name: str
    body: NodeBody
    outputs: tuple[Variable, ...]
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A graph of nodes, sorted by name: the order in the file has no meaning."""

    name: str
    interface: Interface
    nodes: tuple[Node, ...]
    outputs: tuple[Bound, ...]
    description: str = ""
    failure_policy: OneOf["immediately", "after_executable_nodes"] = "immediately"

    def node(self, name: str) -> Node:
        """The node of that name; KeyError when there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)


# ------------------------------------------------------------------------------------------ launch plans


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a launch plan starts: `cron` (five fields) or `every` as written, in `timezone`."""

    cron: str | None = None
    every: str | None = None
    timezone: str = "UTC"
    catchup: OneOf["none", "last", "all"] = "none"
    overlap: OneOf["allow", "forbid", "replace"] = "allow"
    start: str | None = None
    end: str | None = None
    kickoff_time_input: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlan:
    """A workflow with inputs given in advance. Fixed inputs cannot be changed by whoever launches it."""

    name: str
    workflow: str
    default_inputs: tuple[tuple[str, Literal], ...] = ()
    fixed_inputs: tuple[tuple[str, Literal], ...] = ()
    schedule: Schedule | None = None
    active: bool = True
    max_parallelism: int | None = None
    description: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    service_account: str | None = None


Entity = Union[Task, Workflow, LaunchPlan]

# ---------------------------------------------------------------------------------------------- walking


def bounds_of(body: CaseBody) -> tuple[Bound, ...]:
    """The bindings of a body itself, without those of nested cases."""
    match body:
        case TaskCall(inputs=inputs) | WorkflowCall(inputs=inputs):
            return inputs
        case MapCall(over=over, inputs=inputs):
            return (*over, *inputs)
        case GiveValue(bound=bound):
            return (bound,)
        case Fail() | Switch():
            return ()
        case _:
            assert_never(body)


def calls_of(body: CaseBody) -> Iterator[TaskCall | WorkflowCall | MapCall]:
    """Every call a body may make, through nested switches."""
    match body:
        case TaskCall() | WorkflowCall() | MapCall():
            yield body
        case Switch(cases=cases, otherwise=otherwise):
            for case in cases:
                yield from calls_of(case.then)
            yield from calls_of(otherwise)
        case GiveValue() | Fail():
            return
        case _:
            assert_never(body)


def body_references(body: CaseBody) -> Iterator[Reference]:
    """Every reference of a body: inputs, conditions, and those of all cases."""
    for bound in bounds_of(body):
        yield from references_in(bound.binding)
    if isinstance(body, Switch):
        for case in body.cases:
            yield from condition_references(case.when)
            yield from body_references(case.then)
        yield from body_references(body.otherwise)


def upstream_of(node: Node) -> frozenset[str]:
    """The names of the nodes that must have succeeded before this one starts."""
    referred = {reference.node for reference in body_references(node.body) if isinstance(reference, NodeRef)}
    return frozenset(referred | set(node.after))
