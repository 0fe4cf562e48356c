"""The run graph: a workflow with its sub-workflows inlined and its switches spelled out as steps.

Local run, plan and Argo emitter all walk this one graph, so that they cannot disagree on what runs when. A run of
its own (a launch plan that is called, an item of a mapped workflow) is a graph inside the step that launches it.
Paths are dotted: `fit`, `sub.fit` (inside the node `sub`), `route.when` (decides the switch `route`),
`route.case0` (its first case), `route` (hands on the outputs of the case that was taken).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from flyteops.execution.artifacts import publications
from flyteops.execution.scopes import Scope, flat, flat_bounds, flat_condition
from flyteops.execution.steps import (
    ON_FAILURE,
    TASK_STEP,
    Decide,
    FailureHandler,
    Guard,
    Hold,
    Join,
    RunEach,
    RunGraph,
    RunLaunch,
    RunMap,
    RunTask,
    Step,
    Terms,
    Work,
)
from flyteops.model.entities import (
    Approve,
    CaseBody,
    Fail,
    Gate,
    GiveValue,
    LaunchPlan,
    LaunchPlanCall,
    MapCall,
    Node,
    Sleep,
    Switch,
    Task,
    TaskCall,
    Variable,
    WaitForInput,
    Workflow,
    WorkflowCall,
    upstream_of,
)
from flyteops.model.expressions import condition_references
from flyteops.model.program import Program
from flyteops.model.references import Bound, InputRef, NodeRef, Referred, Static, references_in
from flyteops.model.types import ListOf, LiteralType, optional


def graph_of_workflow(program: Program, workflow: Workflow) -> RunGraph:
    """The run graph of a workflow. References in it name steps and the run's own inputs only."""
    scope = Scope.root(workflow, program)
    handlers: list[FailureHandler] = []
    steps = _inline(program, scope, guard=None, extra_needs=frozenset(), handlers=handlers)
    outputs = flat_bounds(workflow.outputs, scope)
    return RunGraph(
        steps={step.path: step for step in sorted(steps, key=lambda each: each.path)},
        inputs=workflow.interface.inputs,
        outputs=outputs,
        handlers=tuple(handlers),
        failure_policy=workflow.failure_policy,
        publishes=publications(program, workflow.name),
    )


def launch_inputs(plan: LaunchPlan, inputs: tuple[Bound, ...], workflow: Workflow) -> tuple[Bound, ...]:
    """What a launch of the plan gives its workflow: what the caller gave, then the plan's and the workflow's own."""
    given = {bound.name: bound for bound in inputs}
    plans = dict((*plan.default_inputs, *plan.fixed_inputs))
    types = {variable.name: variable.type for variable in workflow.interface.inputs}
    for name, literal in plans.items():
        if name not in given and name in types:
            given[name] = Bound(name=name, type=types[name], binding=Static(literal=literal))
    return with_defaults(tuple(given.values()), workflow.interface.inputs)


def graph_of_task(task: Task) -> RunGraph:
    """A run of one task: its inputs are the run's inputs, its outputs the run's outputs."""
    given = tuple(
        Bound(name=each.name, type=each.type, binding=Referred(to=InputRef(each.name), type=each.type))
        for each in task.interface.inputs
    )
    work = RunTask(task=task, settings=task.settings, inputs=task_inputs(task, given))
    step = Step(path=TASK_STEP, work=work, needs=())
    outputs = tuple(_output_of(TASK_STEP, each.name, each.type) for each in task.interface.outputs)
    return RunGraph(steps={TASK_STEP: step}, inputs=task.interface.inputs, outputs=outputs)


def _output_of(
    path: str, name: str, of: LiteralType, *, as_name: str = "", as_type: LiteralType | None = None
) -> Bound:
    binding = Referred(to=NodeRef(path, name), type=of)
    return Bound(name=as_name or name, type=as_type or of, binding=binding)


