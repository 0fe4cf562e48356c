"""Which runs a plan touches, and what each of their nodes does at the next run."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flyteops.execution.graph import graph_of_workflow
from flyteops.execution.steps import RunGraph, RunMap, RunTask
from flyteops.model.entities import LaunchPlan, Workflow, called, calls_in
from flyteops.model.ids import EntityId, Kind
from flyteops.model.literals import Literal
from flyteops.model.plan import NodeRecompute, StepWeight
from flyteops.model.program import Program
from flyteops.model.state import Snapshot
from flyteops.plan.calls import Given, Side
from flyteops.plan.laid_open import laid_open
from flyteops.plan.recompute import Known, StepOutcome, compare_runs, known_results
from flyteops.plan.stored import called_by, stored_launch_plan, stored_program
from flyteops.plan.weights import prefixes_by_item, weight_of


def affected_workflows(
    program: Program, changed: frozenset[EntityId], *, callers: Callable[[EntityId], Iterable[EntityId]]
) -> tuple[str, ...]:
    """Workflows of the program that are changed or reach something that is, sorted; a plan alone changes no run of
    its workflow, but those of whoever launches it."""
    found: set[EntityId] = set()
    waiting = list(changed)
    while waiting:
        entity = waiting.pop()
        if entity not in found:
            found.add(entity)
            waiting.extend(callers(entity))
    return tuple(sorted({each.name for each in found if each.kind is Kind.WORKFLOW} & program.workflows.keys()))


def callees_of(workflow: Workflow, plans: Container[str]) -> frozenset[EntityId]:
    """The tasks, workflows and declared launch plans that a workflow calls itself."""
    pairs = (called(call) for call in calls_in(workflow))
    return frozenset(callee(Kind(kind), name, plans) for kind, name in pairs)


def callee(kind: Kind, name: str, plans: Container[str]) -> EntityId:
    """What is called by the name: for a plan that nobody declared its workflow, which has that name."""
    return EntityId(Kind.WORKFLOW if kind is Kind.LAUNCH_PLAN and name not in plans else kind, name)


@dataclass(slots=True, kw_only=True)
class Runs:
    """Looks at the runs of a plan; graphs of what was applied are read only where something changed."""

    program: Program
    snapshot: Snapshot
    sources: Mapping[EntityId, EntityId]
    """The former name of each entity that moves."""
    _new: dict[str, RunGraph] = field(default_factory=dict)
    _old: dict[str, RunGraph | None] = field(default_factory=dict)
    _callers: dict[str, set[str]] = field(default_factory=dict)
    _learnt: set[str] = field(default_factory=set)
    _known: Known = field(default_factory=Known)
    _asks: bool | None = None

    def of_workflow(self, name: str) -> Iterator[NodeRecompute]:
        """The nodes of a run of the workflow with its own defaults."""
        given = _defaults(self.program.workflows[name])
        weights = self._weights(name, given)
        for each in self._outcomes(name, given, self._old_given(name, None)):
            yield _row(name, each, launch_plan=None, weight=weights.get(each.path))

    def of_launch_plan(self, plan: LaunchPlan) -> Iterator[NodeRecompute]:
        """The nodes of a run of the launch plan; nothing where its inputs are what they were."""
        new = _overlaid(_defaults(self.program.workflows[plan.workflow]), plan)
        entity = EntityId(Kind.LAUNCH_PLAN, plan.name)
        record = self.snapshot.entities.get(self.sources.get(entity, entity))
        before = stored_launch_plan(record.payload) if record else None
        if before is not None and before.workflow == plan.workflow and _given_alike(before, plan):
            return
        weights = self._weights(plan.workflow, new)
        for each in self._outcomes(plan.workflow, new, self._old_given(plan.workflow, before)):
            yield _row(plan.workflow, each, launch_plan=plan.name, weight=weights.get(each.path))

    def _outcomes(self, name: str, given: Given, old_given: Given) -> tuple[StepOutcome, ...]:
        graph, old_graph = self._new_graph(name), self._old_graph(self._former(name))
        if old_graph is None and not self.snapshot.entities:
            return tuple(_all_new(graph))
        empty = RunGraph(steps={}, inputs=(), outputs=())
        new = Side(self.program.project, graph, given)
        old = Side(self.program.project, old_graph or empty, old_given)
        for other in self._sharing(graph):
            self._learn(other)
        known = self._known | known_results(old)
        found = compare_runs(new, old, known=known)
        return found if old_graph is not None else tuple(_without_step_reason(each) for each in found)

    def _weights(self, name: str, given: Given) -> dict[str, StepWeight]:
        """What the steps of a run take, by path; nothing where no task asks for a gpu and no pool is declared."""
        if not self._weighed:
            return {}
        graph = self._new_graph(name)
        side = Side(self.program.project, graph, given)
        pools = {pool.name: pool for pool in self.program.node_pools}
        by_item = tuple(prefixes_by_item(graph_of_workflow(self.program, self.program.workflows[name])))
        found = {path: weight_of(step, side, pools=pools, by_item=by_item) for path, step in graph.steps.items()}
        return {path: weight for path, weight in found.items() if weight is not None}

    @property
    def _weighed(self) -> bool:
        if self._asks is None:
            settings = (task.settings for task in self.program.tasks.values())
            self._asks = bool(self.program.node_pools) or any(each.resources.gpu for each in settings)
        return self._asks

    def _new_graph(self, name: str) -> RunGraph:
        if name not in self._new:
            self._new[name] = laid_open(graph_of_workflow(self.program, self.program.workflows[name]))
        return self._new[name]

    def _former(self, name: str) -> str:
        entity = EntityId(Kind.WORKFLOW, name)
        return self.sources.get(entity, entity).name

    def _old_graph(self, name: str) -> RunGraph | None:
        if name not in self._old:
            program = stored_program(self.snapshot, [name])
            workflow = program.workflows.get(name)
            self._old[name] = laid_open(graph_of_workflow(program, workflow)) if workflow else None
        return self._old[name]

    def _old_given(self, name: str, plan: LaunchPlan | None) -> Given:
        former = self._former(name)
        graph = self._old_graph(former)
        if graph is None:
            return {}
        given: Given = {each.name: (each.default, "default") for each in graph.inputs if each.default is not None}
        return _overlaid(given, plan) if plan is not None and plan.workflow == former else given

    def _sharing(self, graph: RunGraph) -> Iterator[str]:
        """Applied workflows that call a task of this graph: their results are in the same cache."""
        if not self._callers:
            for entity, record in self.snapshot.entities.items():
                if entity.kind is Kind.WORKFLOW:
                    for kind, name in called_by(record.payload):
                        if kind is Kind.TASK:
                            self._callers.setdefault(name, set()).add(entity.name)
        for step in graph.steps.values():
            if isinstance(step.work, RunTask | RunMap):
                yield from self._callers.get(step.work.task.name, ())

    def _learn(self, name: str) -> None:
        if name in self._learnt:
            return
        self._learnt.add(name)
        graph = self._old_graph(name)
        if graph is not None:
            self._known = self._known | known_results(Side(self.program.project, graph, self._old_given(name, None)))


def _all_new(graph: RunGraph) -> Iterator[StepOutcome]:
    for path, step in graph.steps.items():
        if isinstance(step.work, RunTask | RunMap):
            yield StepOutcome(path=path, task=step.work.task.name, outcome="new", reasons=())


def _without_step_reason(found: StepOutcome) -> StepOutcome:
    """In a workflow that is new as a whole, that a step is new goes without saying."""
    reasons = tuple(each for each in found.reasons if each != "new step")
    return StepOutcome(path=found.path, task=found.task, outcome=found.outcome, reasons=reasons)


def _row(workflow: str, found: StepOutcome, *, launch_plan: str | None, weight: StepWeight | None) -> NodeRecompute:
    return NodeRecompute(
        workflow=workflow,
        node=found.path,
        task=found.task,
        outcome=found.outcome,
        reasons=found.reasons,
        launch_plan=launch_plan,
        standing=found.standing,
        weight=weight,
    )


def _defaults(workflow: Workflow) -> Given:
    return {each.name: (each.default, "default") for each in workflow.interface.inputs if each.default is not None}


def _overlaid(given: Given, plan: LaunchPlan) -> Given:
    laid: dict[str, tuple[Literal, str]] = dict(given)
    laid.update({name: (literal, "default") for name, literal in plan.default_inputs})
    laid.update({name: (literal, "fixed") for name, literal in plan.fixed_inputs})
    return laid


def _given_alike(before: LaunchPlan, after: LaunchPlan) -> bool:
    def values(plan: LaunchPlan) -> dict[str, object]:
        return {name: literal.value for name, literal in (*plan.default_inputs, *plan.fixed_inputs)}

    return values(before) == values(after)
