"""All entities of one tree and one domain, after compiling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from flyteops.model.artifacts import Artifact
from flyteops.model.declarations import Declaration
from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.entities import Entity, Image, LaunchPlan, Task, Workflow
from flyteops.model.examples import Example
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId, Kind
from flyteops.model.pools import NodePool


@frozen
class Move:
    """`moved: {from, to}`: the entity keeps its history under the new name."""

    source: EntityId
    target: EntityId


@frozen
class Program:
    """What the tree says. `origins` keeps where each effective value was written, keyed `task/prep` for the
    entity and `task/prep.resources.gpu` for a field; it is never hashed. `warnings` refuse nothing."""

    project: str
    domain: str
    tasks: Mapping[str, Task] = field(default_factory=dict)
    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    launch_plans: Mapping[str, LaunchPlan] = field(default_factory=dict)
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    declarations: Mapping[EntityId, Declaration] = field(default_factory=dict)
    """Workspaces, roles, policies and quotas."""
    moves: tuple[Move, ...] = ()
    node_pools: tuple[NodePool, ...] = ()
    images: tuple[Image, ...] = ()
    """Every image of a task, of a node, or that one is built on: what the lock pins."""
    examples: Mapping[str, Example] = field(default_factory=dict)
    """The project's own tests, by name."""
    origins: Mapping[str, Place] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()

    def entities(self) -> Iterator[tuple[EntityId, Entity]]:
        """Every entity, sorted by kind and name."""
        for name in sorted(self.artifacts):
            yield EntityId(Kind.ARTIFACT, name), self.artifacts[name]
        for name in sorted(self.launch_plans):
            yield EntityId(Kind.LAUNCH_PLAN, name), self.launch_plans[name]
        declared = sorted(self.declarations)
        yield from ((each, self.declarations[each]) for each in declared if each.kind is not Kind.WORKSPACE)
        for name in sorted(self.tasks):
            yield EntityId(Kind.TASK, name), self.tasks[name]
        for name in sorted(self.workflows):
            yield EntityId(Kind.WORKFLOW, name), self.workflows[name]
        yield from ((each, self.declarations[each]) for each in declared if each.kind is Kind.WORKSPACE)

    def launch_plan(self, name: str) -> LaunchPlan | None:
        """The declared plan, or the default one that every workflow has under its own name."""
        if name in self.launch_plans:
            return self.launch_plans[name]
        return LaunchPlan(name=name, workflow=name) if name in self.workflows else None
