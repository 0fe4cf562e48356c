"""Nodes: what each calls, with its inputs bound and its outputs known."""

from __future__ import annotations

from dataclasses import dataclass, field

from flyteops.compile.bindings import common_type, infer_binding, read_binding
from flyteops.compile.conditions import read_condition
from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import int_of, number_of, written_together
from flyteops.compile.known import Known
from flyteops.compile.scope import Outputs, Scope
from flyteops.compile.tasks import overridden, task_by_path
from flyteops.compile.values import read_literal
from flyteops.execution.graph import map_outputs
from flyteops.model.diagnostics import Related
from flyteops.model.entities import (
    Case,
    CaseBody,
    Fail,
    GiveValue,
    MapCall,
    Node,
    Switch,
    Task,
    TaskCall,
    TaskSettings,
    Variable,
    WorkflowCall,
)
from flyteops.model.references import Binding, Bound, ListBinding, Static
from flyteops.model.types import ListOf, LiteralType, UnionOf, spelling
from flyteops.source.scalars import is_null
from flyteops.source.tree import Entry, Mapping, Scalar, Sequence, TreeNode

COUNTED = "_"
"""`over: {_: $list}` only counts: no input gets the items."""


@dataclass(slots=True)
class Reader:
    """Reads the nodes of one workflow; outputs are found on demand, since references may point forward."""

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
        kind, value = _kind(body)
        match kind:
            case "task" if isinstance(value, Scalar):
                task = self.task(value)
                return Outputs(task.interface.outputs) if task else None
            case "map" if isinstance(value, Scalar):
                task = self.task(value)
                return Outputs(map_outputs(task, _map_shape(task, body))) if task else None
            case "workflow" if isinstance(value, Scalar):
                workflow = self.known.workflows.get(value.text)
                return Outputs(workflow.interface.outputs) if workflow else None
            case "switch" if isinstance(value, Sequence):
                return self._switch_outputs(value, key)
        return None

    def _switch_outputs(self, cases: Sequence, key: Scalar) -> Outputs | None:
        shapes: list[tuple[Variable, ...]] = []
        literals: list[tuple[TreeNode, LiteralType]] = []
        for body in _case_bodies(cases):
            if not isinstance(body, Mapping):
                return None
            kind, value = _kind(body)
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
        return shared_outputs([*shapes, *_literal_shapes(shapes, literals)])

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

    # ------------------------------------------------------------------------------------------- bodies

    def node(self, entry: Entry) -> Node | None:
        """A node with everything checked; None with the faults noted."""
        name = entry.key.text
        self.scope.reading = name
        if not isinstance(entry.value, Mapping):
            return None
        body = self.body(entry.value, entry.key)
        after = self._after(entry.value, name)
        outputs = self.outputs_of(name)
        if body is None or outputs is None or isinstance(body, GiveValue | Fail):
            return None
        if isinstance(body, Switch):
            outputs = Outputs(body.outputs)
        return Node(name=name, body=body, outputs=outputs.variables, after=after)

    def _after(self, body: Mapping, name: str) -> tuple[str, ...]:
        node = body.get("after")
        if not isinstance(node, Sequence):
            return ()
        names: dict[str, None] = {}
        for item in node.items:
            if not isinstance(item, Scalar):
                continue
            wanted = item.text.removeprefix("$")
            if wanted not in self.scope.nodes:
                self.faults.add(
                    "FO202",
                    f'there is no node "{wanted}"',
                    at=item.place,
                    help=suggestion(wanted, self.scope.nodes - {name}, kinds="nodes"),
                )
                continue
            self.scope.edges.setdefault(name, {}).setdefault(wanted, item.place)
            names[wanted] = None
        return tuple(sorted(names))

    def body(self, body: Mapping, key: Scalar) -> CaseBody | None:
        """What a node or a case does."""
        kind, value = _kind(body)
        match kind:
            case "task" if isinstance(value, Scalar):
                return self._task_call(body, value, key)
            case "map" if isinstance(value, Scalar):
                return self._map_call(body, value, key)
            case "workflow" if isinstance(value, Scalar):
                return self._workflow_call(body, value, key)
            case "switch" if isinstance(value, Sequence):
                return self._switch(value, key)
            case "value" if value is not None:
                inferred = self.inferred(value, self.scope.reading)
                if inferred is None:
                    return None
                return GiveValue(bound=Bound(name="o0", type=inferred[1], binding=inferred[0]))
            case "fail" if isinstance(value, Scalar):
                return Fail(message=value.text)
        return None

    def _callee(self, name: Scalar) -> Task | None:
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

    def _task_call(self, body: Mapping, name: Scalar, key: Scalar) -> TaskCall | None:
        task = self._callee(name)
        if task is None:
            return None
        settings = self._overrides(body, task)
        inputs = self._bound(body.get("inputs"), task.interface.inputs, key, f"task {task.name}")
        return None if inputs is None else TaskCall(task=task.name, inputs=inputs, settings=settings)

    def _overrides(self, body: Mapping, task: Task) -> TaskSettings | None:
        overrides = body.get("overrides")
        if not isinstance(overrides, Mapping) or not overrides.entries:
            return None
        return overridden(self.known, task, overrides)

    def _workflow_call(self, body: Mapping, name: Scalar, key: Scalar) -> WorkflowCall | None:
        declared = self.known.declared("workflows")
        if name.text not in declared:
            way_out = suggestion(name.text, declared, kinds="workflows")
            if name.text in self.known.tasks:
                way_out = f"it is a task: write task: {name.text}"
            self.faults.add("FO201", f'there is no workflow "{name.text}"', at=name.place, help=way_out)
            return None
        workflow = self.known.workflows.get(name.text)
        if workflow is None:
            return None
        inputs = self._bound(body.get("inputs"), workflow.interface.inputs, key, f"workflow {name.text}")
        return None if inputs is None else WorkflowCall(workflow=name.text, inputs=inputs)

    # ------------------------------------------------------------------------------------------- inputs

    def _bound(
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
                self._no_input(entry.key, callee, by_name, taken)
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

    def _no_input(self, name: Scalar, callee: str, by_name: dict[str, Variable], taken: frozenset[str]) -> None:
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

    # --------------------------------------------------------------------------------------------- maps

    def _map_call(self, body: Mapping, name: Scalar, key: Scalar) -> MapCall | None:
        task = self._callee(name)
        if task is None:
            return None
        settings = self._overrides(body, task)
        bounds_ok = self._check_bounds(body)
        over = self._over(body.get("over"), task, key)
        taken = frozenset(entry.key.text for entry in _entries(body.get("over")))
        inputs = self._bound(body.get("inputs"), task.interface.inputs, key, f"task {task.name}", taken=taken)
        if over is None or inputs is None or not bounds_ok:
            return None
        return MapCall(
            task=task.name,
            over=over,
            inputs=inputs,
            concurrency=int_of(body.get("concurrency")),
            min_success_ratio=number_of(body.get("min_success_ratio")),
            min_successes=int_of(body.get("min_successes")),
            settings=settings,
        )

    def _check_bounds(self, body: Mapping) -> bool:
        """Two bounds that came together by layers; one map that has both was refused where it was read."""
        ratio, successes = body.get("min_success_ratio"), body.get("min_successes")
        if ratio is None or successes is None or written_together(body, ratio, successes):
            return True
        self.faults.add(
            "FO234",
            "min_success_ratio and min_successes do not go together",
            at=ratio.place,
            help="keep one of them; null in an overlay removes the other",
            related=(Related(place=successes.place, label="the other one"),),
        )
        return False

    def _over(self, node: TreeNode | None, task: Task, key: Scalar) -> tuple[Bound, ...] | None:
        entries = _entries(node)
        if node is None:
            return None  # told where it was read
        if not entries:
            self.faults.add(
                "FO236",
                f'map node "{key.text}" has no lists to walk',
                at=node.place,
                help=f"write over: {{{_first_input(task)}: $inputs.LIST}}; over: {{_: $list}} only counts",
            )
            return None
        by_name = {variable.name: variable for variable in task.interface.inputs}
        bounds: list[Bound] = []
        for entry in entries:
            name = entry.key.text
            if name == COUNTED and COUNTED not in by_name:
                bound = self._counted(entry)
            elif name not in by_name:
                self._no_input(entry.key, f"task {task.name}", by_name, frozenset())
                bound = None
            else:
                bound = self._walked(entry, by_name[name])
            if bound is not None:
                bounds.append(bound)
        if len(bounds) < len(entries):
            return None
        return tuple(bounds) if self._same_length(bounds, entries) else None

    def _walked(self, entry: Entry, variable: Variable) -> Bound | None:
        of = ListOf(variable.type)
        value = entry.value
        if isinstance(value, Scalar) and value.text.startswith("$") and not value.text.startswith("$$"):
            found = self.scope.resolve(value)
            if found is None:
                return None
            if not isinstance(found.type, ListOf):
                self._not_a_list(value, found.type, variable)
                return None
        binding = read_binding(value, of, scope=self.scope, subject=f'over "{variable.name}"')
        return None if binding is None else Bound(name=variable.name, type=of, binding=binding)

    def _not_a_list(self, value: Scalar, of: LiteralType, variable: Variable) -> None:
        may_be = isinstance(of, UnionOf) and any(isinstance(member, ListOf) for member in of.members)
        self.faults.add(
            "FO232",
            f"map walks lists, but {value.text} {'may be none' if may_be else 'is ' + spelling(of)}",
            at=value.place,
            label=f"it is {spelling(of)}",
            help="let the node before return a list, always"
            if may_be
            else f"what is the same for all items stands in inputs: {{{variable.name}: {value.text}}}",
        )

    def _counted(self, entry: Entry) -> Bound | None:
        inferred = self.inferred(entry.value, self.scope.reading)
        if inferred is None:
            return None
        binding, of = inferred
        if not isinstance(of, ListOf) and not (isinstance(entry.value, Sequence)):
            self.faults.add(
                "FO232",
                f"map walks lists, but this is {spelling(of)}",
                at=entry.value.place,
                label=f"it is {spelling(of)}",
                help="give a list, whose items are counted",
            )
            return None
        return Bound(name=COUNTED, type=of, binding=binding)

    def _same_length(self, bounds: list[Bound], entries: tuple[Entry, ...]) -> bool:
        known = [
            (length, entry)
            for bound, entry in zip(bounds, entries, strict=True)
            if (length := _length(bound.binding)) is not None
        ]
        if len({length for length, _ in known}) <= 1:
            return True
        (first, first_entry), (second, entry) = known[0], next(each for each in known if each[0] != known[0][0])
        self.faults.add(
            "FO233",
            f"the lists of over are walked in step, but {first_entry.key.text} has {first} items and "
            f"{entry.key.text} has {second}",
            at=entry.value.place,
            label=f"{second} items",
            help="make them equally long",
            related=(Related(place=first_entry.value.place, label=f"{first} items"),),
        )
        return False

    # ----------------------------------------------------------------------------------------- switches

    def _switch(self, cases: Sequence, key: Scalar) -> Switch | None:
        whole = True
        read: list[Case] = []
        otherwise: CaseBody | None = None
        for item in cases.items:
            if not isinstance(item, Mapping):
                whole = False
                continue
            when, then, last = item.get("when"), item.get("then"), item.get("else")
            if isinstance(last, Mapping):
                otherwise = self.body(last, key)
            condition = read_condition(when, scope=self.scope) if isinstance(when, Scalar) else None
            body = self.body(then, key) if isinstance(then, Mapping) else None
            if isinstance(when, Scalar) and is_null(when):
                whole = False
            if condition is not None and body is not None:
                read.append(Case(when=condition, then=body))
            elif when is not None:
                whole = False
        outputs = self._switch_outputs(cases, key)
        if not whole or otherwise is None or outputs is None:
            return None
        return self._fitted(Switch(cases=tuple(read), otherwise=otherwise, outputs=outputs.variables), cases)

    def _fitted(self, switch: Switch, cases: Sequence) -> Switch:
        """The switch with literal values read by the type that the other cases give."""
        if len(switch.outputs) != 1:
            return switch
        of = switch.outputs[0].type
        bodies = [
            self._as(body, of, node)
            for body, node in zip(
                (*(case.then for case in switch.cases), switch.otherwise), _case_bodies(cases), strict=False
            )
        ]
        return Switch(
            cases=tuple(Case(when=case.when, then=body) for case, body in zip(switch.cases, bodies, strict=False)),
            otherwise=bodies[-1],
            outputs=switch.outputs,
        )

    def _as(self, body: CaseBody, of: LiteralType, node: TreeNode | None) -> CaseBody:
        if not isinstance(body, GiveValue) or not isinstance(body.bound.binding, Static) or body.bound.type == of:
            return body
        value = _kind(node)[1] if isinstance(node, Mapping) else None
        literal = read_literal(value, of, faults=Faults()) if value is not None else None
        if literal is None:
            return body
        return GiveValue(bound=Bound(name="o0", type=of, binding=Static(literal=literal)))


def _literal_shapes(
    shapes: list[tuple[Variable, ...]], literals: list[tuple[TreeNode, LiteralType]]
) -> list[tuple[Variable, ...]]:
    """Literals of cases by the type that the other cases give, where they all can be read so."""
    of = same_type([shape[0].type for shape in shapes]) if all(len(shape) == 1 for shape in shapes) else None
    if of is not None and all(read_literal(node, of, faults=Faults()) is not None for node, _ in literals):
        return [(Variable(name="o0", type=of),) for _ in literals]
    return [(Variable(name="o0", type=core),) for _, core in literals]


def shared_outputs(shapes: list[tuple[Variable, ...]]) -> Outputs:
    """The outputs of a switch: `o0` when each case has exactly one, else the names that all share; of one type."""
    if not shapes:
        return Outputs((), why="every case fails")
    if all(len(shape) == 1 for shape in shapes):
        of = same_type([shape[0].type for shape in shapes])
        if of is None:
            listed = ", ".join(dict.fromkeys(spelling(shape[0].type) for shape in shapes))
            return Outputs((), why=f"its cases give different types: {listed}")
        return Outputs((Variable(name="o0", type=of),))
    shared: list[Variable] = []
    differ: list[str] = []
    for variable in shapes[0]:
        same = [each for shape in shapes for each in shape if each.name == variable.name]
        if len(same) < len(shapes):
            continue
        of = same_type([each.type for each in same])
        if of is None:
            differ.append(variable.name)
        else:
            shared.append(Variable(name=variable.name, type=of))
    why = f"its cases give {', '.join(differ)} different types" if differ else "its cases share no output"
    return Outputs(tuple(shared), why="" if shared and not differ else why)


def same_type(types: list[LiteralType]) -> LiteralType | None:
    """The one type of all cases; an int beside a float is a float, as everywhere. None of no types."""
    of = common_type(types)
    return of if of is not None and of in types else None


def _kind(body: Mapping) -> tuple[str, TreeNode | None]:
    for entry in body.entries:
        if entry.key.text in ("task", "map", "workflow", "switch", "value", "fail"):
            return entry.key.text, entry.value
    return "", None


def _case_bodies(cases: Sequence) -> list[TreeNode | None]:
    return [
        item.get("then") if item.get("else") is None else item.get("else")
        for item in cases.items
        if isinstance(item, Mapping)
    ]


def _entries(node: TreeNode | None) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _first_input(task: Task) -> str:
    return task.interface.inputs[0].name if task.interface.inputs else COUNTED


def _length(binding: Binding) -> int | None:
    if isinstance(binding, ListBinding):
        return len(binding.items)
    if isinstance(binding, Static) and isinstance(binding.literal.value, list):
        return len(binding.literal.value)
    return None


def _map_shape(task: Task, body: Mapping) -> MapCall:
    """The call as far as its outputs depend on it."""
    return MapCall(
        task=task.name,
        over=(),
        inputs=(),
        min_success_ratio=number_of(body.get("min_success_ratio")),
        min_successes=int_of(body.get("min_successes")),
    )
