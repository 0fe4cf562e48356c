"""Workflows: inputs, nodes, outputs, rings; each compiled after those it calls."""

from __future__ import annotations

from typing import Literal as OneOf

from flyteops.compile.bindings import infer_binding
from flyteops.compile.failures import read_handler
from flyteops.compile.fields import text_in, without
from flyteops.compile.known import Known
from flyteops.compile.layers import Declared
from flyteops.compile.nodes import read_node
from flyteops.compile.queries import as_query
from flyteops.compile.reading import Reader
from flyteops.compile.recursion import refuse_recursion, workflow_calls
from flyteops.compile.rings import in_order, rings_of
from flyteops.compile.run_size import MOST_STEPS, steps_of
from flyteops.compile.scope import Scope
from flyteops.compile.variables import read_variables
from flyteops.model.artifacts import ArtifactQuery
from flyteops.model.diagnostics import Related
from flyteops.model.entities import Handler, Interface, Node, Variable, Workflow
from flyteops.model.references import Bound
from flyteops.source.tree import Entry, Mapping, Scalar, TreeNode


def compile_workflows(known: Known) -> None:
    """Every workflow; those that reach themselves are refused and stay unknown."""
    declared = known.declared("workflows")
    calls = {name: workflow_calls(known, each.body) for name, each in declared.items()}
    looping: set[str] = set()
    for ring in rings_of(calls):
        looping.update(ring)
        refuse_recursion(known, ring, calls)
    for name in in_order(calls):
        if name in declared:
            known.workflows[name] = None if name in looping else _bounded(known, declared[name])


def _bounded(known: Known, declared: Declared) -> Workflow | None:
    """The workflow, refused when a run of it would have more steps than anybody can look at."""
    workflow = _workflow(known, declared)
    if workflow is None:
        return None
    known.sizes[declared.name] = steps = steps_of(workflow, known.sizes, known.launch_plans)
    if steps <= MOST_STEPS:
        return workflow
    known.faults.add(
        "FO248",
        f"a run of {declared.name} would have {steps:,} steps with all that it calls, and {MOST_STEPS:,} is the most",
        at=declared.place,
        label="each call brings the steps of what is called",
        help="walk a list with map: instead of calling one workflow many times",
    )
    return None


def _workflow(known: Known, declared: Declared) -> Workflow | None:
    body = declared.body
    known.bodies[f"workflow/{declared.name}"] = (declared.place, body)
    inputs = _inputs(known, declared)
    entries = _node_entries(body)
    if not entries and declared.sound:
        known.faults.add(
            "FO209",
            f'workflow "{declared.name}" has no nodes',
            at=declared.place,
            help="add nodes: {NAME: {task: …}}",
        )
    reader = reader_of(known, inputs, entries)
    reader.sound = declared.sound
    nodes = [read_node(reader, entry) for entry in entries.values()]
    whole = not refuse_rings(known, reader)
    outputs = _outputs(reader, body)
    handler = _handler(known, declared, inputs, entries)
    if body.get("on_failure") is not None and handler is None:
        whole = False
    if outputs is None or not whole or any(node is None for node in nodes) or None in inputs.values():
        return None
    return Workflow(
        name=declared.name,
        interface=Interface(
            inputs=tuple(variable for variable in inputs.values() if variable is not None),
            outputs=tuple(Variable(name=bound.name, type=bound.type) for bound in outputs),
        ),
        nodes=tuple(sorted((node for node in nodes if node is not None), key=_name_of)),
        outputs=outputs,
        description=text_in(body, "description") or "",
        failure_policy=_failure_policy(body),
        on_failure=handler,
    )


def _name_of(node: Node) -> str:
    return node.name


def _inputs(known: Known, of: Declared) -> dict[str, Variable | None]:
    """The declared inputs, sorted by name: their order in the file has no meaning. None for a broken one."""
    queries, inputs = _queries(of.body.get("inputs"))
    declared = read_variables(inputs, classes=known.classes(of.place), faults=known.faults)
    found: dict[str, Variable | None] = {}
    for name in sorted(declared):
        variable = declared[name]
        found[name] = None
        if variable.type is None or variable.broken:
            if not variable.broken and of.sound:
                known.faults.add(
                    "FO220", f'the type of "{name}" is missing', at=variable.place, help=f"write {name}: {{type: int}}"
                )
            continue
        if variable.required is False and variable.default is None and name not in queries:
            known.faults.add(
                "FO208",
                f'the input "{name}" of a workflow is not required, but has no default',
                at=variable.place,
                help="give it a default, which may be null when its type is T | None",
            )
            continue
        found[name] = Variable(
            name=name,
            type=variable.type,
            required=variable.default is None and name not in queries,
            default=variable.default,
            description=variable.description,
            query=queries.get(name),
        )
    return found


