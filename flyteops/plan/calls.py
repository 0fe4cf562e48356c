"""One side of a comparison: a run graph with its given inputs, and for every step what its result depends on.

A step's signature covers its own key ingredients and, through the signatures of the steps it reads, all that is
upstream: equal signatures are equal cache keys as far as a plan can know them without looking at values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flyteops.execution.invocation import cache_ingredients
from flyteops.execution.scopes import literal_at
from flyteops.execution.steps import Decide, Hold, Join, RunEach, RunGraph, RunLaunch, RunMap, RunTask, Step
from flyteops.model.digest import Json, JsonObject, digest_of
from flyteops.model.entities import Approve, Fail, Task, TaskSettings
from flyteops.model.expressions import Constant, Operand, condition_wire
from flyteops.model.literals import Literal, without_places
from flyteops.model.references import (
    Binding,
    Bound,
    ErrorRef,
    InputRef,
    ListBinding,
    MapBinding,
    NodeRef,
    Reference,
    Referred,
    Static,
)
from flyteops.model.types import JSON
from flyteops.model.wire import interface_key

Given = Mapping[str, tuple[Literal, str]]
"""Run inputs whose value is known, with where it comes from: `default` or `fixed`."""


@dataclass(slots=True)
class Side:
    """A run graph as one side of the plan has it; signatures are taken once, on demand."""

    project: str
    graph: RunGraph
    given: Given
    _signatures: dict[str, str] = field(default_factory=dict)

    def signature(self, path: str) -> str:
        """Digest of all that the outputs of the step depend on."""
        known = self._signatures.get(path)
        if known is None:
            known = self._signatures[path] = digest_of(
                "flyteops.plan.step.v1", self._ingredients(self.graph.steps[path])
            )
        return known

    def _ingredients(self, step: Step) -> Json:
        work = step.work
        match work:
            case RunTask():
                return [call_ingredients(self.project, work.task, work.settings), self._values(work, work.inputs)]
            case RunMap():
                partial = work.min_success_ratio, work.min_successes
                call = call_ingredients(self.project, work.task, work.settings)
                return [call, self._values(work, work.inputs), self._values(work, work.over), list(partial)]
            case Decide():
                return [condition_wire(each, self._operand) for each in work.conditions]
            case Join():
                choices: list[Json] = [
                    each.message if isinstance(each, Fail) else {b.name: self.value(b.binding) for b in each}
                    for each in work.choices
                ]
                return [self.signature(work.decide), choices]
            case RunLaunch():
                return [work.launch_plan, self._inside(work.graph), self._bound(work.inputs)]
            case RunEach():
                limits: list[Json] = [work.min_success_ratio, work.min_successes]
                given = [self._bound(work.inputs), self._bound(work.over)]
                return [work.callee, self._inside(work.graph), *given, limits]
            case Hold():
                # Who answers may answer anything: only what is handed on is known.
                handed = work.gate.bound if isinstance(work.gate, Approve) else None
                return [step.path, self._bound((handed,) if handed else ())]

    def _inside(self, graph: RunGraph) -> Json:
        """What a run of its own returns, as far as its graph says."""
        inner = Side(self.project, graph, {})
        return {bound.name: inner.value(bound.binding) for bound in graph.outputs}

    def _bound(self, bounds: tuple[Bound, ...]) -> JsonObject:
        return {bound.name: self.value(bound.binding) for bound in bounds}

    def _values(self, work: RunTask | RunMap, bounds: tuple[Bound, ...]) -> JsonObject:
        ignored = work.settings.cache.ignore if work.settings.cache else ()
        return {bound.name: self.value(bound.binding) for bound in bounds if bound.name not in ignored}

    def _operand(self, operand: Operand) -> Json:
        return operand.literal.value if isinstance(operand, Constant) else self._reference(operand.to)

    def value(self, binding: Binding) -> Json:
        """The binding with known run inputs put in, and each step by its signature instead of its name."""
        match binding:
            case Static(literal=literal):
                return {"value": without_places(literal.value)}
            case Referred(to=to):
                return self._reference(to)
            case ListBinding(items=items):
                return {"list": [self.value(item) for item in items]}
            case MapBinding(entries=entries):
                return {"map": {name: self.value(each) for name, each in entries}}

    def _reference(self, to: Reference) -> Json:
        if isinstance(to, NodeRef):
            return {"step": self.signature(to.node), "output": to.output, "path": [str(each) for each in to.path]}
        if isinstance(to, ErrorRef):
            return {"error": [str(each) for each in to.path]}
        literal = self.literal(Referred(to=to, type=JSON))
        if literal is None:
            return {"input": to.name, "path": [str(each) for each in to.path]}
        return {"value": without_places(literal.value)}

    def literal(self, binding: Binding) -> Literal | None:
        """The value of a binding, when it is known before anything runs."""
        if isinstance(binding, Static):
            return binding.literal
        if isinstance(binding, Referred) and isinstance(binding.to, InputRef) and binding.to.name in self.given:
            try:
                return literal_at(self.given[binding.to.name][0], binding.to.path)
            except (KeyError, IndexError, ValueError, StopIteration):
                return None
        return None


def steps_in_order(graph: RunGraph) -> tuple[str, ...]:
    """Paths so that each comes after those it waits for; without recursion, since chains may be long."""
    waiting = {path: len(step.needs) for path, step in graph.steps.items()}
    wanted_by: dict[str, list[str]] = {}
    for path, step in graph.steps.items():
        for need in step.needs:
            wanted_by.setdefault(need, []).append(path)
    ordered = [path for path, count in waiting.items() if count == 0]
    for path in ordered:
        for later in wanted_by.get(path, ()):
            waiting[later] -= 1
            if waiting[later] == 0:
                ordered.append(later)
    return tuple(ordered)


def steps_read(binding: Binding) -> Iterator[NodeRef]:
    """The steps that a flat binding reads."""
    match binding:
        case Static():
            return
        case Referred(to=to):
            if isinstance(to, NodeRef):
                yield to
        case ListBinding(items=items):
            for item in items:
                yield from steps_read(item)
        case MapBinding(entries=entries):
            for _, each in entries:
                yield from steps_read(each)


def call_ingredients(project: str, task: Task, settings: TaskSettings) -> JsonObject:
    """What decides the result of a task beside its inputs; a task that is not cached is known by its code."""
    cached = cache_ingredients(project, task, settings)
    if cached is not None:
        return {key: value for key, value in cached.items() if key not in ("max_age_s", "serialize", "scope")}
    return {
        "task": f"{project}/{task.key_name}",
        "version": f"code:{task.code}",
        "interface": interface_key(task.interface),
        "ignore": [],
    }
