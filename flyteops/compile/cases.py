"""What the cases of a switch share: outputs by name, or the one output that each has. Reads no references."""

from __future__ import annotations

from flyteops.compile.bindings import common_type
from flyteops.compile.faults import Faults
from flyteops.compile.scope import Outputs
from flyteops.compile.values import read_literal
from flyteops.model.entities import Variable
from flyteops.model.types import LiteralType, spelling
from flyteops.source.tree import Mapping, Sequence, TreeNode


def literal_shapes(
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


KINDS = frozenset(
    ("task", "workflow", "launch_plan", "map", "switch", "sleep", "approve", "wait_for_input", "value", "fail")
)


def kind_of(body: Mapping) -> tuple[str, TreeNode | None]:
    """What a node or case does, and what it does it with."""
    for entry in body.entries:
        if entry.key.text in KINDS:
            return entry.key.text, entry.value
    return "", None


def case_bodies(cases: Sequence) -> list[TreeNode | None]:
    """The bodies of a switch, that of else among them, in the order written."""
    return [
        item.get("then") if item.get("else") is None else item.get("else")
        for item in cases.items
        if isinstance(item, Mapping)
    ]
