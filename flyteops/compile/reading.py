"""What the nodes of one workflow share: outputs found on demand, inputs bound, tasks looked up."""

from __future__ import annotations

from dataclasses import dataclass, field

from flyteops.compile.bindings import infer_binding, read_binding
from flyteops.compile.cases import case_bodies, kind_of, literal_shapes, shared_outputs
from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import int_of, number_of
from flyteops.compile.known import Known
from flyteops.compile.scope import Outputs, Scope
from flyteops.compile.tasks import overridden, task_by_path
from flyteops.execution.graph import mapped_outputs
from flyteops.model.entities import MapCall, Task, TaskSettings, Variable
from flyteops.model.references import Binding, Bound, Static
from flyteops.model.types import LiteralType, spelling
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, TreeNode


@dataclass(slots=True)
class Reader:
    """What the nodes of one workflow need in common; outputs are found on demand: references may point forward."""

    known: Known
    scope: Scope
    bodies: dict[str, Entry]
    sound: bool = True
    """Not when parts were refused where they were read: what is missing then is not told again."""
    found: dict[str, Outputs | None] = field(default_factory=dict)
    finding: set[str] = field(default_factory=set)
    given: dict[tuple[int, str], tuple[Binding, LiteralType] | None] = field(default_factory=dict)

    @property
    def faults(self) -> Faults:
        """Where faults go."""
        return self.scope.faults

    # ------------------------------------------------------------------------------------- outputs first

    def outputs_of(self, name: str) -> Outputs | None:
        """The outputs of a node; None when a fault, or a ring through `value:`, hides them."""
        if name in self.found:
            return self.found[name]
        if name in self.finding:
            return None
        self.finding.add(name)
        entry = self.bodies[name]
        outputs = self._outputs(entry.value, entry.key)
        self.finding.discard(name)
        self.found[name] = outputs
        return outputs

    def _outputs(self, body: TreeNode, key: Scalar) -> Outputs | None:
        if not isinstance(body, Mapping):
            return None
        kind, value = kind_of(body)
        match kind:
            case "task" if isinstance(value, Scalar):
                task = self.task(value)
                return Outputs(task.interface.outputs) if task else None
            case "map" if isinstance(value, Scalar):
                task = self.task(value)
                return Outputs(mapped_outputs(task.interface.outputs, map_shape(task, body))) if task else None
            case "workflow" if isinstance(value, Scalar):
                workflow = self.known.workflows.get(value.text)
                return Outputs(workflow.interface.outputs) if workflow else None
            case "switch" if isinstance(value, Sequence):
                return self.switch_outputs(value, key)
        return None

    def switch_outputs(self, cases: Sequence, key: Scalar) -> Outputs | None:
        """The outputs that the cases share."""
        shapes: list[tuple[Variable, ...]] = []
        literals: list[tuple[TreeNode, LiteralType]] = []
        for body in case_bodies(cases):
            if not isinstance(body, Mapping):
                return None
            kind, value = kind_of(body)
            if kind == "fail":
                continue
            if kind == "value" and value is not None:
                inferred = self.inferred(value, key.text)
                if inferred is None:
                    return None
                if isinstance(inferred[0], Static):
                    literals.append((value, inferred[1]))
                else:
                    shapes.append((Variable(name="o0", type=inferred[1]),))
                continue
            outputs = self._outputs(body, key)
            if outputs is None:
                return None
            shapes.append(outputs.variables)
        return shared_outputs([*shapes, *literal_shapes(shapes, literals)])

    def inferred(self, value: TreeNode, owner: str) -> tuple[Binding, LiteralType] | None:
        """The binding of a `value:`, read once."""
        known = (id(value), owner)  # an alias may stand in two nodes
        if known not in self.given:
            before, self.scope.reading = self.scope.reading, owner
            self.given[known] = infer_binding(value, scope=self.scope)
            self.scope.reading = before
        return self.given[known]

    def task(self, name: Scalar) -> Task | None:
        """The task of a name or path; None when it is unknown or broken. An unknown one is told by `callee`."""
        if ":" in name.text:
            return task_by_path(self.known, name.text, name.place)
        return self.known.tasks.get(name.text)

    def callee(self, name: Scalar) -> Task | None:
        """The task of a name; an unknown name is told."""
        task = self.task(name)
        if task is None and ":" not in name.text and name.text not in self.known.tasks:
            workflows = self.known.declared("workflows")
            way_out = suggestion(name.text, self.known.declared("tasks"), kinds="tasks")
            if not self.known.declared("tasks"):
                way_out = "declare it under tasks:, or write the path of its function, module:function"
            if name.text in workflows:
                way_out = f"it is a workflow: write workflow: {name.text}"
            self.faults.add("FO201", f'there is no task "{name.text}"', at=name.place, help=way_out)
        return task

    def overrides(self, body: Mapping, task: Task) -> TaskSettings | None:
        """The settings of a node that overrides some, else None."""
        overrides = body.get("overrides")
        if not isinstance(overrides, Mapping) or not overrides.entries:
            return None
        return overridden(self.known, task, overrides)

    def bound(
        self,
        node: TreeNode | None,
        variables: tuple[Variable, ...],
        key: Scalar,
        callee: str,
        *,
        taken: frozenset[str] = frozenset(),
    ) -> tuple[Bound, ...] | None:
        """The bindings in the order of the variables; None when one is wrong or missing."""
        given = {entry.key.text: entry for entry in node.entries} if isinstance(node, Mapping) else {}
        by_name = {variable.name: variable for variable in variables}
        whole = True
        for name, entry in given.items():
            if name not in by_name or name in taken:
                whole = False
                self.no_input(entry.key, callee, by_name, taken)
        bounds: list[Bound] = []
        missing: list[Variable] = []
        for name, variable in by_name.items():
            entry_given = given.get(name)
            if name in taken:
                continue
            if entry_given is None:
                if variable.required:
                    missing.append(variable)
                continue
            binding = read_binding(
                entry_given.value, variable.type, scope=self.scope, subject=f'the input "{name}" of {callee}'
            )
            if binding is None:
                whole = False
            else:
                bounds.append(Bound(name=name, type=variable.type, binding=binding))
        if missing:
            whole = False
            if self.sound:
                self._missing(missing, key, callee)
        return tuple(bounds) if whole else None

    def no_input(self, name: Scalar, callee: str, by_name: dict[str, Variable], taken: frozenset[str]) -> None:
        """Tells of a name that is no input, or one of over."""
        if name.text in taken:
            self.faults.add(
                "FO237",
                f'"{name.text}" stands in over and in inputs',
                at=name.place,
                help="in over it gets one item at a time, in inputs all items get the same: keep one",
            )
            return
        self.faults.add(
            "FO211",
            f'{callee} has no input "{name.text}"',
            at=name.place,
            help=suggestion(name.text, by_name, kinds="inputs"),
        )

    def _missing(self, missing: list[Variable], key: Scalar, callee: str) -> None:
        listed = ", ".join(f"{each.name}: {spelling(each.type)}" for each in missing)
        same = [each.name for each in missing if each.name in self.scope.inputs]
        way_out = (
            f"add inputs: [{', '.join(same)}], which takes the workflow's of the same name"
            if same
            else (f"add inputs: {{{missing[0].name}: …}}")
        )
        plural = "inputs" if len(missing) > 1 else "input"
        self.faults.add(
            "FO210",
            f'node "{key.text}" does not give the {plural} {", ".join(each.name for each in missing)} of {callee}',
            at=key.place,
            label=f"needs {listed}",
            help=way_out,
        )


def map_shape(task: Task, body: Mapping) -> MapCall:
    """The call as far as its outputs depend on it."""
    return MapCall(
        callee=task.name,
        over=(),
        inputs=(),
        min_success_ratio=number_of(body.get("min_success_ratio")),
        min_successes=int_of(body.get("min_successes")),
    )