def _inline(
    program: Program,
    scope: Scope,
    *,
    guard: Guard | None,
    extra_needs: frozenset[str],
    handlers: list[FailureHandler],
) -> list[Step]:
    """The steps of a workflow's nodes; `after` on a node that is a workflow waits for all of its steps.

    Steps behind a deeper guard are not waited for: a case that is not taken never succeeds, and its join says it all.
    """
    own: dict[str, list[Step]] = {}
    for node in _in_order(scope.workflow):
        waits = extra_needs | {step.path for name in node.after for step in own[name] if step.guard == guard}
        own[node.name] = _steps_of_body(
            program,
            scope,
            node.body,
            path=scope.path_of(node.name),
            guard=guard,
            extra_needs=frozenset(waits),
            handlers=handlers,
        )
    steps = [step for steps in own.values() for step in steps]
    if scope.workflow.on_failure is not None:
        # Inner workflows were inlined above, so that their handlers stand before this one.
        handlers.append(_handler(program, scope, frozenset(step.path for step in steps)))
    return steps


def _handler(program: Program, scope: Scope, watches: frozenset[str]) -> FailureHandler:
    body = scope.workflow.on_failure
    path = scope.path_of(ON_FAILURE)
    match body:
        case WorkflowCall(workflow=name):
            # A run of its own: when the handler is called the run's own steps are over.
            step = _launch(program, scope, LaunchPlan(name=name, workflow=name), body.inputs, path=path)
        case TaskCall() | LaunchPlanCall():
            (step,) = _steps_of_body(program, scope, body, path=path, guard=None, extra_needs=frozenset(), handlers=[])
        case None:
            raise ValueError(f"{scope.path or 'the run'} has no handler")
        case _:
            assert_never(body)
    return FailureHandler(scope=scope.path, watches=watches, step=replace(step, needs=()))


def _launch(program: Program, scope: Scope, plan: LaunchPlan, inputs: tuple[Bound, ...], *, path: str) -> Step:
    workflow = program.workflows[plan.workflow]
    given = launch_inputs(plan, flat_bounds(inputs, scope), workflow)
    work = RunLaunch(
        launch_plan=plan.name,
        graph=graph_of_workflow(program, workflow),
        inputs=given,
        outputs=workflow.interface.outputs,
        terms=terms_of(plan),
    )
    return Step(path=path, work=work, needs=tuple(sorted(_needs_of(given))))


def terms_of(plan: LaunchPlan) -> Terms:
    """What the plan says of its runs beside their inputs."""
    return Terms(
        overwrite_cache=bool(plan.overwrite_cache),
        raw_data=plan.raw_data or "",
        max_parallelism=plan.max_parallelism,
    )


def _in_order(workflow: Workflow) -> list[Node]:
    """Nodes so that each comes after those it waits for."""
    ordered: dict[str, Node] = {}

    def visit(node: Node) -> None:
        if node.name in ordered:
            return
        for name in sorted(upstream_of(node)):
            visit(by_name[name])
        ordered[node.name] = node

    by_name = {node.name: node for node in workflow.nodes}
    for node in workflow.nodes:
        visit(node)
    return list(ordered.values())


def _steps_of_body(
    program: Program,
    scope: Scope,
    body: CaseBody,
    *,
    path: str,
    guard: Guard | None,
    extra_needs: frozenset[str],
    handlers: list[FailureHandler],
) -> list[Step]:
    match body:
        case TaskCall():
            task = program.tasks[body.task]
            inputs = task_inputs(task, flat_bounds(body.inputs, scope))
            work: Work = RunTask(task=task, settings=body.settings or task.settings, inputs=inputs, title=body.title)
            return [_step(path, work, guard=guard, needs=extra_needs | _needs_of(inputs))]
        case MapCall():
            work = _each(program, scope, body) if body.kind != "task" else _map(program, scope, body)
            return [_step(path, work, guard=guard, needs=extra_needs | _needs_of((*work.over, *work.inputs)))]
        case LaunchPlanCall():
            step = _launch(program, scope, plan_of(program, body.launch_plan), body.inputs, path=path)
            return [_step(path, step.work, guard=guard, needs=extra_needs | frozenset(step.needs))]
        case Sleep() | Approve() | WaitForInput():
            held = _hold(scope, body)
            needs = _needs_of((held.gate.bound,)) if isinstance(held.gate, Approve) and held.gate.bound else frozenset()
            return [_step(path, held, guard=guard, needs=extra_needs | needs)]
        case WorkflowCall():
            inner = scope.enter(program.workflows[body.workflow], path=path, inputs=body.inputs)
            return _inline(program, inner, guard=guard, extra_needs=extra_needs, handlers=handlers)
        case Switch():
            return _switch_steps(
                program, scope, body, path=path, guard=guard, extra_needs=extra_needs, handlers=handlers
            )
        case GiveValue() | Fail():
            return []
        case _:
            assert_never(body)


