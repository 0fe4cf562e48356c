"""Tasks, workflows and launch plans after compiling: every reference resolved, every short form expanded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal as OneOf
from typing import Union, assert_never

from flyteops.model.artifacts import Artifact, ArtifactQuery, Trigger
from flyteops.model.declarations import Declaration
from flyteops.model.expressions import Condition, condition_references
from flyteops.model.frozen import frozen
from flyteops.model.launching import Concurrency, Notification
from flyteops.model.literals import Literal
from flyteops.model.references import Bound, NodeRef, Reference, references_in
from flyteops.model.surroundings import ActorUse, PodTemplate, SecretUse
from flyteops.model.types import LiteralType
from flyteops.model.works import FunctionRef, FunctionWork, TaskWork, work_code, work_function

# ---------------------------------------------------------------------------------------------- interface


@frozen
class Variable:
    """A typed input or output. Not required and without `default`: the default is decided in the pod."""

    name: str
    type: LiteralType
    required: bool = True
    default: Literal | None = None
    description: str = ""
    query: ArtifactQuery | None = None
    """Of a workflow's input: what it is when nobody gives it, found when the workflow is launched."""


@frozen
class Interface:
    """Inputs in the order of the signature, outputs in the order returned."""

    inputs: tuple[Variable, ...] = ()
    outputs: tuple[Variable, ...] = ()


# ------------------------------------------------------------------------------------------------- tasks


@frozen
class Amount:
    """A Kubernetes quantity as request and limit, in the user's own spelling (`500m`, `8Gi`)."""

    request: str | None
    limit: str | None


@frozen
class Toleration:
    """A Kubernetes toleration; empty text means the field is not given."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    seconds: int | None = None
    """How long a pod that runs there already may stay; of the effect NoExecute only."""


@frozen
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
    partition: str | None = None
    """A part of an accelerator (`1g.5gb`); `none` asks for a whole one that is not cut up."""
    queue: str | None = None


@frozen
class Placement:
    """The declared node pool that a pod goes to, with what it takes to get there. `mixed`: the pool has accelerators
    cut up in several ways, so that its selector alone does not say which."""

    pool: str
    selector: tuple[tuple[str, str], ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    spot: bool = False
    mixed: bool = False


@frozen
class Image:
    """An image as declared: either a reference, or what it is built from. The digests of images come from
    `flyteops.lock`; `requirements_digest` is that of the file's lines, comments apart."""

    name: str
    reference: str | None = None
    python: str | None = None
    requirements: str | None = None
    requirements_digest: str | None = None
    packages: tuple[str, ...] = ()
    apt: tuple[str, ...] = ()
    base: str | None = None
    base_digest: str | None = None
    registry: str | None = None
    digest: str | None = None


@frozen
class Backoff:
    """Seconds to wait before attempt k+1: `min(initial_s * factor ** (k - 1), max_s)`."""

    initial_s: float
    factor: float = 2.0
    max_s: float | None = None


@frozen
class Retries:
    """`limit` further attempts after the first; exceptions named in `never` end the node at once."""

    limit: int = 0
    backoff: Backoff | None = None
    never: tuple[str, ...] = ()


@frozen
class Timeout:
    """Bounds in seconds: `run_s` per attempt, `queued_s` of waiting, `total_s` of the node."""

    run_s: float | None = None
    queued_s: float | None = None
    total_s: float | None = None


@frozen
class Included:
    """What else counts for a cache key: `image`, `lock` or a `file` (its path), with the digest of its content."""

    what: OneOf["image", "lock", "file"]
    name: str = ""
    digest: str = ""


@frozen
class CachePolicy:
    """`version` as written, or None for the digest of the code. `max_age_s` bounds the age of an entry.

    `serialize`: of runs that want the same key at once, one computes and the others wait for it. `scope` names a
    domain, trusted more than the run's own scope, whose entries are taken too; neither is part of the key.
    """

    version: str | None = None
    ignore: tuple[str, ...] = ()
    max_age_s: float | None = None
    serialize: bool = False
    include: tuple[Included, ...] = ()
    scope: str | None = None


