"""Interfaces: what YAML declares beside what the function's signature says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import flag_in, text_in
from flyteops.compile.long_forms import short_default
from flyteops.compile.spots import within
from flyteops.compile.type_expressions import Named, read_type, split_default
from flyteops.compile.values import read_literal
from flyteops.model.diagnostics import Place, Related
from flyteops.model.entities import Interface, Variable
from flyteops.model.literals import Literal
from flyteops.model.types import NONE, LiteralType, spelling
from flyteops.source.python import Parameter, ReturnValue, Signature
from flyteops.source.scalars import is_null
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

Returns = OneOf["none", "value", "tuple"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredVariable:
    """A variable as YAML declares it; `type` None when it says none. `broken` when a fault was noted."""

    name: str
    place: Place
    type_place: Place
    type: LiteralType | None = None
    default: Literal | None = None
    description: str = ""
    required: bool | None = None
    broken: bool = False


def read_variable(key: Scalar, node: TreeNode, *, named: Named, faults: Faults) -> DeclaredVariable:
    """`name: TYPE`, `name: TYPE = LITERAL` or the map of its parts."""
    before = len(faults.found)
    if isinstance(node, Mapping):
        return _long(key, node, named, faults, before)
    if not isinstance(node, Scalar) or is_null(node):
        faults.add(
            "FO220",
            f'the type of "{key.text}" is missing',
            at=key.place,
            help=f"write {key.text}: int, {key.text}: list[str] = [] or a map with type:",
        )
        return DeclaredVariable(name=key.text, place=key.place, type_place=key.place, broken=True)
    cut = split_default(node.text)
    of = read_type(node, named=named, faults=faults, length=cut)
    default = None
    if cut is not None and of is not None:
        default = _short_default(key.text, node, cut + 3, of, faults)
    end = len(node.text) if cut is None else cut
    return DeclaredVariable(
        name=key.text,
        place=key.place,
        type_place=within(node, 0, end),
        type=of,
        default=default,
        required=cut is None,
        broken=of is None or (cut is not None and default is None) or _grew(faults, before),
    )


def _grew(faults: Faults, before: int) -> bool:
    return any(found.severity == "error" for found in faults.found[before:])


def _short_default(name: str, node: Scalar, start: int, of: LiteralType, faults: Faults) -> Literal | None:
    text = node.text[start:]
    place = within(node, start, len(node.text))
    value = short_default(node, start)
    if value is None:
        faults.add("FO228", f'the default of "{name}" is not YAML: {text}', at=place, help="use the form with default:")
        return None
    if isinstance(value, Mapping) or text.startswith("{"):
        faults.add(
            "FO228",
            f'the default of "{name}" is a map, which needs the long form',
            at=place,
            help=f"write {name}: {{type: {spelling(of)}, default: {text}}}",
        )
        return None
    return read_literal(value, of, faults=faults, subject=f'the default of "{name}"')


def _long(key: Scalar, node: Mapping, named: Named, faults: Faults, before: int) -> DeclaredVariable:
    written = node.get("type")
    of: LiteralType | None = None
    type_place = key.place
    if isinstance(written, Scalar):
        of = read_type(written, named=named, faults=faults)
        type_place = written.place
    elif isinstance(written, Mapping):
        faults.later("a type written as a map", at=written.place)
    default_node = node.get("default")
    default = None
    if default_node is not None and of is not None:
        default = read_literal(default_node, of, faults=faults, subject=f'the default of "{key.text}"')
    required = flag_in(node, "required")
    return DeclaredVariable(
        name=key.text,
        place=key.place,
        type_place=type_place,
        type=of,
        default=default,
        description=text_in(node, "description") or "",
        required=False if default_node is not None else required,
        broken=_grew(faults, before),
    )


def read_variables(node: TreeNode | None, *, named: Named, faults: Faults) -> dict[str, DeclaredVariable]:
    """Every declared variable of `inputs:` or `outputs:`, by name."""
    if not isinstance(node, Mapping):
        return {}
    return {entry.key.text: read_variable(entry.key, entry.value, named=named, faults=faults) for entry in node.entries}


# ------------------------------------------------------------------------------------------- tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInterface:
    """The interface of a task and how its function returns; None parts where a fault stands in the way."""

    interface: Interface
    returns: Returns


def task_interface(
    body: Mapping, signature: Signature, *, at: Place, named: Named, faults: Faults
) -> TaskInterface | None:
    """The interface of a task: its signature, compared with and completed by what YAML declares."""
    before = len(faults.found)
    declared = read_variables(body.get("inputs"), named=named, faults=faults)
    known = [parameter.name for parameter in signature.parameters]
    for name, variable in declared.items():
        if name not in known:
            faults.add(
                "FO225",
                f'{signature.function} has no parameter "{name}"',
                at=variable.place,
                help=suggestion(name, known, kinds="parameters"),
            )
    inputs = [
        _input(parameter, declared.get(parameter.name), signature, at, faults) for parameter in signature.parameters
    ]
    returns, outputs = _outputs(body.get("outputs"), signature, at, named, faults)
    if _grew(faults, before) or any(each is None for each in inputs):
        return None
    return TaskInterface(
        interface=Interface(inputs=tuple(each for each in inputs if each is not None), outputs=outputs),
        returns=returns,
    )


def _input(
    parameter: Parameter, declared: DeclaredVariable | None, signature: Signature, at: Place, faults: Faults
) -> Variable | None:
    description = signature.descriptions.get(parameter.name, "")
    if declared is None:
        if parameter.type is None:
            _unreadable(
                f'the parameter "{parameter.name}"', parameter, f"inputs: {{{parameter.name}: TYPE}}", at, faults
            )
            return None
        return Variable(
            name=parameter.name,
            type=parameter.type,
            required=parameter.required,
            default=parameter.default,
            description=description,
        )
    if declared.broken:
        return None
    of = parameter.type
    if of is None:
        of = declared.type
        if of is None:
            _unreadable(
                f'the parameter "{parameter.name}"', parameter, f"inputs: {{{parameter.name}: TYPE}}", at, faults
            )
            return None
    elif declared.type is not None and declared.type != of:
        _differs(f'"{parameter.name}"', declared, of, parameter.place, faults)
        return None
    default = parameter.default
    if declared.default is not None:
        if parameter.required or (default is not None and default.value != declared.default.value):
            has = "has no default" if parameter.required else "has another default"
            faults.add(
                "FO229",
                f'"{parameter.name}" {has} in {signature.function}',
                at=declared.place,
                help="change the default in Python, or set the value where the task is called",
                related=(Related(place=parameter.place, label=f"the parameter {has}"),),
            )
            return None
        default = declared.default
    return Variable(
        name=parameter.name,
        type=of,
        required=parameter.required,
        default=default,
        description=declared.description or description,
    )


def _differs(subject: str, declared: DeclaredVariable, of: LiteralType, place: Place, faults: Faults) -> None:
    said = spelling(declared.type) if declared.type is not None else "?"
    faults.add(
        "FO224",
        f"{subject} is declared as {said}, but the function says {spelling(of)}",
        at=declared.type_place,
        label=f"the function says {spelling(of)}",
        help="correct one of them; the declaration may be left out where the signature can be read",
        related=(Related(place=place, label=spelling(of)),),
    )


def _unreadable(subject: str, found: Parameter | ReturnValue, cure: str, at: Place, faults: Faults) -> None:
    related = (Related(place=at, label="used here"),)
    if found.why.startswith("not supported yet"):
        faults.add("FO900", f"{subject}: {found.why}", at=found.place, related=related)
        return
    why = f": {found.why}" if found.why else ""
    faults.add(
        "FO226",
        f"the type of {subject} cannot be read{why}",
        at=found.place,
        help=f"declare it in YAML: {cure}",
        related=related,
    )


def _outputs(
    node: TreeNode | None, signature: Signature, at: Place, named: Named, faults: Faults
) -> tuple[Returns, tuple[Variable, ...]]:
    if signature.returns == "unknown":
        return _declared_outputs(node, signature, at, named, faults)
    names = [each.name or f"o{index}" for index, each in enumerate(signature.outputs)]
    declared: list[DeclaredVariable | None] = [None] * len(names)
    if node is not None and not is_null(node):
        names, declared = _named_outputs(node, names, signature, named, faults)
    outputs: list[Variable] = []
    for name, found, said in zip(names, signature.outputs, declared, strict=True):
        of = found.type if found.type is not None else said.type if said is not None else None
        if said is not None and said.broken:
            continue
        if of is None:
            _unreadable(f'the output "{name}"', found, f"outputs: {{{name}: TYPE}}", at, faults)
        elif said is not None and said.type is not None and said.type != of:
            _differs(f'the output "{name}"', said, of, found.place, faults)
        else:
            outputs.append(Variable(name=name, type=of, description=said.description if said else ""))
    return signature.returns, tuple(outputs)


def _named_outputs(
    node: TreeNode, names: list[str], signature: Signature, named: Named, faults: Faults
) -> tuple[list[str], list[DeclaredVariable | None]]:
    """Names as YAML gives them, in order, with what it declares of each."""
    nothing: list[DeclaredVariable | None] = [None] * len(names)
    if isinstance(node, Sequence):
        given = [item.text for item in node.items if isinstance(item, Scalar)]
        if len(given) != len(names):
            _miscounted(node.place, len(given), names, signature, faults)
            return names, nothing
        for item in node.items:
            if isinstance(item, Scalar) and given.count(item.text) > 1:
                faults.add(
                    "FO227", f'two outputs are named "{item.text}"', at=item.place, help="give each its own name"
                )
                return names, nothing
        return given, nothing
    declared = read_variables(node, named=named, faults=faults)
    if all(name in names for name in declared):
        return names, [declared.get(name) for name in names]
    if len(declared) != len(names):
        _miscounted(node.place, len(declared), names, signature, faults)
        return names, nothing
    return list(declared), list(declared.values())


def _miscounted(place: Place, given: int, names: list[str], signature: Signature, faults: Faults) -> None:
    returned = "nothing" if not names else "1 value" if len(names) == 1 else f"{len(names)} values"
    faults.add(
        "FO227",
        f"{signature.function} returns {returned}, but {given} {'output is' if given == 1 else 'outputs are'} named",
        at=place,
        help="name every output, in the order returned" if names else "take outputs: away",
        related=(Related(place=signature.place, label=f"returns {returned}"),) if signature.place else (),
    )


def _declared_outputs(
    node: TreeNode | None, signature: Signature, at: Place, named: Named, faults: Faults
) -> tuple[Returns, tuple[Variable, ...]]:
    """The function does not say what it returns: YAML does."""
    later = next((each for each in signature.outputs if each.why.startswith("not supported yet")), None)
    if later is not None:
        _unreadable("what the function returns", later, "", at, faults)
        return "none", ()
    if isinstance(node, Sequence) and not node.items:
        return "none", ()
    if not isinstance(node, Mapping):
        where = signature.outputs[0].place if signature.outputs else signature.place or at
        why = f": {signature.outputs[0].why}" if signature.outputs and signature.outputs[0].why else ""
        faults.add(
            "FO226",
            f"what {signature.function} returns cannot be read{why}",
            at=where,
            help="annotate it in Python, or declare it in YAML: outputs: {NAME: TYPE}, or outputs: [] for nothing",
            related=(Related(place=at, label="used here"),),
        )
        return "none", ()
    declared = read_variables(node, named=named, faults=faults)
    outputs = [
        Variable(name=variable.name, type=variable.type, description=variable.description)
        for variable in declared.values()
        if variable.type is not None and variable.type != NONE
    ]
    returns: Returns = "none" if not outputs else "value" if len(outputs) == 1 else "tuple"
    return returns, tuple(outputs)
