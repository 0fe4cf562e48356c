"""Interfaces that YAML alone declares: of scripts, containers, objects, references, and what a returned graph gives."""

from __future__ import annotations

from flyteops.compile.faults import Faults
from flyteops.compile.pickles import Classes
from flyteops.compile.variables import DeclaredVariable, read_variables
from flyteops.model.entities import Interface, Variable
from flyteops.model.types import NONE
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode


def declared_interface(body: Mapping, *, classes: Classes, faults: Faults) -> Interface | None:
    """Inputs by name, since their order in a file has no meaning, and outputs in the order declared."""
    inputs = _variables(body.get("inputs"), classes, faults, given=True)
    outputs = declared_outputs(body, classes=classes, faults=faults)
    if inputs is None or outputs is None:
        return None
    return Interface(inputs=tuple(sorted(inputs, key=_name)), outputs=outputs)


def declared_outputs(body: Mapping, *, classes: Classes, faults: Faults) -> tuple[Variable, ...] | None:
    """The outputs with their types; names alone say too little here."""
    node = body.get("outputs")
    if isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                faults.add(
                    "FO220",
                    f'the type of the output "{item.text}" is missing',
                    at=item.place,
                    help=f"no signature tells it: write outputs: {{{item.text}: File}}, or another type",
                )
        return None if node.items else ()
    return _variables(node, classes, faults, given=False)


def _variables(node: TreeNode | None, classes: Classes, faults: Faults, *, given: bool) -> tuple[Variable, ...] | None:
    declared = read_variables(node, classes=classes, faults=faults)
    found = [_variable(each, faults, given=given) for each in declared.values()]
    return None if any(each is None for each in found) else tuple(each for each in found if each is not None)


def _variable(declared: DeclaredVariable, faults: Faults, *, given: bool) -> Variable | None:
    if declared.broken:
        return None
    name = declared.name
    if declared.type is None or declared.type == NONE:
        faults.add("FO220", f'the type of "{name}" is missing', at=declared.place, help=f"write {name}: {{type: int}}")
        return None
    if given and declared.required is False and declared.default is None:
        faults.add(
            "FO208",
            f'the input "{name}" is not required, but has no default',
            at=declared.place,
            help="give it a default, which may be null when its type is T | None: there is no signature to decide it",
        )
        return None
    return Variable(
        name=name,
        type=declared.type,
        required=declared.default is None if given else True,
        default=declared.default if given else None,
        description=declared.description,
    )


def _name(variable: Variable) -> str:
    return variable.name