@frozen
class TaskSettings:
    """What may be set per task and overridden per node; nothing here changes a result but `cache` and `image`."""

    resources: Resources = Resources()
    image: Image | None = None
    retries: Retries = Retries()
    timeout: Timeout = Timeout()
    interruptible: bool = False
    cache: CachePolicy | None = None
    env: tuple[tuple[str, str], ...] = ()
    placement: Placement | None = None
    """Chosen, not written: the pool of the domain that fits; None where no pools are declared."""


@frozen
class Task:
    """One step of work with its interface. `interface` is what callers see: inputs that the task fixes itself are
    not in it. `local` stands in for the work on a laptop, where its kind cannot run there."""

    name: str
    work: TaskWork
    interface: Interface
    settings: TaskSettings = TaskSettings()
    fixed_inputs: tuple[tuple[str, Literal], ...] = ()
    local: FunctionWork | None = None
    secrets: tuple[SecretUse, ...] = ()
    pod_template: PodTemplate | None = None
    actor: ActorUse | None = None
    deck: bool = False
    checkpoint: bool = False
    batch: int | None = None
    """Items of a mapped task that one pod takes."""
    description: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    service_account: str | None = None
    deprecated: str | None = None
    expect_s: float | None = None
    """How long one call is declared to take, for estimates; no limit."""
    keyed_as: str | None = None
    """The name that cache keys use, when `moved:` keeps the results of an earlier name."""

    @property
    def key_name(self) -> str:
        """The name that a cache key knows the task by."""
        return self.keyed_as or self.name

    @property
    def code(self) -> str:
        """Digest of what the work computes: code, script, image and command."""
        return work_code(self.work)

    @property
    def function(self) -> FunctionRef | None:
        """The user's function that the work calls; None for a kind that calls none."""
        return work_function(self.work)


# --------------------------------------------------------------------------------------------- workflows


@frozen
class TaskCall:
    """Runs a task once. `settings` is the whole effective settings when the node overrides any, else None. `title`
    is how the node is shown when not by its name."""

    task: str
    inputs: tuple[Bound, ...]
    settings: TaskSettings | None = None
    title: str = ""


@frozen
class WorkflowCall:
    """Runs another workflow inside this run."""

    workflow: str
    inputs: tuple[Bound, ...]


@frozen
class LaunchPlanCall:
    """Launches a plan: a run of its own, with its own name, limits and inputs fixed by the plan."""

    launch_plan: str
    inputs: tuple[Bound, ...]


Mapped = OneOf["task", "workflow", "launch_plan"]


@frozen
class MapCall:
    """Runs `callee` (a task unless `kind` says else) once per item of the lists in `over`, walked in step; `inputs`
    are the same for all.

    Each `over` binding has a list type. Outputs keep their names, each a list in item order; of optionals when
    `min_success_ratio` or `min_successes` allows failures.
    """

    callee: str
    over: tuple[Bound, ...]
    inputs: tuple[Bound, ...]
    kind: Mapped = "task"
    concurrency: int | None = None
    min_success_ratio: float | None = None
    min_successes: int | None = None
    settings: TaskSettings | None = None
    """Of a mapped task whose node overrides any."""
    title: str = ""


@frozen
class Sleep:
    """Waits, without any output."""

    duration_s: float


@frozen
class Approve:
    """Waits until somebody consents; hands on `bound` as the output `value`. Refusal or time-out fails the node."""

    bound: Bound | None = None
    prompt: str = ""
    timeout_s: float | None = None


@frozen
class WaitForInput:
    """Waits until somebody gives a value of the type: its output `value`."""

    type: LiteralType
    prompt: str = ""
    timeout_s: float | None = None


Gate = Union[Sleep, Approve, WaitForInput]


@frozen
class GiveValue:
    """`{value: …}`: one output `o0` without running anything."""

    bound: Bound


@frozen
class Fail:
    """`{fail: TEXT}`: the node fails with this message."""

    message: str


@frozen
class Case:
    """One `{when, then}`."""

    when: Condition
    then: CaseBody