def plan_of(program: Program, name: str) -> LaunchPlan:
    """The launch plan of a name, a workflow's default one among them; KeyError when there is none."""
    plan = program.launch_plan(name)
    if plan is None:
        raise KeyError(name)
    return plan


def _hold(scope: Scope, gate: Gate) -> Hold:
    if isinstance(gate, Approve) and gate.bound is not None:
        gate = replace(gate, bound=flat_bounds((gate.bound,), scope)[0])
    return Hold(gate=gate, outputs=gate_outputs(gate))


def gate_outputs(gate: Gate) -> tuple[Variable, ...]:
    """The output `value` of a gate that hands something on."""
    match gate:
        case Approve(bound=bound):
            return (Variable(name="value", type=bound.type),) if bound is not None else ()
        case WaitForInput(type=of):
            return (Variable(name="value", type=of),)
        case Sleep():
            return ()
        case _:
            assert_never(gate)


def _each(program: Program, scope: Scope, body: MapCall) -> RunEach:
    if body.kind == "workflow":
        plan = LaunchPlan(name=body.callee, workflow=body.callee)
    else:
        plan = plan_of(program, body.callee)
    workflow = program.workflows[plan.workflow]
    over = flat_bounds(body.over, scope)
    taken = {bound.name for bound in over}
    given = launch_inputs(plan, flat_bounds(body.inputs, scope), workflow)
    return RunEach(
        kind=body.kind,
        callee=body.callee,
        graph=graph_of_workflow(program, workflow),
        over=over,
        inputs=tuple(bound for bound in given if bound.name not in taken),
        outputs=mapped_outputs(workflow.interface.outputs, body),
        concurrency=body.concurrency,
        min_success_ratio=body.min_success_ratio,
        min_successes=body.min_successes,
        terms=terms_of(plan),
    )


def _map(program: Program, scope: Scope, body: MapCall) -> RunMap:
    task = program.tasks[body.callee]
    over = flat_bounds(body.over, scope)
    taken = {bound.name for bound in over}
    inputs = tuple(each for each in task_inputs(task, flat_bounds(body.inputs, scope)) if each.name not in taken)
    return RunMap(
        task=task,
        settings=body.settings or task.settings,
        over=over,
        inputs=inputs,
        outputs=mapped_outputs(task.interface.outputs, body),
        concurrency=body.concurrency,
        min_success_ratio=body.min_success_ratio,
        min_successes=body.min_successes,
        title=body.title,
    )


def mapped_outputs(outputs: tuple[Variable, ...], body: MapCall) -> tuple[Variable, ...]:
    """The outputs of what is mapped: lists, of optionals when items may fail."""
    partial = body.min_successes is not None or (body.min_success_ratio is not None and body.min_success_ratio < 1)
    return tuple(
        replace(variable, type=ListOf(optional(variable.type) if partial else variable.type)) for variable in outputs
    )


def _switch_steps(
    program: Program,
    scope: Scope,
    body: Switch,
    *,
    path: str,
    guard: Guard | None,
    extra_needs: frozenset[str],
    handlers: list[FailureHandler],
) -> list[Step]:
    decide = f"{path}.when"
    conditions = tuple(flat_condition(case.when, scope) for case in body.cases)
    read = {to.node for each in conditions for to in condition_references(each) if isinstance(to, NodeRef)}
    steps = [_step(decide, Decide(conditions=conditions), guard=guard, needs=extra_needs | read)]
    choices: list[tuple[Bound, ...] | Fail] = []
    ends: set[str] = {decide}
    for branch, case in enumerate((*(each.then for each in body.cases), body.otherwise)):
        inner_path = f"{path}.case{branch}"
        inner = _steps_of_body(
            program,
            scope,
            case,
            path=inner_path,
            guard=Guard(decide=decide, branch=branch),
            extra_needs=frozenset({decide}),
            handlers=handlers,
        )
        steps.extend(inner)
        ends |= {step.path for step in inner}
        choices.append(_choice(program, scope, case, path=inner_path, wanted=body.outputs))
    # A `{value}` case may read nodes that no other case needs: the join waits for those too.
    ends |= {name for choice in choices if not isinstance(choice, Fail) for name in _needs_of(choice)}
    steps.append(_step(path, Join(decide=decide, choices=tuple(choices)), guard=guard, needs=frozenset(ends)))
    return steps