def _queries(node: TreeNode | None) -> tuple[dict[str, ArtifactQuery], TreeNode | None]:
    """The queries for artifacts that stand as defaults, and the inputs without them."""
    if not isinstance(node, Mapping):
        return {}, node
    queries: dict[str, ArtifactQuery] = {}
    entries: list[Entry] = []
    for entry in node.entries:
        query = as_query(entry.value.get("default")) if isinstance(entry.value, Mapping) else None
        if query is None or not isinstance(entry.value, Mapping):
            entries.append(entry)
            continue
        queries[entry.key.text] = query
        entries.append(Entry(key=entry.key, value=without(entry.value, "default", "required")))
    return queries, Mapping(entries=tuple(entries), place=node.place, flow=node.flow)


def _node_entries(body: Mapping) -> dict[str, Entry]:
    nodes = body.get("nodes")
    return {entry.key.text: entry for entry in nodes.entries} if isinstance(nodes, Mapping) else {}


def reader_of(known: Known, inputs: dict[str, Variable | None], entries: dict[str, Entry]) -> Reader:
    """What reads nodes that may refer to these inputs and to one another."""

    def task_of(node: str) -> str | None:
        value = entries[node].value
        name = (text_in(value, "task") or text_in(value, "map")) if isinstance(value, Mapping) else None
        return name if name in known.declared("tasks") else None

    scope = Scope(
        inputs=inputs, nodes=frozenset(entries), outputs_of=lambda _: None, faults=known.faults, task_of=task_of
    )
    reader = Reader(known=known, scope=scope, bodies=entries)
    scope.outputs_of = reader.outputs_of
    return reader


def _handler(
    known: Known, declared: Declared, inputs: dict[str, Variable | None], entries: dict[str, Entry]
) -> Handler | None:
    if declared.body.get("on_failure") is None:
        return None
    reader = reader_of(known, inputs, entries)
    reader.sound = declared.sound
    reader.scope.handler = True
    nodes = declared.body.get("nodes")
    return read_handler(reader, declared.body, nodes if isinstance(nodes, Mapping) else None)


def refuse_rings(known: Known, reader: Reader) -> bool:
    """Whether nodes that were read wait for each other; every ring is told."""
    edges = reader.scope.edges
    rings = rings_of(edges)
    for ring in rings:
        steps = list(zip(ring, (*ring[1:], ring[0]), strict=True))
        known.faults.add(
            "FO214",
            f"the nodes wait for each other: {' → '.join((*ring, ring[0]))}"
            if len(ring) > 1
            else f'the node "{ring[0]}" waits for itself',
            at=edges[steps[0][0]][steps[0][1]],
            label=f"{steps[0][0]} waits for {steps[0][1]}",
            help="take one of the references away",
            related=tuple(
                Related(place=edges[one][other], label=f"{one} waits for {other}") for one, other in steps[1:]
            ),
        )
    return bool(rings)


def _outputs(reader: Reader, body: Mapping) -> tuple[Bound, ...] | None:
    node = body.get("outputs")
    reader.scope.reading = ""  # what the outputs refer to is no edge between nodes
    if isinstance(node, Scalar):
        inferred = infer_binding(node, scope=reader.scope)
        return None if inferred is None else (Bound(name="o0", type=inferred[1], binding=inferred[0]),)
    if not isinstance(node, Mapping):
        return ()
    bounds: list[Bound] = []
    for entry in sorted(node.entries, key=_key_of):
        inferred = infer_binding(entry.value, scope=reader.scope)
        if inferred is not None:
            bounds.append(Bound(name=entry.key.text, type=inferred[1], binding=inferred[0]))
    return tuple(bounds) if len(bounds) == len(node.entries) else None


def _key_of(entry: Entry) -> str:
    return entry.key.text


def _failure_policy(body: Mapping) -> OneOf["immediately", "after_executable_nodes"]:
    return "after_executable_nodes" if text_in(body, "failure_policy") == "after_executable_nodes" else "immediately"
