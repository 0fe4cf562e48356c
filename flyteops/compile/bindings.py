"""Inputs of nodes: literals, references, and lists and maps of both, checked against the type wanted."""

from __future__ import annotations

from typing import assert_never

from flyteops.compile.error_values import whole_error
from flyteops.compile.faults import Faults
from flyteops.compile.scope import Resolved, Scope
from flyteops.compile.values import (
    check_fields,
    float_wire,
    has_reference,
    is_reference,
    plain_text,
    read_literal,
    wire_value,
)
from flyteops.model.diagnostics import Place, Related
from flyteops.model.literals import Literal
from flyteops.model.references import Binding, ErrorRef, ListBinding, MapBinding, Referred, Static, reference_text
from flyteops.model.types import (
    BOOL,
    FLOAT,
    INT,
    JSON,
    NONE,
    STR,
    DatasetOf,
    DictOf,
    ListOf,
    LiteralType,
    RecordOf,
    UnionOf,
    accepts_none,
    assignable,
    json_shaped,
    spelling,
    union,
)
from flyteops.source.scalars import core_value
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

Wanted = tuple[str, Place | None]
"""What a value is for, in words, and where its type was said."""


def read_binding(
    node: TreeNode, of: LiteralType, *, scope: Scope, subject: str, said: Place | None = None
) -> Binding | None:
    """The binding for a variable of a type; None with the faults noted."""
    if isinstance(node, Scalar):
        if is_reference(node):
            return _referred(node, of, scope, subject, said)
        literal = read_literal(node, of, faults=scope.faults, subject=subject)
        return None if literal is None else Static(literal=literal)
    if not has_reference(node):
        literal = read_literal(node, of, faults=scope.faults, subject=subject)
        return None if literal is None else Static(literal=literal)
    return _composed(node, of, scope, subject, said)


def _referred(node: Scalar, of: LiteralType, scope: Scope, subject: str, said: Place | None) -> Binding | None:
    found = scope.resolve(node)
    if found is None:
        return None
    if isinstance(found.to, ErrorRef) and not found.to.path:
        return _whole_error(node, of, scope.faults, subject)
    if not assignable(found.type, of):
        _wrong_type(node, found, of, scope.faults, subject, said)
        return None
    return Referred(to=found.to, type=found.type)


def _whole_error(node: Scalar, of: LiteralType, faults: Faults, subject: str) -> Binding | None:
    binding = whole_error(of)
    if binding is None:
        way_out = "write $error.message" if assignable(STR, of) else "take a part of it, such as $error.message"
        faults.add(
            "FO246",
            f"{subject} must be {spelling(of)}, and $error as a whole fits Json, FlyteError and str | None",
            at=node.place,
            label="message, node, kind and attempts",
            help=way_out,
        )
    return binding


def _wrong_type(
    node: Scalar, found: Resolved, of: LiteralType, faults: Faults, subject: str, said: Place | None
) -> None:
    related = (Related(place=said, label=f"{spelling(of)} is wanted here"),) if said is not None else ()
    label = f"{reference_text(found.to)} is {spelling(found.type)}"
    if isinstance(found.type, UnionOf) and accepts_none(found.type) and not accepts_none(of):
        rest = union(tuple(member for member in found.type.members if member != NONE))
        if assignable(rest, of):
            faults.add(
                "FO213",
                f"{subject} must be {spelling(of)}, but {node.text} may be none",
                at=node.place,
                label=label,
                help=f"let it be {spelling(of)} | None where it is used, or decide with a switch on is none in a task",
                related=related,
            )
            return
    faults.add(
        "FO212",
        f"{subject} must be {spelling(of)}, not {spelling(found.type)}",
        at=node.place,
        label=label,
        help=_conversion_help(found.type, of),
        related=related,
    )


def _columns_help(have: DatasetOf, want: DatasetOf) -> str:
    known = dict(have.columns)
    for name, of in want.columns if known else ():
        if name not in known:
            return f'it has no column "{name}": declare it where the rows are made, or take it out where they are used'
        if not assignable(known[name], of):
            return f'its column "{name}" is {spelling(known[name])}, and {spelling(of)} is wanted'
    return f"{have.format or 'no format'} is declared where it is made, {want.format} where it is used: declare one"


def _conversion_help(have: LiteralType, want: LiteralType) -> str:
    if isinstance(have, DatasetOf) and isinstance(want, DatasetOf):
        return _columns_help(have, want)
    if isinstance(want, ListOf) and assignable(have, want.item):
        return "put it into brackets: a list of one"
    if isinstance(have, ListOf) and assignable(have.item, want):
        return "take one item with .0, or run the task on each with map:"
    if isinstance(have, RecordOf):
        fits = [field.name for field in have.fields if assignable(field.type, want)]
        if fits:
            return f"take a field of it: .{fits[0]}"
    return "nothing is converted between nodes; let a task do it, or change one of the types"


