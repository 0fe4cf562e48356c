"""The plan as a value: ordered changes with three axes each (object, interface, recompute)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal as OneOf

from flyteops.model.digest import Json, JsonObject
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId
from flyteops.model.state import EntityRecord

Action = OneOf["create", "update", "retire", "move"]
InterfaceClass = OneOf["new", "same", "compatible", "breaking", "removed", "none"]
RecomputeClass = OneOf["new", "none", "yes", "maybe", "always"]
"""`yes`: a key ingredient of the node itself changed · `maybe`: only if an upstream value turns out different ·
`always`: the task is not cached · `new`: never applied before · `none`: every key stays as it was."""


@frozen
class FieldChange:
    """One field of the wire form: dotted path, value before and after (None when absent), and where it is written."""

    path: str
    before: Json
    after: Json
    file: str | None = None
    line: int | None = None


@frozen
class InterfaceFinding:
    """A named interface rule that applies, with the consumers it touches (addresses with a node). `adapted` are those
    that the same plan changes or retires: they do not break. `outside` is said where whoever launches it is one more
    consumer, whom no plan can change."""

    rule: str
    message: str
    breaking: bool
    consumers: tuple[str, ...] = ()
    adapted: tuple[str, ...] = ()
    outside: bool = False


@frozen
class StepWeight:
    """What a step takes while it runs: how often its task is called (None: only a run can know), GPUs of one call,
    the price of one call for an hour (None: no pool with a price), and how long one call is declared to take."""

    task: str
    calls: int | None = 1
    gpu: int = 0
    price_per_hour: float | None = None
    expect_s: float | None = None


@frozen
class Timing:
    """How long a call of a task took: the median of the last ones."""

    seconds: float
    calls: int


@frozen
class NodeRecompute:
    """What happens to one node of a workflow at its next run, and why. `launch_plan` names the plan whose own
    inputs are the reason; without it the workflow runs with its own defaults. `standing` is said of what would
    happen without any change as well: a step that is not cached, and what reads from it."""

    workflow: str
    node: str
    task: str
    outcome: RecomputeClass
    reasons: tuple[str, ...] = ()
    launch_plan: str | None = None
    standing: bool = False
    weight: StepWeight | None = field(default=None, compare=False)
    """For the size of the plan; no part of its document."""


EffectWhen = OneOf["next_run", "stops", "not_run"]
"""`next_run`: whoever starts it next gets it · `stops`: what ran it does not start any more · `not_run`: nothing that
this plan knows of runs it."""


@frozen
class ScheduledVersion:
    """A schedule that a change touches: the version that its next firing runs (a digest of the launch plan and all
    that it reaches), and the one that it would have run; None when it does not start."""

    launch_plan: str
    version: str | None
    previous_version: str | None


@frozen
class ChangeEffect:
    """When a change takes effect, and on which schedules."""

    when: EffectWhen = "not_run"
    schedules: tuple[ScheduledVersion, ...] = ()


@frozen
class Reach:
    """The blast radius of a change: addresses of what runs the entity, through any number of calls."""

    workflows: tuple[str, ...] = ()
    launch_plans: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    """Tasks of other projects and domains that stand for it, as `project/domain/task/name`."""


@frozen
class Change:
    """One entity of the plan."""

    entity: EntityId
    previous: EntityId | None
    action: Action
    digest: str | None
    previous_digest: str | None
    interface: InterfaceClass
    findings: tuple[InterfaceFinding, ...]
    recompute: RecomputeClass
    reasons: tuple[str, ...]
    fields: tuple[FieldChange, ...]
    record: EntityRecord | None
    effect: ChangeEffect = ChangeEffect()
    reach: Reach = Reach()


@frozen
class TreeIdentity:
    """Which tree was planned: the commit, the digest of the files read, and what is uncommitted (paths)."""

    commit: str | None
    files_digest: str
    uncommitted: tuple[str, ...] = ()


@frozen
class Plan:
    """Changes in apply order, sorted, without a clock: the same inputs give the same plan and the same digest."""

    project: str
    domain: str
    lineage: str
    generation: int
    tree: TreeIdentity
    changes: tuple[Change, ...]
    nodes: tuple[NodeRecompute, ...]
    unchanged: int
    warnings: tuple[str, ...]
    digest: str
    cluster: str = ""
    """Where the objects of the domain go, as the settings name it; empty without a cluster."""


@frozen
class Upcoming:
    """The next firings of a schedule that a plan touches, as RFC 3339 in its own zone; of one that stops, those that
    will not happen. `spoken` is the first of them in words."""

    launch_plan: str
    timezone: str
    next: tuple[str, ...]
    version: str | None
    previous_version: str | None
    spoken: str = ""


@frozen
class Deltas:
    """The two parts of a plan, told apart by a base commit: what the change does, and what was pending before it."""

    against: str
    change: Plan
    pending: Plan


@frozen
class Consent:
    """An entry of the consent file: somebody agrees to one rule at one address. `expires` is a date; the entry counts
    on that day and not on the next."""

    address: str
    rule: str
    reason: str
    expires: str | None
    file: str
    line: int

    @property
    def identity(self) -> tuple[str, str, str, str | None]:
        """What makes it the same entry, wherever in the file it stands."""
        return (self.address, self.rule, self.reason, self.expires)


@frozen
class ConsentState:
    """One consent that a plan needs, or an entry that no change of the plan needs (`unused`)."""

    address: str
    rule: str
    state: OneOf["given", "missing", "expired", "spent", "unused"]
    message: str
    reason: str = ""
    file: str | None = None
    line: int | None = None


@frozen
class Refusal:
    """A rule that would refuse to apply the plan."""

    rule: str
    message: str
    protects: str
    way_out: str


@frozen
class PlanContext:
    """What is told beside a plan. It takes a clock, other commits or the consent file: never part of the digest."""

    upcoming: tuple[Upcoming, ...] = ()
    deltas: Deltas | None = None
    consents: tuple[ConsentState, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    timings: Mapping[str, Timing] = field(default_factory=dict)
    """How long tasks took, by project and key name; those that nobody measured are not there."""
    unfinished_runs: Mapping[str, int] | None = None
    """Runs that are not over, by the address they were started from; None when nobody asked, or nobody answered."""


FORMAT_VERSION = "1.3"
__all__ = [
    "FORMAT_VERSION",
    "Action",
    "Change",
    "ChangeEffect",
    "Consent",
    "ConsentState",
    "Deltas",
    "EffectWhen",
    "FieldChange",
    "InterfaceClass",
    "InterfaceFinding",
    "JsonObject",
    "NodeRecompute",
    "Plan",
    "PlanContext",
    "Reach",
    "RecomputeClass",
    "Refusal",
    "ScheduledVersion",
    "StepWeight",
    "Timing",
    "TreeIdentity",
    "Upcoming",
]  # fmt: skip
