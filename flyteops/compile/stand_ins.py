"""`local:`: the function that stands in for a task on a laptop, and whether its interface fits."""

from __future__ import annotations

from flyteops.compile.interfaces import Returns
from flyteops.compile.known import Known
from flyteops.model.diagnostics import Place, Related
from flyteops.model.entities import Interface, Variable
from flyteops.model.types import assignable, spelling
from flyteops.model.works import FunctionRef, FunctionWork
from flyteops.source.python import Parameter, Signature
from flyteops.source.tree import Mapping, Scalar


def read_stand_in(known: Known, body: Mapping, interface: Interface) -> FunctionWork | None:
    """The stand-in; None when there is none, or with the faults noted."""
    node = body.get("local")
    if not isinstance(node, Scalar):
        return None
    module, _, function = node.text.partition(":")
    signature = known.python.signature(FunctionRef(module=module, name=function), node.place)
    if isinstance(signature, tuple):
        known.faults.found.extend(signature)
        return None
    misfits = [*_inputs(signature, interface), *_outputs(signature, interface)]
    for message, place in misfits:
        known.faults.add(
            "FO345",
            f"{signature.function} cannot stand in: {message}",
            at=node.place,
            help="give it the inputs and outputs of the task, in order; what it takes beyond needs a default",
            related=(Related(place=place, label="here"),) if place is not None else (),
        )
    if misfits:
        return None
    returns = signature.returns if signature.returns != "unknown" else _returns(interface)
    return FunctionWork(function=signature.function, returns=returns, code=signature.code)


def _returns(interface: Interface) -> Returns:
    """How a function without an annotation must return what the task gives."""
    return "none" if not interface.outputs else "value" if len(interface.outputs) == 1 else "tuple"


def _inputs(signature: Signature, interface: Interface) -> list[tuple[str, Place | None]]:
    parameters = {each.name: each for each in signature.parameters}
    found: list[tuple[str, Place | None]] = []
    for variable in interface.inputs:
        parameter = parameters.get(variable.name)
        if parameter is None:
            found.append((f'it has no parameter "{variable.name}"', signature.place))
        elif parameter.type is not None and not assignable(variable.type, parameter.type):
            found.append(_differs(variable, parameter))
        elif parameter.required and not variable.required and variable.default is None:
            found.append((f'its "{variable.name}" has no default, and the task may be called without', parameter.place))
    taken = {each.name for each in interface.inputs}
    found.extend(
        (f'it needs "{parameter.name}", which the task does not have', parameter.place)
        for parameter in signature.parameters
        if parameter.required and parameter.name not in taken
    )
    return found


def _differs(variable: Variable, parameter: Parameter) -> tuple[str, Place | None]:
    of = spelling(parameter.type) if parameter.type is not None else "?"
    return f'its "{variable.name}" is {of}, and the task gives {spelling(variable.type)}', parameter.place


def _outputs(signature: Signature, interface: Interface) -> list[tuple[str, Place | None]]:
    if signature.returns == "unknown":
        return []
    given, wanted = signature.outputs, interface.outputs
    if len(given) != len(wanted):
        listed = ", ".join(f"{each.name}: {spelling(each.type)}" for each in wanted) or "nothing"
        return [(f"it returns {len(given)} values, and the task gives {listed}", signature.place)]
    return [
        (f'it returns {spelling(one.type)} for "{other.name}", which is {spelling(other.type)}', one.place)
        for one, other in zip(given, wanted, strict=True)
        if one.type is not None and not assignable(one.type, other.type)
    ]
