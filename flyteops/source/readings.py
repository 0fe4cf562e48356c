"""What reading an annotation gives: a type, or why there is none."""

from __future__ import annotations

import ast
from typing import Union

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.frozen import frozen
from flyteops.model.types import LiteralType
from flyteops.source.modules import Module


@frozen(kw_only=False)
class Unread:
    """A type that is not known: why, and the fault when it is one rather than a lack of knowledge."""

    why: str
    fault: Diagnostic | None = None


Reading = Union[LiteralType, Unread]


def refused(code: str, message: str, *, of: ast.AST, module: Module, label: str, way_out: str) -> Unread:
    """A reading that is a fault, placed at a node; at the name of a class rather than its whole body."""
    place = module.name_place(of) if isinstance(of, ast.ClassDef) else module.place(of)
    return Unread(message, Diagnostic(code=code, message=message, place=place, label=label, help=way_out))
