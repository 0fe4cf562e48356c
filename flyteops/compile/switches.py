"""Switch nodes: conditions, the bodies they choose, and the outputs that all share."""

from __future__ import annotations

from collections.abc import Callable

from flyteops.compile.cases import case_bodies, kind_of
from flyteops.compile.conditions import read_condition
from flyteops.compile.faults import Faults
from flyteops.compile.reading import Reader
from flyteops.compile.values import read_literal
from flyteops.model.entities import Case, CaseBody, GiveValue, Switch
from flyteops.model.references import Bound, Static
from flyteops.model.types import LiteralType
from flyteops.source.scalars import is_null
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

BodyOf = Callable[[Reader, Mapping, Scalar], CaseBody | None]


def switch_of(reader: Reader, cases: Sequence, *, key: Scalar, body_of: BodyOf) -> Switch | None:
    """The switch; its cases are bodies again, which `body_of` reads."""
    whole = True
    read: list[Case] = []
    otherwise: CaseBody | None = None
    for item in cases.items:
        if not isinstance(item, Mapping):
            whole = False
            continue
        when, then, last = item.get("when"), item.get("then"), item.get("else")
        if isinstance(last, Mapping):
            otherwise = body_of(reader, last, key)
        condition = read_condition(when, scope=reader.scope) if isinstance(when, Scalar) else None
        body = body_of(reader, then, key) if isinstance(then, Mapping) else None
        if isinstance(when, Scalar) and is_null(when):
            whole = False
        if condition is not None and body is not None:
            read.append(Case(when=condition, then=body))
        elif when is not None:
            whole = False
    outputs = reader.switch_outputs(cases, key)
    if not whole or otherwise is None or outputs is None:
        return None
    return _fitted(Switch(cases=tuple(read), otherwise=otherwise, outputs=outputs.variables), cases)


def _fitted(switch: Switch, cases: Sequence) -> Switch:
    """The switch with literal values read by the type that the other cases give."""
    if len(switch.outputs) != 1:
        return switch
    of = switch.outputs[0].type
    bodies = [
        _as(body, of, node)
        for body, node in zip(
            (*(case.then for case in switch.cases), switch.otherwise), case_bodies(cases), strict=False
        )
    ]
    return Switch(
        cases=tuple(Case(when=case.when, then=body) for case, body in zip(switch.cases, bodies, strict=False)),
        otherwise=bodies[-1],
        outputs=switch.outputs,
    )


def _as(body: CaseBody, of: LiteralType, node: TreeNode | None) -> CaseBody:
    if not isinstance(body, GiveValue) or not isinstance(body.bound.binding, Static) or body.bound.type == of:
        return body
    value = kind_of(node)[1] if isinstance(node, Mapping) else None
    literal = read_literal(value, of, faults=Faults()) if value is not None else None
    if literal is None:
        return body
    return GiveValue(bound=Bound(name="o0", type=of, binding=Static(literal=literal)))