@frozen
class Switch:
    """The first case whose condition holds, else `otherwise`. `outputs` are those that all cases share: by name,
    or, when every case has exactly one output whatever its name, one called `o0`."""

    cases: tuple[Case, ...]
    otherwise: CaseBody
    outputs: tuple[Variable, ...]


Call = Union[TaskCall, WorkflowCall, LaunchPlanCall, MapCall]
NodeBody = Union[TaskCall, WorkflowCall, LaunchPlanCall, MapCall, Switch, Sleep, Approve, WaitForInput]
CaseBody = Union[NodeBody, GiveValue, Fail]
Handler = Union[TaskCall, WorkflowCall, LaunchPlanCall]
"""What may run after a failure."""


@frozen
class Node:
    """One step of a workflow; it starts when the nodes it refers to and those in `after` have succeeded."""

    name: str
    body: NodeBody
    outputs: tuple[Variable, ...]
    after: tuple[str, ...] = ()


@frozen
class Workflow:
    """A graph of nodes, sorted by name: the order in the file has no meaning."""

    name: str
    interface: Interface
    nodes: tuple[Node, ...]
    outputs: tuple[Bound, ...]
    description: str = ""
    failure_policy: OneOf["immediately", "after_executable_nodes"] = "immediately"
    on_failure: Handler | None = None
    """Runs once the run's other nodes are over, when one of them failed; refers to `$inputs` and `$error` only."""

    def node(self, name: str) -> Node:
        """The node of that name; KeyError when there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)


# ------------------------------------------------------------------------------------------ launch plans


@frozen
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
    jitter_s: float | None = None
    dst: OneOf["once", "engine"] = "once"


@frozen
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
    notifications: tuple[Notification, ...] = ()
    concurrency: Concurrency | None = None
    overwrite_cache: bool = False
    """Its runs look nothing up in the cache, and write what they computed in place of what is there."""
    raw_data: str | None = None
    """Where in the store the files of its runs go, instead of the place that all runs share."""
    queries: tuple[tuple[str, ArtifactQuery], ...] = ()
    """Inputs that are looked for among the artifacts when nobody gives them."""
    trigger: Trigger | None = None


Entity = Union[Task, Workflow, LaunchPlan, Artifact, Declaration]

# ---------------------------------------------------------------------------------------------- walking


def bounds_of(body: CaseBody) -> tuple[Bound, ...]:
    """The bindings of a body itself, without those of nested cases."""
    match body:
        case TaskCall(inputs=inputs) | WorkflowCall(inputs=inputs) | LaunchPlanCall(inputs=inputs):
            return inputs
        case MapCall(over=over, inputs=inputs):
            return (*over, *inputs)
        case GiveValue(bound=bound):
            return (bound,)
        case Approve(bound=bound):
            return (bound,) if bound is not None else ()
        case Fail() | Switch() | Sleep() | WaitForInput():
            return ()
        case _:
            assert_never(body)


def calls_of(body: CaseBody) -> Iterator[Call]:
    """Every call a body may make, through nested switches."""
    match body:
        case TaskCall() | WorkflowCall() | LaunchPlanCall() | MapCall():
            yield body
        case Switch(cases=cases, otherwise=otherwise):
            for case in cases:
                yield from calls_of(case.then)
            yield from calls_of(otherwise)
        case GiveValue() | Fail() | Sleep() | Approve() | WaitForInput():
            return
        case _:
            assert_never(body)


def calls_in(workflow: Workflow) -> Iterator[Call]:
    """Every call of a workflow: its nodes' and its failure handler's."""
    for node in workflow.nodes:
        yield from calls_of(node.body)
    if workflow.on_failure is not None:
        yield workflow.on_failure


def called(call: Call) -> tuple[Mapped, str]:
    """What a call runs: the kind and the name."""
    match call:
        case TaskCall(task=name):
            return "task", name
        case WorkflowCall(workflow=name):
            return "workflow", name
        case LaunchPlanCall(launch_plan=name):
            return "launch_plan", name
        case MapCall(kind=kind, callee=name):
            return kind, name
        case _:
            assert_never(call)


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
