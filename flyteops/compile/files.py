"""Files of the repository that YAML names: their content enters the program, so that a plan sees it change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace

from flyteops.model.digest import Json, sha256_hex
from flyteops.model.entities import (
    Approve,
    Case,
    CaseBody,
    Fail,
    GiveValue,
    Handler,
    Interface,
    LaunchPlan,
    LaunchPlanCall,
    MapCall,
    Node,
    NodeBody,
    Sleep,
    Switch,
    Task,
    TaskCall,
    Variable,
    WaitForInput,
    Workflow,
    WorkflowCall,
)
from flyteops.model.literals import Literal
from flyteops.model.program import Program
from flyteops.model.references import Binding, Bound, ListBinding, MapBinding, Referred, Static
from flyteops.model.types import contains_blob

Read = Callable[[str], bytes | None]
Paths = Callable[[], tuple[str, ...]]
"""Every file of the tree, sorted."""


def with_contents(program: Program, read: Read, paths: Paths) -> Program:
    """The program with the digest and size of every file, folder and dataset literal that is in the tree; others stay
    as they are, since only a run can know them."""
    pin = _Pins(read, paths)
    return replace(
        program,
        tasks={name: pin.task(each) for name, each in program.tasks.items()},
        workflows={name: pin.workflow(each) for name, each in program.workflows.items()},
        launch_plans={name: pin.launch_plan(each) for name, each in program.launch_plans.items()},
    )


class _Pins:
    """Walks entities; what holds no file is handed back as it is."""

    def __init__(self, read: Read, paths: Paths) -> None:
        self._read = read
        self._paths = paths

    def task(self, task: Task) -> Task:
        if not any(contains_blob(given.type) for _, given in task.fixed_inputs):
            return task
        return replace(task, fixed_inputs=tuple((name, self._literal(given)) for name, given in task.fixed_inputs))

    def workflow(self, workflow: Workflow) -> Workflow:
        return replace(
            workflow,
            interface=Interface(
                inputs=tuple(self._variable(each) for each in workflow.interface.inputs),
                outputs=workflow.interface.outputs,
            ),
            nodes=tuple(self._node(each) for each in workflow.nodes),
            outputs=self._bounds(workflow.outputs),
            on_failure=self._handler(workflow.on_failure),
        )

    def _handler(self, handler: Handler | None) -> Handler | None:
        return replace(handler, inputs=self._bounds(handler.inputs)) if handler is not None else None

    def launch_plan(self, plan: LaunchPlan) -> LaunchPlan:
        return replace(
            plan,
            default_inputs=tuple((name, self._literal(given)) for name, given in plan.default_inputs),
            fixed_inputs=tuple((name, self._literal(given)) for name, given in plan.fixed_inputs),
        )

    def _variable(self, variable: Variable) -> Variable:
        if variable.default is None or not contains_blob(variable.type):
            return variable
        return replace(variable, default=self._literal(variable.default))

    def _node(self, node: Node) -> Node:
        return replace(node, body=self._body(node.body))

    def _body(self, body: NodeBody) -> NodeBody:
        match body:
            case TaskCall() | WorkflowCall() | LaunchPlanCall():
                return replace(body, inputs=self._bounds(body.inputs))
            case MapCall():
                return replace(body, over=self._bounds(body.over), inputs=self._bounds(body.inputs))
            case Switch():
                cases = tuple(Case(when=each.when, then=self._case(each.then)) for each in body.cases)
                return replace(body, cases=cases, otherwise=self._case(body.otherwise))
            case Approve(bound=bound):
                return replace(body, bound=self._bounds((bound,))[0]) if bound is not None else body
            case Sleep() | WaitForInput():
                return body

    def _case(self, body: CaseBody) -> CaseBody:
        match body:
            case GiveValue(bound=bound):
                return GiveValue(bound=self._bounds((bound,))[0])
            case Fail():
                return body
            case _:
                return self._body(body)

    def _bounds(self, bounds: tuple[Bound, ...]) -> tuple[Bound, ...]:
        if not any(contains_blob(bound.type) for bound in bounds):
            return bounds
        return tuple(replace(bound, binding=self._binding(bound.binding)) for bound in bounds)

    def _binding(self, binding: Binding) -> Binding:
        match binding:
            case Static(literal=literal):
                return Static(literal=self._literal(literal))
            case Referred():
                return binding
            case ListBinding(items=items):
                return replace(binding, items=tuple(self._binding(item) for item in items))
            case MapBinding(entries=entries):
                return replace(binding, entries=tuple((name, self._binding(each)) for name, each in entries))

    def _literal(self, literal: Literal) -> Literal:
        if not contains_blob(literal.type):
            return literal
        return replace(literal, value=self._value(literal.value))

    def _value(self, value: Json) -> Json:
        if isinstance(value, dict):
            mark = "$data" if "$data" in value else "$blob"
            blob = value.get(mark)
            if isinstance(blob, dict) and len(value) == 1:
                return {mark: self._blob(blob)}
            return {name: self._value(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(each) for each in value]
        return value

    def _blob(self, blob: dict[str, Json]) -> Json:
        path = str(blob.get("uri", "")).removeprefix("./")
        if "://" in path:
            return blob
        data = self._read(path)
        if data is None:
            return self._folder(path.rstrip("/"), blob)
        return {**blob, "sha256": sha256_hex(data), "size": len(data)}

    def _folder(self, path: str, blob: dict[str, Json]) -> Json:
        """A folder by the files that git has of it. A run looks at what lies there, modes included: what is wanted
        here is only that another content is another value."""
        lines: list[str] = []
        size = 0
        every = self._paths()
        for each in every[bisect_left(every, f"{path}/") :]:
            if not each.startswith(f"{path}/"):
                break
            data = self._read(each)
            if data is not None:
                size += len(data)
                lines.append(f"{sha256_hex(data)} {each[len(path) + 1 :]}\n")
        return {**blob, "sha256": sha256_hex("".join(lines).encode()), "size": size} if lines else blob
