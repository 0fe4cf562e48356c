"""What was applied, read back as a program, so that both sides of a plan walk the same run graph.

Only what a graph and a cache key need is read; resources and texts stay in the payload.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal as OneOf
from typing import cast

from flyteops.execution.graph import case_outputs
from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import (
    Approve,
    CachePolicy,
    Case,
    CaseBody,
    Fail,
    GiveValue,
    Included,
    Interface,
    LaunchPlan,
    LaunchPlanCall,
    MapCall,
    Mapped,
    Node,
    NodeBody,
    Schedule,
    Sleep,
    Switch,
    Task,
    TaskCall,
    TaskSettings,
    Variable,
    WaitForInput,
    Workflow,
    WorkflowCall,
)
from flyteops.model.expressions import (
    Both,
    Compare,
    CompareOperator,
    Condition,
    Constant,
    Either,
    Lookup,
    Membership,
    NoneTest,
    Not,
    Operand,
    Truth,
)
from flyteops.model.ids import EntityId, Kind
from flyteops.model.literals import Literal
from flyteops.model.program import Program
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
from flyteops.model.state import Snapshot
from flyteops.model.types import JSON
from flyteops.plan.stored_types import as_list, as_map, pairs, stored_literal, stored_type
from flyteops.plan.stored_works import stored_work

_SEGMENT = re.compile(r'\.([^.\[]+)|\["(.*?)"\]')
_KINDS = {"task": Kind.TASK, "workflow": Kind.WORKFLOW, "launch_plan": Kind.LAUNCH_PLAN}


def called_in(body: Json) -> Iterator[tuple[Kind, str]]:
    """What a stored node body calls, through nested switches."""
    document = as_map(body)
    for around in (document, _mapped(document)):
        for key, kind in _KINDS.items():
            if key in around:
                yield kind, str(around[key])
    for case in as_list(document.get("switch")):
        yield from called_in(as_map(case)["then"])
    if "else" in document:
        yield from called_in(document["else"])


def _mapped(document: Mapping[str, Json]) -> Mapping[str, Json]:
    """What a map runs an item, by kind: a task stands there by its name alone."""
    mapped = document.get("map")
    return {"task": mapped} if isinstance(mapped, str) else as_map(mapped)


def called_by(payload: Mapping[str, Json]) -> Iterator[tuple[Kind, str]]:
    """What a stored workflow calls: its nodes and its failure handler."""
    for node in as_map(payload.get("nodes")).values():
        yield from called_in(node)
    if "on_failure" in payload:
        yield from called_in(payload["on_failure"])


def stored_program(snapshot: Snapshot, workflows: Iterable[str]) -> Program:
    """The named workflows as they were applied, with everything they reach."""
    found = Program(project=snapshot.project, domain=snapshot.domain, tasks={}, workflows={}, launch_plans={})
    for name in sorted(workflows):
        _load(snapshot, found, name)
    return found


def _load(snapshot: Snapshot, into: Program, name: str) -> None:
    record = snapshot.entities.get(EntityId(Kind.WORKFLOW, name))
    if record is None or name in into.workflows:
        return
    for kind, callee in called_by(record.payload):
        if kind is Kind.WORKFLOW:
            _load(snapshot, into, callee)
        elif kind is Kind.LAUNCH_PLAN:
            _load_plan(snapshot, into, callee)
        elif callee not in into.tasks:
            task = snapshot.entities[EntityId(Kind.TASK, callee)]
            cast("dict[str, Task]", into.tasks)[callee] = stored_task(task.payload)
    cast("dict[str, Workflow]", into.workflows)[name] = stored_workflow(record.payload, into)


def _load_plan(snapshot: Snapshot, into: Program, name: str) -> None:
    record = snapshot.entities.get(EntityId(Kind.LAUNCH_PLAN, name))
    if record is None:
        _load(snapshot, into, name)  # the plan of a workflow's own name
        return
    plan = stored_launch_plan(record.payload)
    cast("dict[str, LaunchPlan]", into.launch_plans)[name] = plan
    _load(snapshot, into, plan.workflow)


def stored_interface(wire: Json) -> Interface:
    """An interface from its ordered pairs."""
    document = as_map(wire)
    return Interface(
        inputs=tuple(_variable(name, each) for name, each in pairs(document.get("inputs"))),
        outputs=tuple(_variable(name, each) for name, each in pairs(document.get("outputs"))),
    )


def _variable(name: str, wire: Json) -> Variable:
    document = as_map(wire)
    return Variable(
        name=name,
        type=stored_type(document["type"]),
        required=document.get("required") is not False,
        default=stored_literal(document["default"]) if "default" in document else None,
        description=str(document.get("description", "")),
    )


def stored_settings(wire: Json) -> TaskSettings:
    """Of the settings, what a cache key reads: the cache policy."""
    document = as_map(wire)
    if "cache" not in document:
        return TaskSettings()
    cache = as_map(document["cache"])
    version, age = cache.get("version"), cache.get("max_age_s")
    return TaskSettings(
        cache=CachePolicy(
            version=version if isinstance(version, str) else None,
            ignore=tuple(str(each) for each in as_list(cache.get("ignore"))),
            max_age_s=age if isinstance(age, int | float) else None,
            include=tuple(_included(as_map(each)) for each in as_list(cache.get("include"))),
        )
    )


def _included(wire: Mapping[str, Json]) -> Included:
    name, digest = str(wire.get("name", "")), str(wire.get("digest", ""))
    return Included(what=cast('OneOf["image", "lock", "file"]', wire["what"]), name=name, digest=digest)


def stored_task(payload: JsonObject) -> Task:
    """A task as it was applied."""
    return Task(
        name=str(payload["name"]),
        work=stored_work(payload),
        interface=stored_interface(payload.get("interface")),
        settings=stored_settings(payload.get("settings")),
        fixed_inputs=_given(payload.get("fixed_inputs")),
        keyed_as=str(payload["keyed_as"]) if "keyed_as" in payload else None,
    )


def stored_launch_plan(payload: JsonObject) -> LaunchPlan:
    """A launch plan as it was applied: the workflow and the inputs it gives."""
    return LaunchPlan(
        name=str(payload["name"]),
        workflow=str(payload["workflow"]),
        default_inputs=_given(payload.get("default_inputs")),
        fixed_inputs=_given(payload.get("fixed_inputs")),
    )


def stored_schedule(payload: Mapping[str, Json]) -> Schedule | None:
    """When a launch plan starts, as it was applied; None when no clock starts it."""
    wire = as_map(payload.get("schedule"))
    if not wire or payload.get("active") is False:
        return None

    def text(name: str) -> str | None:
        value = wire.get(name)
        return value if isinstance(value, str) else None

    return Schedule(
        cron=text("cron"),
        every=text("every"),
        timezone=text("timezone") or "UTC",
        start=text("start"),
        end=text("end"),
        kickoff_time_input=text("kickoff_time_input"),
        dst="engine" if text("dst") == "engine" else "once",
    )


def _given(wire: Json) -> tuple[tuple[str, Literal], ...]:
    return tuple((name, stored_literal(each)) for name, each in sorted(as_map(wire).items()))


def stored_workflow(payload: JsonObject, program: Program) -> Workflow:
    """A workflow as it was applied; `program` holds what it calls."""
    nodes = as_map(payload.get("nodes"))
    return Workflow(
        name=str(payload["name"]),
        interface=stored_interface(payload.get("interface")),
        nodes=tuple(_node(name, as_map(nodes[name]), program) for name in sorted(nodes)),
        outputs=tuple(_bound(name, each) for name, each in pairs(payload.get("outputs"))),
    )


def _node(name: str, wire: Mapping[str, Json], program: Program) -> Node:
    body = cast("NodeBody", _body(wire, program))
    after = tuple(str(each) for each in as_list(wire.get("after")))
    return Node(name=name, body=body, outputs=case_outputs(program, body), after=after)


def _body(wire: Mapping[str, Json], program: Program) -> CaseBody:
    match wire:
        case {"task": str(task)}:
            return TaskCall(task=task, inputs=_bounds(wire.get("inputs")), settings=_override(wire))
        case {"map": str() | {}}:
            ((kind, callee),) = _mapped(wire).items()
            return _map_call(cast("Mapped", kind), str(callee), wire)
        case {"workflow": str(workflow)}:
            return WorkflowCall(workflow=workflow, inputs=_bounds(wire.get("inputs")))
        case {"launch_plan": str(plan)}:
            return LaunchPlanCall(launch_plan=plan, inputs=_bounds(wire.get("inputs")))
        case {"sleep_s": int() | float() as seconds}:
            return Sleep(duration_s=seconds)
        case {"approve": gate}:
            shown = as_map(gate).get("value")
            return Approve(bound=None if shown is None else _bound("value", shown))
        case {"wait_for_input": gate}:
            return WaitForInput(type=stored_type(as_map(gate)["type"]))
        case {"switch": cases, "else": otherwise}:
            return _switch([as_map(each) for each in as_list(cases)], as_map(otherwise), program)
        case {"fail": str(message)}:
            return Fail(message=message)
        case _:
            return GiveValue(bound=_bound("o0", wire["value"]))


def _override(wire: Mapping[str, Json]) -> TaskSettings | None:
    return stored_settings(wire["settings"]) if "settings" in wire else None


def _map_call(kind: Mapped, callee: str, wire: Mapping[str, Json]) -> MapCall:
    ratio, successes = wire.get("min_success_ratio"), wire.get("min_successes")
    return MapCall(
        callee=callee,
        kind=kind,
        over=_bounds(wire.get("over")),
        inputs=_bounds(wire.get("inputs")),
        min_success_ratio=ratio if isinstance(ratio, int | float) else None,
        min_successes=successes if isinstance(successes, int) else None,
        settings=_override(wire),
    )


def _switch(cases: list[Mapping[str, Json]], otherwise: Mapping[str, Json], program: Program) -> Switch:
    built = tuple(
        Case(when=_condition(as_map(each["when"])), then=_body(as_map(each["then"]), program)) for each in cases
    )
    last = _body(otherwise, program)
    return Switch(cases=built, otherwise=last, outputs=_shared(program, [*(each.then for each in built), last]))


def _shared(program: Program, bodies: list[CaseBody]) -> tuple[Variable, ...]:
    """The outputs of a switch: one called `o0` when every case has one, else the names that all share."""
    lists = [case_outputs(program, body) for body in bodies if not isinstance(body, Fail)]
    if not lists:
        return ()
    if all(len(each) == 1 for each in lists):
        return (replace(lists[0][0], name="o0"),)
    names = set.intersection(*({variable.name for variable in each} for each in lists))
    return tuple(variable for variable in lists[0] if variable.name in names)


def _bounds(wire: Json) -> tuple[Bound, ...]:
    return tuple(_bound(name, each) for name, each in as_map(wire).items())


def _bound(name: str, wire: Json) -> Bound:
    return Bound(name=name, type=JSON, binding=_binding(as_map(wire)))


def _binding(wire: Mapping[str, Json]) -> Binding:
    match wire:
        case {"ref": str(text)}:
            return Referred(to=stored_reference(text), type=JSON)
        case {"list": items}:
            return ListBinding(items=tuple(_binding(as_map(each)) for each in as_list(items)), type=JSON)
        case {"map": entries}:
            built = tuple((name, _binding(as_map(each))) for name, each in as_map(entries).items())
            return MapBinding(entries=built, type=JSON)
        case _:
            return Static(literal=stored_literal(cast("Json", wire)))


def stored_reference(text: str) -> Reference:
    """`$inputs.x.path`, `$node.output.path` or `$error.path`; every step of the path is text."""
    if text == "$error" or text.startswith("$error."):
        return ErrorRef(tuple(plain or quoted for plain, quoted in _SEGMENT.findall(text[len("$error") :])))
    head = re.match(r"\$(\w+)\.(\w+)", text)
    if head is None:
        raise ValueError(text)
    path = tuple(plain or quoted for plain, quoted in _SEGMENT.findall(text[head.end() :]))
    first, second = head.groups()
    return InputRef(second, path) if first == "inputs" else NodeRef(first, second, path)


def _operand(wire: Json) -> Operand:
    document = as_map(wire)
    if "ref" in document:
        return Lookup(to=stored_reference(str(document["ref"])), type=stored_type(document["type"]))
    return Constant(literal=stored_literal(wire))


def _condition(wire: Mapping[str, Json]) -> Condition:
    match wire:
        case {"compare": [operator, left, right]}:
            return Compare(
                operator=cast("CompareOperator", operator),
                left=_operand(left),
                right=_operand(right),
            )
        case {"in": [operand, values], "negated": negated}:
            members = tuple(stored_literal(each) for each in as_list(values))
            return Membership(operand=_operand(operand), values=members, negated=bool(negated))
        case {"none": operand, "negated": negated}:
            return NoneTest(operand=_operand(operand), negated=bool(negated))
        case {"truth": operand}:
            return Truth(operand=_operand(operand))
        case {"not": inner}:
            return Not(condition=_condition(as_map(inner)))
        case {"and": [left, right]}:
            return Both(left=_condition(as_map(left)), right=_condition(as_map(right)))
        case _:
            left, right = as_list(wire["or"])
            return Either(left=_condition(as_map(left)), right=_condition(as_map(right)))
