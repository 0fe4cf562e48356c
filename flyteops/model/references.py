"""Where the input of a node comes from: a literal, a reference, or a list or map of such."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union, assert_never

from flyteops.model.digest import Json
from flyteops.model.frozen import frozen
from flyteops.model.literals import Literal
from flyteops.model.types import LiteralType, type_wire

Path = tuple[str | int, ...]
"""Steps into a value: field names and dict keys as text, list indices as int. Empty for the whole value."""


@frozen(kw_only=False)
class InputRef:
    """`$inputs.name.path`: an input of the enclosing workflow."""

    name: str
    path: Path = ()


@frozen(kw_only=False)
class NodeRef:
    """`$node.output.path`: an output of another node of the same workflow."""

    node: str
    output: str
    path: Path = ()


@frozen(kw_only=False)
class ErrorRef:
    """`$error.path`: why the run failed; legal in on_failure only. Empty for the whole of it."""

    path: Path = ()


Reference = Union[InputRef, NodeRef, ErrorRef]


@frozen
class Static:
    """A literal written in YAML, already read by the type wanted."""

    literal: Literal


@frozen
class Referred:
    """A reference, with the type found at its end."""

    to: Reference
    type: LiteralType


@frozen
class ListBinding:
    """A list with at least one reference somewhere inside."""

    items: tuple[Binding, ...]
    type: LiteralType


@frozen
class MapBinding:
    """A map (or the fields of a record) with at least one reference somewhere inside; entries by name."""

    entries: tuple[tuple[str, Binding], ...]
    type: LiteralType


Binding = Union[Static, Referred, ListBinding, MapBinding]


@frozen
class Bound:
    """A binding for the variable `name`, whose declared type is `type`: the value is converted to it when read."""

    name: str
    type: LiteralType
    binding: Binding


def references_in(binding: Binding) -> Iterator[Reference]:
    """Every reference of a binding, in the order written."""
    match binding:
        case Static():
            return
        case Referred(to=to):
            yield to
        case ListBinding(items=items):
            for item in items:
                yield from references_in(item)
        case MapBinding(entries=entries):
            for _, entry in entries:
                yield from references_in(entry)
        case _:
            assert_never(binding)


def reference_text(reference: Reference) -> str:
    """The reference as a user writes it."""
    match reference:
        case InputRef(name=name):
            head = f"$inputs.{name}"
        case NodeRef(node=node, output=output):
            head = f"${node}.{output}"
        case ErrorRef():
            head = "$error"
        case _:
            assert_never(reference)
    return head + "".join(
        f".{step}" if isinstance(step, int) or step.isidentifier() or step.isdigit() else f'["{step}"]'
        for step in reference.path
    )


def binding_wire(binding: Binding) -> Json:
    """The JSON form that is hashed: `{"value"}`, `{"ref"}`, `{"list"}` or `{"map"}`."""
    match binding:
        case Static(literal=literal):
            return {"type": type_wire(literal.type), "value": literal.value}
        case Referred(to=to):
            return {"ref": reference_text(to)}
        case ListBinding(items=items):
            return {"list": [binding_wire(item) for item in items]}
        case MapBinding(entries=entries):
            return {"map": {name: binding_wire(entry) for name, entry in entries}}
        case _:
            assert_never(binding)
