"""What the nodes of one workflow share: outputs found on demand, inputs bound, tasks looked up."""

from __future__ import annotations

from dataclasses import dataclass, field

from flyteops.compile.bindings import infer_binding, read_binding
from flyteops.compile.callees import Callee, callee_of, unknown_callee
from flyteops.compile.cases import case_bodies, kind_of, literal_shapes, shared_outputs
from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import int_of, number_of, text_in, without
from flyteops.compile.known import Known
from flyteops.compile.scope import Outputs, Scope
from flyteops.compile.tasks import overridden
from flyteops.compile.values import refuse_reference_keys
from flyteops.compile.variables import declared_type
from flyteops.execution.graph import mapped_outputs
from flyteops.model.entities import MapCall, Mapped, Task, TaskSettings, Variable
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
    types: dict[int, LiteralType | None] = field(default_factory=dict)
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
            case "task" | "workflow" | "launch_plan" if isinstance(value, Scalar):
                found = callee_of(self.known, kind_called(kind), value)
                return Outputs(found.outputs) if found else None
            case "map":
                name = mapped_name(value)
                mapped = callee_of(self.known, *name) if name else None
                return Outputs(mapped_outputs(mapped.outputs, map_shape(mapped, body))) if mapped else None
            case "sleep":
                return Outputs((), why="a sleep hands nothing on")
            case "approve" | "wait_for_input" if isinstance(value, Mapping):
                return self._gate_outputs(kind, value, key)
            case "switch" if isinstance(value, Sequence):
                return self.switch_outputs(value, key)
        return None

    def _gate_outputs(self, kind: str, gate: Mapping, key: Scalar) -> Outputs | None:
        if kind == "wait_for_input":
            of = self.gate_type(gate)
            return Outputs((Variable(name="value", type=of),)) if of is not None else None
        shown = gate.get("value")
        if shown is None:
            return Outputs((), why="approve was given no value to hand on")
        inferred = self.inferred(shown, key.text)
        return Outputs((Variable(name="value", type=inferred[1]),)) if inferred is not None else None

    def gate_type(self, gate: Mapping) -> LiteralType | None:
        """The type that a `wait_for_input` says, read once."""
        if id(gate) not in self.types:
            written = gate.get("type")
            classes = self.known.classes(gate.place)
            found = declared_type(written, "value", classes=classes, faults=self.faults) if written else None
            self.types[id(gate)] = found
        return self.types[id(gate)]

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

    def callee(self, kind: Mapped, name: Scalar) -> Callee | None:
        """What a name calls; an unknown one is told, and one that should no longer be used."""
        found = callee_of(self.known, kind, name)
        if found is None:
            unknown_callee(self.known, kind, name)
        elif found.task is not None and found.task.deprecated is not None:
            told = f"the task {found.name} is deprecated"
            self.faults.warn("FO352", told, at=name.place, label="used here", way_out=found.task.deprecated)
        return found

    def overrides(self, body: Mapping, task: Task) -> TaskSettings | None:
        """The settings of a node that overrides some, else None."""
        overrides = body.get("overrides")
        settings = without(overrides, "name") if isinstance(overrides, Mapping) else None
        if settings is None or not settings.entries:
            return None
        return overridden(self.known, task, settings)

    def title(self, body: Mapping) -> str:
        """How a node is shown when not by its name: `overrides.name`."""
        overrides = body.get("overrides")
        return (text_in(overrides, "name") or "") if isinstance(overrides, Mapping) else ""

    def bound(
        self,
        node: TreeNode | None,
        variables: tuple[Variable, ...],
        key: Scalar,
        callee: str,
        *,
        taken: frozenset[str] = frozenset(),
        told: frozenset[str] = frozenset(),
    ) -> tuple[Bound, ...] | None:
        """The bindings in the order of the variables; None when one is wrong or missing. `told` names inputs of
        which something was said already."""
        given = {entry.key.text: entry for entry in node.entries} if isinstance(node, Mapping) else {}
        by_name = {variable.name: variable for variable in variables}
        whole = True
        for name, entry in given.items():
            if name not in by_name or name in taken:
                whole = False
                if name not in told:
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
            if refuse_reference_keys(entry_given.value, self.faults):
                whole = False
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
            untold = [variable for variable in missing if variable.name not in told]
            if untold and self.sound:
                self._missing(untold, key, callee)
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


def kind_called(key: str) -> Mapped:
    """The kind of callee that a key of a node names."""
    return "workflow" if key == "workflow" else "launch_plan" if key == "launch_plan" else "task"


def mapped_name(value: TreeNode | None) -> tuple[Mapped, Scalar] | None:
    """What `map:` names: a task by its name alone, else `{workflow: NAME}` or `{launch_plan: NAME}`."""
    if isinstance(value, Scalar):
        return "task", value
    if isinstance(value, Mapping):
        for entry in value.entries:
            if entry.key.text in ("workflow", "launch_plan") and isinstance(entry.value, Scalar):
                return kind_called(entry.key.text), entry.value
    return None


def map_shape(callee: Callee, body: Mapping) -> MapCall:
    """The call as far as its outputs depend on it."""
    return MapCall(
        callee=callee.name,
        kind=callee.kind,
        over=(),
        inputs=(),
        min_success_ratio=number_of(body.get("min_success_ratio")),
        min_successes=int_of(body.get("min_successes")),
    )
