"""Nodes: what each calls, with its inputs bound and its outputs known."""

from __future__ import annotations

from flyteops.compile.cases import kind_of
from flyteops.compile.faults import suggestion
from flyteops.compile.maps import map_call
from flyteops.compile.reading import Reader
from flyteops.compile.scope import Outputs
from flyteops.compile.switches import switch_of
from flyteops.model.entities import CaseBody, Fail, GiveValue, Node, Switch, TaskCall, WorkflowCall
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
        case "task" if isinstance(value, Scalar):
            return _task_call(reader, body, value, key)
        case "map" if isinstance(value, Scalar):
            return map_call(reader, body, name=value, key=key)
        case "workflow" if isinstance(value, Scalar):
            return _workflow_call(reader, body, value, key)
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


def _task_call(reader: Reader, body: Mapping, name: Scalar, key: Scalar) -> TaskCall | None:
    task = reader.callee(name)
    if task is None:
        return None
    settings = reader.overrides(body, task)
    inputs = reader.bound(body.get("inputs"), task.interface.inputs, key, f"task {task.name}")
    return None if inputs is None else TaskCall(task=task.name, inputs=inputs, settings=settings)


def _workflow_call(reader: Reader, body: Mapping, name: Scalar, key: Scalar) -> WorkflowCall | None:
    declared = reader.known.declared("workflows")
    if name.text not in declared:
        way_out = suggestion(name.text, declared, kinds="workflows")
        if name.text in reader.known.tasks:
            way_out = f"it is a task: write task: {name.text}"
        reader.faults.add("FO201", f'there is no workflow "{name.text}"', at=name.place, help=way_out)
        return None
    workflow = reader.known.workflows.get(name.text)
    if workflow is None:
        return None
    inputs = reader.bound(body.get("inputs"), workflow.interface.inputs, key, f"workflow {name.text}")
    return None if inputs is None else WorkflowCall(workflow=name.text, inputs=inputs)