def _composed(
    node: Sequence | Mapping, of: LiteralType, scope: Scope, subject: str, said: Place | None
) -> Binding | None:
    if isinstance(of, UnionOf):
        shape = ListOf if isinstance(node, Sequence) else (RecordOf, DictOf)
        fitting = [member for member in of.members if isinstance(member, shape)]
        if len(fitting) == 1:
            return _composed(node, fitting[0], scope, subject, said)
    match node, of:
        case Sequence(items=items), ListOf(item):
            return _list(items, item, of, scope, said)
        case Sequence(items=items), _ if of == JSON:
            return _list(items, JSON, of, scope, said)
        case Mapping(), DictOf(key, value) if key == STR:
            return _map(node, {}, value, of, scope, said)
        case Mapping(), RecordOf(fields):
            check_fields(node, of, faults=scope.faults)
            return _map(node, {field.name: field.type for field in fields}, None, of, scope, said)
        case Mapping(), _ if of == JSON:
            return _map(node, {}, JSON, of, scope, said)
    wire_value(node, of, faults=scope.faults, subject=subject)
    return None


def _list(
    items: tuple[TreeNode, ...], item: LiteralType, of: LiteralType, scope: Scope, said: Place | None
) -> Binding | None:
    found = [read_binding(each, item, scope=scope, subject="an item", said=said) for each in items]
    if any(each is None for each in found):
        return None
    return ListBinding(items=tuple(each for each in found if each is not None), type=of)


def _map(
    node: Mapping,
    fields: dict[str, LiteralType],
    value: LiteralType | None,
    of: LiteralType,
    scope: Scope,
    said: Place | None,
) -> Binding | None:
    entries: list[tuple[str, Binding]] = []
    whole = not (isinstance(of, RecordOf) and any(each.required and node.get(each.name) is None for each in of.fields))
    for name, given in node.items():
        wanted = fields.get(name, value)
        if wanted is None:
            whole = False
            continue
        found = read_binding(given, wanted, scope=scope, subject=f'the value of "{name}"', said=said)
        if found is None:
            whole = False
        else:
            entries.append((name, found))
    return MapBinding(entries=tuple(entries), type=of) if whole else None


# -------------------------------------------------------------------------------------- without a type


def infer_binding(node: TreeNode, *, scope: Scope) -> tuple[Binding, LiteralType] | None:
    """A value whose type nobody says (`value:`, a workflow's output): that of the reference or of the core schema."""
    if isinstance(node, Scalar):
        if is_reference(node):
            found = scope.resolve(node)
            return None if found is None else (Referred(to=found.to, type=found.type), found.type)
        literal = core_literal(node)
        return Static(literal=literal), literal.type
    if not has_reference(node):
        of = _core_type(node)
        literal_of = read_literal(node, of, faults=scope.faults, subject="the value")
        return None if literal_of is None else (Static(literal=literal_of), of)
    return _inferred_parts(node, scope)


def _inferred_parts(node: TreeNode, scope: Scope) -> tuple[Binding, LiteralType] | None:
    parts = node.items if isinstance(node, Sequence) else ()
    names: tuple[str, ...] = ()
    if isinstance(node, Mapping):
        parts = tuple(entry.value for entry in node.entries)
        names = tuple(entry.key.text for entry in node.entries)
    found = [infer_binding(part, scope=scope) for part in parts]
    if any(each is None for each in found):
        return None
    inferred = [each for each in found if each is not None]
    of = common_type([each[1] for each in inferred])
    if of is None:
        listed = ", ".join(sorted({spelling(each[1]) for each in inferred}))
        scope.faults.add(
            "FO219",
            "the parts of this value have types that do not go together",
            at=node.place,
            label=listed,
            help="let a task return them together as a dataclass",
        )
        return None
    bindings = tuple(each[0] for each in inferred)
    if isinstance(node, Sequence):
        whole: LiteralType = JSON if of == JSON else ListOf(of)
        return ListBinding(items=bindings, type=whole), whole
    whole = JSON if of == JSON else DictOf(STR, of)
    return MapBinding(entries=tuple(zip(names, bindings, strict=True)), type=whole), whole


def common_type(types: list[LiteralType]) -> LiteralType | None:
    """The one type that all fit: one of them, else Json when all have its form; None when there is none."""
    for candidate in types:
        if all(assignable(each, candidate) for each in types):
            return candidate
    return JSON if all(json_shaped(each) for each in types) else None


def core_literal(node: Scalar) -> Literal:
    """The literal of a scalar by the core schema."""
    value = core_value(node)
    match value:
        case None:
            return Literal(type=NONE, value=None)
        case bool():
            return Literal(type=BOOL, value=value)
        case int():
            return Literal(type=INT, value=value)
        case float():
            return Literal(type=FLOAT, value=float_wire(value))
        case str():
            return Literal(type=STR, value=plain_text(node))
        case _:
            assert_never(value)


def _core_type(node: TreeNode) -> LiteralType:
    match node:
        case Scalar():
            return core_literal(node).type
        case Sequence(items=items):
            of = common_type([_core_type(item) for item in items])
            return JSON if of is None or of == JSON else ListOf(of)
        case Mapping():
            return JSON
        case _:
            assert_never(node)


__all__ = ["common_type", "core_literal", "infer_binding", "read_binding"]
