"""Nodes: what each calls, with its inputs bound and its outputs known."""

from __future__ import annotations

from typing import assert_never

from flyteops.compile.callees import refuse_fixed
from flyteops.compile.cases import kind_of
from flyteops.compile.faults import suggestion
from flyteops.compile.gates import gate_of
from flyteops.compile.maps import map_call
from flyteops.compile.reading import Reader, kind_called
from flyteops.compile.scope import Outputs
from flyteops.compile.switches import switch_of
from flyteops.model.entities import (
    CaseBody,
    Fail,
    GiveValue,
    Handler,
    LaunchPlanCall,
    Mapped,
    Node,
    Switch,
    TaskCall,
    WorkflowCall,
)
from flyteops.model.references import Bound
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence


def read_node(reader: Reader, entry: Entry) -> Node | None:
    """A node with everything checked; None with the faults noted."""
    name = entry.key.text
    reader.scope.reading = name
    if not isinstance(entry.value, Mapping):
        return None
    body = body_of(reader, entry.value, entry.key)
    after = _after(reader, entry.value, name)
    outputs = reader.outputs_of(name)
    if body is None or outputs is None or isinstance(body, GiveValue | Fail):
        return None
    if isinstance(body, Switch):
        outputs = Outputs(body.outputs)
    return Node(name=name, body=body, outputs=outputs.variables, after=after)


def _after(reader: Reader, body: Mapping, name: str) -> tuple[str, ...]:
    node = body.get("after")
    if not isinstance(node, Sequence):
        return ()
    names: dict[str, None] = {}
    for item in node.items:
        if not isinstance(item, Scalar):
            continue
        wanted = item.text.removeprefix("$")
        if wanted not in reader.scope.nodes:
            reader.faults.add(
                "FO202",
                f'there is no node "{wanted}"',
                at=item.place,
                help=suggestion(wanted, reader.scope.nodes - {name}, kinds="nodes"),
            )
            continue
        reader.scope.edges.setdefault(name, {}).setdefault(wanted, item.place)
        names[wanted] = None
    return tuple(sorted(names))


def body_of(reader: Reader, body: Mapping, key: Scalar) -> CaseBody | None:
    """What a node or a case does."""
    kind, value = kind_of(body)
    match kind:
        case "task" | "workflow" | "launch_plan" if isinstance(value, Scalar):
            return call_of(reader, body, kind_called(kind), value, key)
        case "map":
            return map_call(reader, body, value=value, key=key)
        case "sleep" | "approve" | "wait_for_input":
            return gate_of(reader, kind, value, reader.scope.reading)
        case "switch" if isinstance(value, Sequence):
            return switch_of(reader, value, key=key, body_of=body_of)
        case "value" if value is not None:
            inferred = reader.inferred(value, reader.scope.reading)
            if inferred is None:
                return None
            return GiveValue(bound=Bound(name="o0", type=inferred[1], binding=inferred[0]))
        case "fail" if isinstance(value, Scalar):
            return Fail(message=value.text)
    return None


def call_of(reader: Reader, body: Mapping, kind: Mapped, name: Scalar, key: Scalar) -> Handler | None:
    """A call with its inputs bound."""
    callee = reader.callee(kind, name)
    if callee is None:
        return None
    given = body.get("inputs")
    told = refuse_fixed(reader.known, callee, given.entries if isinstance(given, Mapping) else ())
    settings = reader.overrides(body, callee.task) if callee.task else None
    inputs = reader.bound(given, callee.inputs, key, callee.words, told=told)
    if inputs is None:
        return None
    match kind:
        case "task":
            return TaskCall(task=callee.name, inputs=inputs, settings=settings, title=reader.title(body))
        case "workflow":
            return WorkflowCall(workflow=callee.name, inputs=inputs)
        case "launch_plan":
            return LaunchPlanCall(launch_plan=callee.name, inputs=inputs)
        case _:
            assert_never(kind)