def _choice(
    program: Program, scope: Scope, body: CaseBody, *, path: str, wanted: tuple[Variable, ...]
) -> tuple[Bound, ...] | Fail:
    """Where the switch's outputs come from when this case is taken."""
    if isinstance(body, Fail):
        return body
    if isinstance(body, GiveValue):
        binding = flat(body.bound.binding, scope)
        return tuple(Bound(name=each.name, type=each.type, binding=binding) for each in wanted)
    have = {variable.name: variable for variable in case_outputs(program, body)}
    if not wanted:
        return ()
    if len(wanted) == 1 and len(have) == 1:
        pairs = [(wanted[0], next(iter(have.values())))]
    else:
        pairs = [(each, have[each.name]) for each in wanted]
    if isinstance(body, WorkflowCall):
        inner = scope.enter(program.workflows[body.workflow], path=path, inputs=body.inputs)
        returned = {bound.name: bound for bound in flat_bounds(inner.workflow.outputs, inner)}
        return tuple(Bound(name=to.name, type=to.type, binding=returned[of.name].binding) for to, of in pairs)
    return tuple(_output_of(path, of.name, of.type, as_name=to.name, as_type=to.type) for to, of in pairs)


def case_outputs(program: Program, body: CaseBody) -> tuple[Variable, ...]:
    """The outputs a body has by itself."""
    match body:
        case TaskCall():
            return program.tasks[body.task].interface.outputs
        case MapCall():
            return mapped_outputs(_callee_outputs(program, body), body)
        case WorkflowCall():
            return program.workflows[body.workflow].interface.outputs
        case LaunchPlanCall():
            return program.workflows[plan_of(program, body.launch_plan).workflow].interface.outputs
        case Sleep() | Approve() | WaitForInput():
            return gate_outputs(body)
        case Switch():
            return body.outputs
        case GiveValue(bound=bound):
            return (Variable(name="o0", type=bound.type),)
        case Fail():
            return ()
        case _:
            assert_never(body)


def _callee_outputs(program: Program, body: MapCall) -> tuple[Variable, ...]:
    if body.kind == "task":
        return program.tasks[body.callee].interface.outputs
    workflow = body.callee if body.kind == "workflow" else plan_of(program, body.callee).workflow
    return program.workflows[workflow].interface.outputs


def task_inputs(task: Task, given: tuple[Bound, ...]) -> tuple[Bound, ...]:
    """What a task's work is given: what the caller gave, known defaults, and what the task fixes itself."""
    fixed = tuple(
        Bound(name=name, type=literal.type, binding=Static(literal=literal)) for name, literal in task.fixed_inputs
    )
    return (*with_defaults(given, task.interface.inputs), *fixed)


def with_defaults(inputs: tuple[Bound, ...], variables: Iterable[Variable]) -> tuple[Bound, ...]:
    """The bindings, and for every variable left out its default when that is known; in the variables' order."""
    given = {bound.name: bound for bound in inputs}
    filled: list[Bound] = []
    for variable in variables:
        if variable.name in given:
            filled.append(given[variable.name])
        elif variable.default is not None:
            filled.append(Bound(name=variable.name, type=variable.type, binding=Static(literal=variable.default)))
    return tuple(filled)


def _needs_of(bounds: Iterable[Bound]) -> frozenset[str]:
    return frozenset(to.node for bound in bounds for to in references_in(bound.binding) if isinstance(to, NodeRef))


def _step(path: str, work: Work, *, guard: Guard | None, needs: frozenset[str]) -> Step:
    waits = needs | {guard.decide} if guard else needs
    return Step(path=path, work=work, needs=tuple(sorted(waits)), guard=guard)
