"""A run graph as a picture. It is the graph that runs: what is drawn here is what plan, runner and emitter walk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from flyteops.execution.schedule import spelled
from flyteops.execution.steps import (
    Decide,
    FailureHandler,
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
from flyteops.model.entities import Approve, CaseBody, Fail, Gate, Sleep, Switch, WaitForInput, Workflow, WorkflowCall
from flyteops.model.expressions import Condition, condition_references, condition_wire
from flyteops.model.program import Program
from flyteops.model.references import Bound, InputRef, NodeRef, Reference, references_in
from flyteops.model.types import spelling
from flyteops.plan.readable import condition_text
from flyteops.views.drawing.picture import Box, Cluster, Edge, Picture, Shape, Stroke

INPUTS, OUTPUTS = "$inputs", "$outputs"
"""Keys that no step has."""


def picture_of(
    graph: RunGraph, *, title: str, description: str, program: Program, workflow: Workflow | None
) -> Picture:
    """The picture of a run of a workflow, or of one task (then there is no workflow)."""
    clusters = {each.key: each for each in _clusters(program, workflow, "")} if workflow is not None else {}
    drawing = _Drawing(graph, clusters)
    drawing.draw()
    return Picture(
        title=title,
        description=description,
        boxes=tuple(drawing.boxes.values()),
        edges=tuple(drawing.edges()),
        clusters=tuple(clusters.values()),
    )


def _clusters(program: Program, workflow: Workflow, path: str) -> Iterator[Cluster]:
    for node in workflow.nodes:
        inner = f"{path}.{node.name}" if path else node.name
        yield from _clusters_of(program, node.body, inner, path, node.name)


def _clusters_of(program: Program, body: CaseBody, path: str, within: str, name: str) -> Iterator[Cluster]:
    if isinstance(body, WorkflowCall):
        yield Cluster(key=path, label=f"{name}: workflow {body.workflow}", within=within)
        yield from _clusters(program, program.workflows[body.workflow], path)
    if isinstance(body, Switch):
        for branch, case in enumerate((*(each.then for each in body.cases), body.otherwise)):
            yield from _clusters_of(program, case, f"{path}.case{branch}", within, f"{name} case {branch + 1}")


class _Drawing:
    def __init__(self, graph: RunGraph, clusters: Mapping[str, Cluster]) -> None:
        self.graph = graph
        self.clusters = clusters
        self.boxes: dict[str, Box] = {}
        self._labels: dict[tuple[str, str, Stroke], dict[str, None]] = {}
        self._above: dict[str, frozenset[str]] = {}

    def draw(self) -> None:
        ordered = list(_in_order(self.graph.steps))
        if any(isinstance(to, InputRef) for step in ordered for to in _references(step.work)) or any(
            isinstance(to, InputRef) for to in _references_of(self.graph.outputs)
        ):
            self.boxes[INPUTS] = Box(key=INPUTS, label="inputs", shape="ends")
        for step in ordered:
            self._step(step)
        for handler in self.graph.handlers:
            self._handler(handler)
        if self.graph.outputs:
            self.boxes[OUTPUTS] = Box(key=OUTPUTS, label="outputs", shape="ends")
            for bound in self.graph.outputs:
                for to in references_in(bound.binding):
                    self._join(_source(to), OUTPUTS, bound.name)

    def edges(self) -> Iterator[Edge]:
        for (source, target, stroke), labels in self._labels.items():
            if source in self.boxes and target in self.boxes:
                told = ", ".join(label for label in labels if label)
                yield Edge(source=source, target=target, label=told, stroke=stroke)

    # -------------------------------------------------------------------------------------------- steps

    def _step(self, step: Step) -> None:
        shape, label, detail = _looks(step, self._local(step.path))
        self.boxes[step.path] = Box(
            key=step.path, label=label, detail=detail, shape=shape, within=self._around(step.path)
        )
        for to in _references(step.work):
            self._join(_source(to), step.path, _label(to))
        if isinstance(step.work, Join):
            self._ends_of_cases(step, step.work)
        else:
            self._waits(step)
        self._guarded(step)
        needs = frozenset(step.needs)
        self._above[step.path] = needs.union(*(self._above.get(each, frozenset()) for each in needs))

    def _guarded(self, step: Step) -> None:
        """The first steps of a case hang on its condition."""
        guard = step.guard
        if guard is None:
            return
        decide = self.graph.steps[guard.decide].work
        inside = [self.graph.steps[each] for each in step.needs]
        if isinstance(decide, Decide) and not any(each.guard == guard for each in inside):
            self._join(guard.decide, step.path, _branch(decide, guard.branch), "case")

    def _waits(self, step: Step) -> None:
        """What a step waits for without reading it; what another of its needs waits for anyway is not drawn."""
        read = {_source(to) for to in _references(step.work)} | ({step.guard.decide} if step.guard else set())
        for name in step.needs:
            others = (self._above.get(each, frozenset()) for each in step.needs if each != name)
            if name not in read and not any(name in each for each in others):
                self._join(name, step.path, "", "after")

    def _ends_of_cases(self, step: Step, join: Join) -> None:
        decide = self.graph.steps[join.decide].work
        assert isinstance(decide, Decide)  # noqa: S101 - a join names its own
        taken = {self.graph.steps[each].guard for each in step.needs if each != join.decide}
        branches = {guard.branch for guard in taken if guard is not None and guard.decide == join.decide}
        for branch, choice in enumerate(join.choices):
            words = _branch(decide, branch)
            if isinstance(choice, Fail):
                key = f"{step.path}.fail{branch}"
                self.boxes[key] = Box(
                    key=key, label="fail", detail=choice.message, shape="fail", within=self._around(step.path)
                )
                self._join(join.decide, key, words, "case")
            elif branch not in branches:
                self._join(join.decide, step.path, words, "case")
        read = {_source(to) for to in _references(join)}
        above = [self._above.get(each, frozenset()) for each in step.needs]
        for name in step.needs:
            if name not in read and name != join.decide and not any(name in each for each in above):
                self._join(name, step.path, "")

    def _handler(self, handler: FailureHandler) -> None:
        step = handler.step
        _, label, detail = _looks(step, self._local(step.path))
        self.boxes[step.path] = Box(
            key=step.path,
            label=label,
            detail=f"after a failure: {detail}" if detail else "after a failure",
            shape="handler",
            within=self._around(step.path),
        )
        read = {need for each in handler.watches for need in self.graph.steps[each].needs}
        for last in sorted(handler.watches - read):
            self._join(last, step.path, "", "failure")

    def _join(self, source: str | None, target: str, label: str, stroke: Stroke = "data") -> None:
        if source is not None:
            self._labels.setdefault((source, target, stroke), {})[label] = None

    # -------------------------------------------------------------------------------------------- names

    def _around(self, path: str) -> str:
        while "." in path:
            path = path.rpartition(".")[0]
            if path in self.clusters:
                return path
        return ""

    def _local(self, path: str) -> str:
        around = self._around(path)
        return path[len(around) + 1 :] if around else path


def _in_order(steps: Mapping[str, Step]) -> Iterator[Step]:
    """Each step after those that it needs. Chains may be long, so this is not recursive."""
    done: set[str] = set()
    for path in steps:
        stack = [path]
        while stack:
            step = steps[stack[-1]]
            missing = [each for each in step.needs if each not in done]
            if missing:
                stack.extend(reversed(missing))
                continue
            stack.pop()
            if step.path not in done:
                done.add(step.path)
                yield step


def _looks(step: Step, name: str) -> tuple[Shape, str, str]:
    """Shape, label and detail of a step."""
    head, _, case = name.rpartition(".case")
    of_case = f"{head}, case {int(case) + 1}" if head and case.isdigit() else ""
    match step.work:
        case RunTask(title=title, task=task) | RunMap(title=title, task=task) if title:
            called = task.name
            shape: Shape = "map" if isinstance(step.work, RunMap) else "task"
            return shape, title, of_case or (f"{name}: {called}" if called != name else name)
        case RunTask(task=task):
            if of_case:
                return "task", task.name, of_case
            return "task", name, "" if task.name == name else f"task {task.name}"
        case RunMap(task=task, over=over):
            return "map", of_case or name, f"{task.name} for each {_names(over)}"
        case RunEach(kind=kind, callee=callee, over=over):
            return "map", of_case or name, f"{kind.replace('_', ' ')} {callee} for each {_names(over)}"
        case RunLaunch(launch_plan=plan):
            return "launch", of_case or name, f"launch plan {plan}"
        case Hold(gate=gate):
            return "gate", of_case or name, _gate(gate)
        case Decide():
            return "decide", name.removesuffix(".when"), ""
        case Join():
            return "join", name, ""
        case _:
            assert_never(step.work)


def _gate(gate: Gate) -> str:
    match gate:
        case Sleep(duration_s=seconds):
            return f"sleep {spelled(int(seconds)) if seconds == int(seconds) else f'{seconds:g}s'}"
        case Approve(prompt=prompt):
            return f"approve: {prompt}" if prompt else "approve"
        case WaitForInput(type=of, prompt=prompt):
            return f"wait for {spelling(of)}" + (f": {prompt}" if prompt else "")
        case _:
            assert_never(gate)


def _names(bounds: tuple[Bound, ...]) -> str:
    return ", ".join(bound.name for bound in bounds if bound.name != "_") or "item"


def _branch(decide: Decide, branch: int) -> str:
    return _condition(decide.conditions[branch]) if branch < len(decide.conditions) else "else"


def _condition(condition: Condition) -> str:
    return condition_text(condition_wire(condition)).replace(".o0", "")


def _references(work: Work) -> Iterator[Reference]:
    match work:
        case RunTask(inputs=inputs) | RunLaunch(inputs=inputs):
            yield from _references_of(inputs)
        case RunMap(over=over, inputs=inputs) | RunEach(over=over, inputs=inputs):
            yield from _references_of((*over, *inputs))
        case Hold(gate=gate):
            yield from _references_of((gate.bound,) if isinstance(gate, Approve) and gate.bound else ())
        case Decide(conditions=conditions):
            for condition in conditions:
                yield from condition_references(condition)
        case Join(choices=choices):
            for choice in choices:
                yield from _references_of(choice if not isinstance(choice, Fail) else ())
        case _:
            assert_never(work)


def _references_of(bounds: Iterable[Bound]) -> Iterator[Reference]:
    for bound in bounds:
        yield from references_in(bound.binding)


def _source(to: Reference) -> str | None:
    match to:
        case InputRef():
            return INPUTS
        case NodeRef(node=node):
            return node
        case _:
            return None


def _label(to: Reference) -> str:
    """The output that flows, unless it is the only one; the input's name."""
    match to:
        case InputRef(name=name):
            return name
        case NodeRef(output=output):
            return "" if output == "o0" else output
        case _:
            return ""
