"""What is known of a Python function without importing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal as OneOf

from flyteops.model.diagnostics import Diagnostic, Place
from flyteops.model.frozen import frozen
from flyteops.model.literals import Literal
from flyteops.model.types import LiteralType
from flyteops.model.works import FunctionRef
from flyteops.source.flyte import FlyteDecorator
from flyteops.source.flyte_uses import FlyteUse


@frozen
class Parameter:
    """A parameter as read: `type` is None when the annotation cannot be read statically (`why` says the reason).

    `required` is False when it has a default; `default` is None when that default is not a literal
    ("optional, decided in the pod")."""

    name: str
    type: LiteralType | None
    required: bool
    default: Literal | None
    why: str
    place: Place


@frozen
class ReturnValue:
    """One output as read, unnamed unless it comes from a NamedTuple's field."""

    name: str | None
    type: LiteralType | None
    why: str
    place: Place


@frozen
class Signature:
    """A function's interface from its source: `returns` is `unknown` when there is no `->` or it cannot be read."""

    function: FunctionRef
    parameters: tuple[Parameter, ...]
    returns: OneOf["none", "value", "tuple", "unknown"]
    outputs: tuple[ReturnValue, ...]
    description: str
    descriptions: Mapping[str, str] = field(default_factory=dict)
    """Descriptions of parameters from the docstring."""
    code: str = ""
    """Digest of the normal form of the function and of the first-party code it reaches."""
    files: tuple[str, ...] = ()
    """First-party files the digest covers."""
    place: Place | None = None
    warnings: tuple[Diagnostic, ...] = ()
    decorators: tuple[FlyteDecorator, ...] = ()
    """Those of Flyte's, the outermost first."""
    flyte: tuple[FlyteUse, ...] = ()
    """Where code that it reaches uses what only an installed Flyte has."""
