"""The plan as a value: ordered changes with three axes each (object, interface, recompute). See decisions.md 3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

from flyteops.model.digest import Json, JsonObject
from flyteops.model.ids import EntityId
from flyteops.model.state import EntityRecord

Action = OneOf["create", "update", "retire", "move"]
InterfaceClass = OneOf["new", "same", "compatible", "breaking", "removed", "none"]
RecomputeClass = OneOf["new", "none", "yes", "maybe", "always"]
"""`yes`: a key ingredient of the node itself changed · `maybe`: only if an upstream value turns out different ·
`always`: the task is not cached · `new`: never applied before · `none`: every key stays as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of the wire form: dotted path, value before and after (None when absent), and where it is written."""

    path: str
    before: Json
    after: Json
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceFinding:
    """A named interface rule that applies, with the consumers it touches (addresses with a node)."""

    rule: str
    message: str
    breaking: bool
    consumers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeIdentity:
    """Which tree was planned: the commit, the digest of the files read, and what is uncommitted (paths)."""

    commit: str | None
    files_digest: str
    uncommitted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
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


FORMAT_VERSION = "1.0"
__all__ = [
    "FORMAT_VERSION", "Action", "Change", "FieldChange", "InterfaceClass", "InterfaceFinding", "JsonObject",
    "NodeRecompute", "Plan", "RecomputeClass", "TreeIdentity",
]  # fmt: skip
