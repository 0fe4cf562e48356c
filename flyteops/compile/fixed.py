"""`fixed_inputs` of a task: inputs given once in its declaration, hidden from whoever calls it."""

from __future__ import annotations

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.values import read_literal
from flyteops.model.entities import Interface
from flyteops.model.literals import Literal
from flyteops.source.tree import Mapping


def read_fixed(body: Mapping, interface: Interface, *, faults: Faults) -> tuple[tuple[str, Literal], ...]:
    """The fixed inputs by name, typed by the interface; those that are wrong are left out, with the faults noted."""
    node = body.get("fixed_inputs")
    types = {each.name: each.type for each in interface.inputs}
    found: list[tuple[str, Literal]] = []
    for entry in node.entries if isinstance(node, Mapping) else ():
        name = entry.key.text
        if name not in types:
            faults.add(
                "FO340",
                f'fixed_inputs names "{name}", which is no input of the task',
                at=entry.key.place,
                help=suggestion(name, types, kinds="inputs"),
            )
            continue
        literal = read_literal(entry.value, types[name], faults=faults, subject=f'the fixed input "{name}"')
        if literal is not None:
            found.append((name, literal))
    return tuple(sorted(found, key=_name))


def visible(interface: Interface, fixed: tuple[tuple[str, Literal], ...]) -> Interface:
    """What callers see: the inputs that are not fixed."""
    names = {name for name, _ in fixed}
    return Interface(
        inputs=tuple(each for each in interface.inputs if each.name not in names), outputs=interface.outputs
    )


def _name(given: tuple[str, Literal]) -> str:
    return given[0]
