"""Bindings seen from the run as a whole: what a sub-workflow's inputs and outputs stand for outside of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from flyteops.model.digest import Json
from flyteops.model.entities import Workflow, WorkflowCall
from flyteops.model.expressions import (
    Both,
    Compare,
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
from flyteops.model.frozen import frozen
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
    Path,
    Reference,
    Referred,
    Static,
)
from flyteops.model.types import DictOf, ListOf, LiteralType, RecordOf, UnionOf, member_key


@frozen
class Scope:
    """A workflow at a place in the run: `path` is empty for the run itself, `inputs` are already flat."""

    program: Program
    workflow: Workflow
    path: str
    inputs: dict[str, Bound] | None

    @staticmethod
    def root(workflow: Workflow, program: Program) -> Scope:
        """The scope of the run itself, whose inputs are the run's inputs."""
        return Scope(program=program, workflow=workflow, path="", inputs=None)

    def path_of(self, node: str) -> str:
        """The path in the run of a node of this workflow."""
        return f"{self.path}.{node}" if self.path else node

    def enter(self, workflow: Workflow, *, path: str, inputs: tuple[Bound, ...]) -> Scope:
        """The scope inside a sub-workflow called at `path` with bindings of this scope."""
        given = {bound.name: bound for bound in flat_bounds(inputs, self)}
        for variable in workflow.interface.inputs:
            if variable.name not in given and variable.default is not None:
                given[variable.name] = Bound(
                    name=variable.name, type=variable.type, binding=Static(literal=variable.default)
                )
        return Scope(program=self.program, workflow=workflow, path=path, inputs=given)


def flat_bounds(bounds: tuple[Bound, ...], scope: Scope) -> tuple[Bound, ...]:
    """The bounds with every reference turned into one to a step or to the run's inputs."""
    return tuple(Bound(name=each.name, type=each.type, binding=flat(each.binding, scope)) for each in bounds)


def flat(binding: Binding, scope: Scope) -> Binding:
    """The binding as the run sees it."""
    match binding:
        case Static():
            return binding
        case Referred(to=to, type=found):
            return _flat_reference(to, found, scope)
        case ListBinding(items=items, type=of):
            return ListBinding(items=tuple(flat(item, scope) for item in items), type=of)
        case MapBinding(entries=entries, type=of):
            return MapBinding(entries=tuple((name, flat(entry, scope)) for name, entry in entries), type=of)
        case _:
            assert_never(binding)


def _flat_reference(to: Reference, found: LiteralType, scope: Scope) -> Binding:
    if isinstance(to, ErrorRef):
        return Referred(to=to, type=found)
    if isinstance(to, InputRef):
        if scope.inputs is None:
            return Referred(to=to, type=found)
        return into(scope.inputs[to.name].binding, to.path, found)
    path = scope.path_of(to.node)
    body = scope.workflow.node(to.node).body
    if not isinstance(body, WorkflowCall):
        return Referred(to=NodeRef(path, to.output, to.path), type=found)
    inner = scope.enter(scope.program.workflows[body.workflow], path=path, inputs=body.inputs)
    returned = next(bound for bound in inner.workflow.outputs if bound.name == to.output)
    return into(flat(returned.binding, inner), to.path, found)


def into(binding: Binding, path: Path, found: LiteralType) -> Binding:
    """The part of a binding at `path`, whose type is `found`."""
    if not path:
        return binding
    match binding:
        case Referred(to=to):
            return Referred(to=replace(to, path=(*to.path, *path)), type=found)
        case ListBinding(items=items):
            return into(items[int(path[0])], path[1:], found)
        case MapBinding(entries=entries):
            return into(dict(entries)[str(path[0])], path[1:], found)
        case Static(literal=literal):
            return Static(literal=literal_at(literal, path))
        case _:
            assert_never(binding)


def literal_at(literal: Literal, path: Path) -> Literal:
    """The part of a literal at `path`; KeyError or IndexError when the value has no such part."""
    of, value = literal.type, literal.value
    for segment in path:
        of, value = step_into(of, value, segment)
    return Literal(type=of, value=value)


def step_into(of: LiteralType, value: Json, segment: str | int) -> tuple[LiteralType, Json]:
    """One step into a typed wire value; a union's member is entered first."""
    if isinstance(of, UnionOf) and isinstance(value, dict) and "$u" in value:
        member = next(each for each in of.members if member_key(each) == value["$u"])
        return step_into(member, value["value"], segment)
    match of:
        case ListOf(item) if isinstance(value, list | tuple):
            return item, value[int(segment)]
        case DictOf(_, inner) if isinstance(value, dict):
            return inner, value[str(segment)]
        case RecordOf(fields) if isinstance(value, dict):
            return next(each.type for each in fields if each.name == segment), value[str(segment)]
        case _:
            if isinstance(value, dict):
                return of, value[str(segment)]
            if isinstance(value, list | tuple):
                return of, value[int(segment)]
            raise KeyError(segment)


def flat_condition(condition: Condition, scope: Scope) -> Condition:
    """The condition with every lookup as the run sees it."""
    return mapped_condition(condition, lambda operand: _flat_operand(operand, scope))


def mapped_condition(condition: Condition, change: Callable[[Operand], Operand]) -> Condition:
    """The condition with each operand changed."""
    match condition:
        case Compare(operator=operator, left=left, right=right):
            return Compare(operator=operator, left=change(left), right=change(right))
        case Membership(operand=operand, values=values, negated=negated):
            return Membership(operand=change(operand), values=values, negated=negated)
        case NoneTest(operand=operand, negated=negated):
            return NoneTest(operand=change(operand), negated=negated)
        case Truth(operand=operand):
            return Truth(operand=change(operand))
        case Not(condition=inner):
            return Not(condition=mapped_condition(inner, change))
        case Both(left=one, right=other):
            return Both(left=mapped_condition(one, change), right=mapped_condition(other, change))
        case Either(left=one, right=other):
            return Either(left=mapped_condition(one, change), right=mapped_condition(other, change))
        case _:
            assert_never(condition)


def _flat_operand(operand: Operand, scope: Scope) -> Operand:
    if isinstance(operand, Constant):
        return operand
    match flat(Referred(to=operand.to, type=operand.type), scope):
        case Referred(to=to, type=found):
            return Lookup(to=to, type=found)
        case Static(literal=literal):
            return Constant(literal=literal)
        case _:
            # The type checker lets only scalars and optionals be compared; a list or map written out is never none.
            return Constant(literal=Literal(type=operand.type, value=[]))
