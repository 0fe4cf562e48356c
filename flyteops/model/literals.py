"""A stored value: its type and its wire value, and the digest that makes a cache key."""

from __future__ import annotations

from flyteops.model.digest import Json, value_digest, without_places
from flyteops.model.frozen import frozen
from flyteops.model.types import LiteralType, type_wire

WIRE_VERSION = 1


@frozen
class Literal:
    """A typed value in wire form: times as text, `{"$u": key, "value": V}` for a union's
    member, `{"$us": n}` for a duration, `{"$f": "nan"}`, `{"$blob": {"uri", "sha256", "size", "format"}}`.

    A blob written in YAML has only its `uri` (a URI, or a path from the repository's root) until it is launched.
    """

    type: LiteralType
    value: Json


def literal_wire(literal: Literal) -> Json:
    """The literal document `{"v": 1, "type": T, "value": V}`."""
    return {"v": WIRE_VERSION, "type": type_wire(literal.type), "value": literal.value}


__all__ = ["WIRE_VERSION", "Literal", "literal_wire", "value_digest", "without_places"]
