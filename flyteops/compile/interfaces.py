"""Interfaces: what YAML declares beside what the function's signature says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal as OneOf

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.pickles import Classes
from flyteops.compile.variables import DeclaredVariable, grew, no_pickle, not_storable, read_variables
from flyteops.model.diagnostics import Place, Related
from flyteops.model.entities import Interface, Variable
from flyteops.model.frozen import frozen
from flyteops.model.types import ANY_OBJECT, NONE, LiteralType, PickleOf, pickles_in, refines, spelling
from flyteops.source.python import Parameter, ReturnValue, Signature
from flyteops.source.scalars import is_null
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

Returns = OneOf["none", "value", "tuple"]


# ------------------------------------------------------------------------------------------- tasks


@frozen
class TaskInterface:
    """The interface of a task and how its function returns; None parts where a fault stands in the way."""

    interface: Interface
    returns: Returns


def task_interface(
    body: Mapping, signature: Signature, *, at: Place, classes: Classes, faults: Faults
) -> TaskInterface | None:
    """The interface of a task: its signature, compared with and completed by what YAML declares."""
    before = len(faults.found)
    declared = read_variables(body.get("inputs"), classes=classes, faults=faults)
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
        _input(parameter, declared.get(parameter.name), signature, at, classes, faults)
        for parameter in signature.parameters
    ]
    returns, outputs = _outputs(body.get("outputs"), signature, at, classes, faults)
    if grew(faults, before) or any(each is None for each in inputs):
        return None
    return TaskInterface(
        interface=Interface(inputs=tuple(each for each in inputs if each is not None), outputs=outputs),
        returns=returns,
    )


def _input(
    parameter: Parameter,
    declared: DeclaredVariable | None,
    signature: Signature,
    at: Place,
    classes: Classes,
    faults: Faults,
) -> Variable | None:
    if declared is not None and declared.broken:
        return None
    of = _settled(
        f'the parameter "{parameter.name}"',
        parameter,
        declared,
        cure=lambda what: f"inputs: {{{parameter.name}: {what}}}",
        at=at,
        classes=classes,
        faults=faults,
    )
    if of is None:
        return None
    # A default was read by the type that the annotation gives.
    default = parameter.default if of == parameter.type else None
    description = signature.descriptions.get(parameter.name, "")
    if declared is not None and declared.default is not None:
        if parameter.required or (default is not None and default.value != declared.default.value):
            _default_differs(parameter, declared, signature, faults)
            return None
        default = declared.default
    return Variable(
        name=parameter.name,
        type=of,
        required=parameter.required,
        default=default,
        description=(declared.description if declared is not None else "") or description,
    )


def _settled(
    subject: str,
    found: Parameter | ReturnValue,
    declared: DeclaredVariable | None,
    *,
    cure: Callable[[str], str],
    at: Place,
    classes: Classes,
    faults: Faults,
) -> LiteralType | None:
    """The type of a variable: what the signature says, made more exact or, where it says nothing that can be stored,
    given by YAML. None with the fault noted."""
    said = declared.type if declared is not None else None
    pickle = declared is not None and declared.pickle
    read = found.type
    refused = classes.refused(read) if read is not None and not pickle else None
    if read is None or refused is not None:
        if said is not None:
            return said
        if read is None and pickle:
            return PickleOf(ANY_OBJECT)
        if refused is not None:
            related = (Related(place=at, label="used here"),)
            not_storable(subject, refused, cure("{pickle: true}"), found.place, classes, faults, related)
        else:
            _unreadable(subject, found, cure("TYPE"), at, faults)
        return None
    if pickle and not pickles_in(read) and declared is not None:
        no_pickle(declared.name, read, declared.place, faults)
        return None
    if said is None or refines(said, read):
        return said or read
    if declared is not None:
        _differs(subject.removeprefix("the parameter "), declared, read, found.place, faults)
    return None


def _default_differs(parameter: Parameter, declared: DeclaredVariable, signature: Signature, faults: Faults) -> None:
    has = "has no default" if parameter.required else "has another default"
    faults.add(
        "FO229",
        f'"{parameter.name}" {has} in {signature.function}',
        at=declared.place,
        help="change the default in Python, or set the value where the task is called",
        related=(Related(place=parameter.place, label=f"the parameter {has}"),),
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
    why = f": {found.why}" if found.why else ""
    faults.add(
        "FO226",
        f"the type of {subject} cannot be read{why}",
        at=found.place,
        help=f"declare it in YAML: {cure}",
        related=related,
    )


def _outputs(
    node: TreeNode | None, signature: Signature, at: Place, classes: Classes, faults: Faults
) -> tuple[Returns, tuple[Variable, ...]]:
    if signature.returns == "unknown":
        return _declared_outputs(node, signature, at, classes, faults)
    names = [each.name or f"o{index}" for index, each in enumerate(signature.outputs)]
    declared: list[DeclaredVariable | None] = [None] * len(names)
    if node is not None and not is_null(node):
        names, declared = _named_outputs(node, names, signature, classes, faults)
    outputs: list[Variable] = []
    for name, found, said in zip(names, signature.outputs, declared, strict=True):
        if said is not None and said.broken:
            continue
        of = _settled(
            f'the output "{name}"',
            found,
            said,
            cure=lambda what, name=name: f"outputs: {{{name}: {what}}}",  # type: ignore[misc]
            at=at,
            classes=classes,
            faults=faults,
        )
        if of is not None:
            outputs.append(Variable(name=name, type=of, description=said.description if said else ""))
    return signature.returns, tuple(outputs)


def _named_outputs(
    node: TreeNode, names: list[str], signature: Signature, classes: Classes, faults: Faults
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
    declared = read_variables(node, classes=classes, faults=faults)
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
    node: TreeNode | None, signature: Signature, at: Place, classes: Classes, faults: Faults
) -> tuple[Returns, tuple[Variable, ...]]:
    """The function does not say what it returns: YAML does."""
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
    declared = read_variables(node, classes=classes, faults=faults)
    outputs = [
        Variable(name=variable.name, type=of, description=variable.description)
        for variable in declared.values()
        if (of := variable.type or (PickleOf(ANY_OBJECT) if variable.pickle else None)) is not None and of != NONE
    ]
    returns: Returns = "none" if not outputs else "value" if len(outputs) == 1 else "tuple"
    return returns, tuple(outputs)
