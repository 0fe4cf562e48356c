"""The `tests` of a project: small runs with what must come out. They are no entities: nothing of them is deployed."""

from __future__ import annotations

from flyteops.model.diagnostics import Place
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId
from flyteops.model.literals import Literal


@frozen
class Example:
    """A run of `target` with `inputs`, defaults filled in, after which each output of `expect` has that value."""

    name: str
    target: EntityId
    inputs: tuple[tuple[str, Literal], ...] = ()
    expect: tuple[tuple[str, Literal], ...] = ()
    description: str = ""
    place: Place | None = None
