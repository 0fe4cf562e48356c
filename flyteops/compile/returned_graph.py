"""The graph that a dynamic task returned, checked by the code that checks declarations, before anything of it runs."""

from __future__ import annotations

from dataclasses import replace

from flyteops.compile.bindings import read_binding
from flyteops.compile.faults import suggestion
from flyteops.compile.known import Known
from flyteops.compile.nodes import read_node
from flyteops.compile.reading import Reader
from flyteops.compile.workflows import reader_of, refuse_rings
from flyteops.model.diagnostics import Diagnostic, Place, in_order
from flyteops.model.entities import Interface, Node, Task, Variable, Workflow
from flyteops.model.errors import InvalidProject
from flyteops.model.program import Program
from flyteops.model.references import Bound
from flyteops.model.types import spelling
from flyteops.source.checking import Checker
from flyteops.source.fields.workflows import WORKFLOW
from flyteops.source.json_tree import read_json
from flyteops.source.shapes import Table
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, TreeNode

MAX_NODES = 2_000
"""More is no graph but a list: a map walks it."""
MOST_FAULTS = 50
"""So many are told: a loop that writes a thousand nodes writes one mistake a thousand times."""
GRAPH = Table(
    what="returned graph",
    fields={name: WORKFLOW.fields[name] for name in ("nodes", "outputs")},
    required=("nodes",),
    foreign={"inputs": "nothing: $inputs.NAME is an input of the dynamic task", "after": "after, on a node"},
)


class GraphReader:
    """What a returned graph may refer to: the tasks, workflows and launch plans of one program."""

    def __init__(self, known: Known, program: Program) -> None:
        self._known = known
        self.program = program

    def read(self, task: Task, document: bytes) -> tuple[Program, Workflow]:
        """The graph as a workflow with the inputs and outputs of the task, and the program that it runs in: a task
        named by its path may be new. Raises InvalidProject, each fault with its path into the graph."""
        before = len(self._known.faults.found)
        root, faults = read_json(task.name, document)
        self._known.faults.found.extend(faults)
        workflow = self._workflow(task, root) if root is not None else None
        found = self._known.faults.found[before:]
        del self._known.faults.found[before:]
        errors = [each for each in in_order(found) if each.severity == "error"]
        if errors or workflow is None or root is None:
            raise InvalidProject([_told(each, task, root) for each in errors[:MOST_FAULTS]])
        fresh = {name: each for name, each in self._known.tasks.items() if each and name not in self.program.tasks}
        return replace(self.program, tasks={**self.program.tasks, **fresh}), workflow

    def _workflow(self, task: Task, root: TreeNode) -> Workflow | None:
        key = Scalar(text="graph", style="plain", place=root.place)
        checker = Checker(faults=self._known.faults.found)
        body = checker.value(key, root, GRAPH)
        nodes = body.get("nodes") if isinstance(body, Mapping) else None
        if not isinstance(body, Mapping) or not isinstance(nodes, Mapping):
            return None
        entries = {each.key.text: each for each in nodes.entries}
        if len(entries) > MAX_NODES:
            self._known.faults.add(
                "FO353",
                f"a graph of {len(entries):,} nodes is too large: at most {MAX_NODES:,}",
                at=nodes.place,
                help="let one node with map: walk a list",
            )
            return None
        return self._lowered(task, body, entries)

    def _lowered(self, task: Task, body: Mapping, entries: dict[str, Entry]) -> Workflow | None:
        fixed = tuple(Variable(name=name, type=each.type) for name, each in task.fixed_inputs)
        inputs = (*task.interface.inputs, *fixed)
        reader = reader_of(self._known, {each.name: each for each in inputs}, entries)
        before, nodes = len(self._known.faults.found), []
        for entry in entries.values():
            nodes.append(read_node(reader, entry))
            if len(self._known.faults.found) - before > MOST_FAULTS:
                return None
        ringed = refuse_rings(self._known, reader)
        outputs = _outputs(reader, body, task)
        if ringed or outputs is None or any(node is None for node in nodes):
            return None
        return Workflow(
            name=task.name,
            interface=Interface(inputs=inputs, outputs=task.interface.outputs),
            nodes=tuple(sorted((node for node in nodes if node is not None), key=_name)),
            outputs=outputs,
        )


