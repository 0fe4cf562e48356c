"""A run graph with the runs that it launches laid open, so that a plan can say what runs again inside of them.

The step `nightly` becomes the steps `nightly/fit`, …; what it was given stands for the inputs of the launched graph.
Items of a map of runs are looked at together: a step that depends on the item is a map over the same list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from flyteops.execution.children import INSIDE
from flyteops.execution.scopes import into, mapped_condition
from flyteops.execution.steps import (
    Decide,
    Guard,
    Hold,
    Join,
    RunEach,
    RunGraph,
    RunLaunch,
    RunMap,
    RunTask,
    Step,
    Work,
)
from flyteops.model.entities import Approve, Fail
from flyteops.model.expressions import Constant, Lookup, Operand, condition_references
from flyteops.model.literals import Literal
from flyteops.model.references import (
    Binding,
    Bound,
    ErrorRef,
    InputRef,
    ListBinding,
    MapBinding,
    NodeRef,
    Path,
    Reference,
    Referred,
    Static,
    references_in,
)


def laid_open(graph: RunGraph) -> RunGraph:
    """The graph without steps that launch runs; as it is when it has none. Failure handlers are left out."""
    if not any(isinstance(step.work, RunLaunch | RunEach) for step in graph.steps.values()):
        return graph
    layer = _Layer(graph=graph)
    steps = {step.path: step for step in layer.steps()}
    outputs = tuple(replace(each, binding=layer.binding(each.binding)) for each in graph.outputs)
    return replace(graph, steps=dict(sorted(steps.items())), outputs=outputs, handlers=())


@dataclass(slots=True)
class _Layer:
    """One graph inside the whole: `given` are its inputs as the whole sees them (None: they are the run's own),
    `walked` the inputs that differ by item; `needs` and `guard` are those of the step that launches it."""

    graph: RunGraph
    prefix: str = ""
    given: Mapping[str, Binding] | None = None
    walked: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    guard: Guard | None = None
    partial: tuple[float | None, int | None] = (None, None)
    by_item: bool = False
    _inner: dict[str, _Layer] = field(default_factory=dict)
    _differ: dict[str, bool] = field(default_factory=dict)

    def steps(self) -> Iterable[Step]:
        """Every step, with the paths, needs and bindings of the whole."""
        for path, step in self.graph.steps.items():
            if isinstance(step.work, RunLaunch | RunEach):
                yield from self.inner(path).steps()
            else:
                yield Step(
                    path=self.prefix + path,
                    work=self._work(path, step.work),
                    needs=self._needs(step),
                    guard=self._guard(step),
                )

    def _needs(self, step: Step) -> tuple[str, ...]:
        found: set[str] = set(self.needs)
        for need in step.needs:
            found |= self.paths_of(need)
        return tuple(sorted(found))

    def paths_of(self, path: str) -> set[str]:
        """The steps that stand for a step: those of a launched run that no switch inside of it may skip."""
        if not isinstance(self.graph.steps[path].work, RunLaunch | RunEach):
            return {self.prefix + path}
        inner = self.inner(path)
        return {
            found for each, step in inner.graph.steps.items() if step.guard is None for found in inner.paths_of(each)
        }

    def _guard(self, step: Step) -> Guard | None:
        if step.guard is None:
            return self.guard
        return Guard(decide=self.prefix + step.guard.decide, branch=step.guard.branch)

    def inner(self, path: str) -> _Layer:
        """The graph that a step launches."""
        if path not in self._inner:
            step = self.graph.steps[path]
            work = step.work
            if not isinstance(work, RunLaunch | RunEach):
                raise TypeError(f"{path} launches nothing")
            over = work.over if isinstance(work, RunEach) else ()
            differ = {each.name for each in work.inputs if self.differs(each.binding)} | {each.name for each in over}
            self._inner[path] = _Layer(
                graph=work.graph,
                prefix=f"{self.prefix}{path}{INSIDE}",
                given={each.name: self.binding(each.binding) for each in (*work.inputs, *over)},
                walked=frozenset(differ),
                needs=self._needs(step),
                guard=self._guard(step),
                partial=(work.min_success_ratio, work.min_successes) if isinstance(work, RunEach) else self.partial,
                by_item=self.by_item or isinstance(work, RunEach),
            )
        return self._inner[path]

    # ---------------------------------------------------------------------------------------- bindings

    def binding(self, binding: Binding) -> Binding:
        """The binding as the whole sees it."""
        match binding:
            case Static():
                return binding
            case Referred(to=to):
                match to:
                    case InputRef(name=name, path=path):
                        return binding if self.given is None else _part(self.given[name], path, binding)
                    case NodeRef(node=node, output=output, path=path):
                        if isinstance(self.graph.steps[node].work, RunLaunch | RunEach):
                            return _part(self.inner(node).returned(output), path, binding)
                        return replace(binding, to=replace(to, node=self.prefix + node))
                    case ErrorRef():
                        return binding
                    case _:
                        assert_never(to)
            case ListBinding(items=items):
                return replace(binding, items=tuple(self.binding(item) for item in items))
            case MapBinding(entries=entries):
                return replace(binding, entries=tuple((name, self.binding(each)) for name, each in entries))
            case _:
                assert_never(binding)

    def returned(self, output: str) -> Binding:
        """What the graph returns under a name."""
        return self.binding(next(each.binding for each in self.graph.outputs if each.name == output))

    def _bounds(self, bounds: Iterable[Bound]) -> tuple[Bound, ...]:
        return tuple(replace(each, binding=self.binding(each.binding)) for each in bounds)

    def _operand(self, operand: Operand) -> Operand:
        if isinstance(operand, Constant):
            return operand
        found = self.binding(Referred(to=operand.to, type=operand.type))
        match found:
            case Referred(to=to, type=of):
                return Lookup(to=to, type=of)
            case Static(literal=literal):
                return Constant(literal=literal)
            case _:
                return Constant(literal=Literal(type=operand.type, value=[]))

    # ------------------------------------------------------------------------------------------- items

    def differs(self, binding: Binding) -> bool:
        """Whether the value is another one for each item."""
        return any(self._reference_differs(to) for to in references_in(binding))

    def _reference_differs(self, to: Reference) -> bool:
        if isinstance(to, InputRef):
            return to.name in self.walked
        return isinstance(to, NodeRef) and self.step_differs(to.node)

    def step_differs(self, path: str) -> bool:
        """Whether the step does another thing for each item."""
        if path not in self._differ:
            self._differ[path] = False  # graphs have no rings
            work = self.graph.steps[path].work
            self._differ[path] = (
                (self.by_item and isinstance(work, Hold))
                or any(self._reference_differs(to) for to in _references(work))
                or (isinstance(work, Join) and self.step_differs(work.decide))
            )
        return self._differ[path]

    # -------------------------------------------------------------------------------------------- work

    def _work(self, path: str, work: Work) -> Work:
        match work:
            case RunTask():
                if not self.step_differs(path):
                    return replace(work, inputs=self._bounds(work.inputs))
                return self._by_item(
                    RunMap(
                        task=work.task,
                        settings=work.settings,
                        over=(),
                        inputs=work.inputs,
                        outputs=work.task.interface.outputs,
                        concurrency=None,
                        min_success_ratio=self.partial[0],
                        min_successes=self.partial[1],
                    )
                )
            case RunMap():
                return self._by_item(work)
            case Decide():
                conditions = tuple(mapped_condition(each, self._operand) for each in work.conditions)
                return Decide(conditions=conditions)
            case Join():
                choices = tuple(each if isinstance(each, Fail) else self._bounds(each) for each in work.choices)
                return Join(decide=self.prefix + work.decide, choices=choices)
            case Hold(gate=gate):
                if isinstance(gate, Approve) and gate.bound is not None:
                    return replace(work, gate=replace(gate, bound=self._bounds((gate.bound,))[0]))
                return work
            case RunLaunch() | RunEach():
                raise TypeError(f"{path} is laid open")
            case _:
                assert_never(work)

    def _by_item(self, work: RunMap) -> RunMap:
        walked = tuple(each for each in work.inputs if self.differs(each.binding))
        same = tuple(each for each in work.inputs if each not in walked)
        return replace(work, over=self._bounds((*work.over, *walked)), inputs=self._bounds(same))


def _references(work: Work) -> Iterator[Reference]:
    bounds: Iterable[Bound]
    match work:
        case RunTask(inputs=inputs) | RunLaunch(inputs=inputs):
            bounds = inputs
        case RunMap(over=over, inputs=inputs) | RunEach(over=over, inputs=inputs):
            bounds = (*over, *inputs)
        case Join(choices=choices):
            bounds = tuple(each for choice in choices if not isinstance(choice, Fail) for each in choice)
        case Hold(gate=gate):
            bounds = (gate.bound,) if isinstance(gate, Approve) and gate.bound is not None else ()
        case Decide(conditions=conditions):
            for condition in conditions:
                yield from condition_references(condition)
            return
        case _:
            assert_never(work)
    for bound in bounds:
        yield from references_in(bound.binding)


def _part(binding: Binding, path: Path, wanted: Referred) -> Binding:
    """The part at a path; where the binding is that of all items, the whole of it."""
    if not path:
        return binding
    try:
        return into(binding, path, wanted.type)
    except (KeyError, IndexError, ValueError, StopIteration):
        return binding