def _name(node: Node) -> str:
    return node.name


def _outputs(reader: Reader, body: Mapping, task: Task) -> tuple[Bound, ...] | None:
    """Every declared output, bound to a value of its type."""
    node, wanted = body.get("outputs"), task.interface.outputs
    reader.scope.reading = ""  # what the outputs refer to is no edge between nodes
    given = {each.key.text: each.value for each in node.entries} if isinstance(node, Mapping) else {}
    if len(wanted) == 1 and set(given) == {"o0"}:
        given = {wanted[0].name: given["o0"]}  # one reference alone, which needs no name
    elif isinstance(node, Mapping):
        _refuse_unknown(reader, node, wanted)
    bounds: list[Bound] = []
    for variable in wanted:
        value = given.get(variable.name)
        if value is None:
            reader.faults.add(
                "FO353",
                f'the graph does not give the output "{variable.name}"',
                at=node.place if node is not None else body.place,
                label=f"{variable.name}: {spelling(variable.type)} is declared",
                help=f"add outputs: {{{variable.name}: $node}}",
            )
            continue
        subject = f'the output "{variable.name}"'
        binding = read_binding(value, variable.type, scope=reader.scope, subject=subject)
        if binding is not None:
            bounds.append(Bound(name=variable.name, type=variable.type, binding=binding))
    return tuple(bounds) if len(bounds) == len(wanted) else None


def _refuse_unknown(reader: Reader, node: Mapping, wanted: tuple[Variable, ...]) -> None:
    names = [each.name for each in wanted]
    for entry in node.entries:
        if entry.key.text not in names:
            reader.faults.add(
                "FO353",
                f'the task declares no output "{entry.key.text}"',
                at=entry.key.place,
                help=suggestion(entry.key.text, names, kinds="outputs"),
            )


# -------------------------------------------------------------------------------------------------- telling


def _told(fault: Diagnostic, task: Task, root: TreeNode | None) -> Diagnostic:
    """The fault with its path into the graph in the place of a line, which nobody has written."""
    path = path_at(root, fault.place) if root is not None and fault.place is not None else ""
    inside = fault.place is not None and fault.place.path == task.name
    where = f", at {path}" if path and inside else ""
    label = f" ({fault.label})" if fault.label else ""
    return Diagnostic(
        code=fault.code,
        message=f"task/{task.name} returned a graph with a fault{where}: {fault.message}{label}",
        place=None if inside else fault.place,
        help=fault.help,
        related=tuple(each for each in fault.related if each.place.path != task.name),
    )


def path_at(root: TreeNode, place: Place) -> str:
    """The dotted path to the innermost value or key that a place is in: `nodes.fit.inputs.rows`."""
    steps: list[str] = []
    node: TreeNode | None = root
    while node is not None:
        inner = next(((name, value) for name, value, spot in _parts(node) if _within(place, spot)), None)
        if inner is None:
            break
        steps.append(inner[0])
        node = inner[1]
    return ".".join(steps)


def _parts(node: TreeNode) -> list[tuple[str, TreeNode | None, Place]]:
    match node:
        case Mapping(entries=entries):
            values = [(each.key.text, each.value, each.value.place) for each in entries]
            return [*values, *((each.key.text, None, each.key.place) for each in entries)]
        case Sequence(items=items):
            return [(str(number), each, each.place) for number, each in enumerate(items)]
        case _:
            return []


def _within(inner: Place, outer: Place) -> bool:
    begin, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return begin <= (inner.line, inner.column) and (inner.line, inner.column) < end
