"""A stored value: its type and its wire value, and the digest that makes a cache key."""

from __future__ import annotations

from dataclasses import dataclass

from flyteops.model.digest import Json, digest_of
from flyteops.model.types import LiteralType, type_wire

WIRE_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A typed value in wire form (platform-data.md 2.2): times as text, `{"$u": key, "value": V}` for a union's
    member, `{"$us": n}` for a duration, `{"$f": "nan"}`, `{"$blob": {"uri", "sha256", "size", "format"}}`.

    A blob written in YAML has only its `uri` (a URI, or a path from the repository's root) until it is launched.
    """

    type: LiteralType
    value: Json


def literal_wire(literal: Literal) -> Json:
    """The literal document `{"v": 1, "type": T, "value": V}`."""
    return {"v": WIRE_VERSION, "type": type_wire(literal.type), "value": literal.value}


def without_places(value: Json) -> Json:
    """The wire value with each blob reduced to its content digest: the same bytes elsewhere are the same value."""
    if isinstance(value, dict):
        blob = value.get("$blob")
        if len(value) == 1 and isinstance(blob, dict) and isinstance(blob.get("sha256"), str):
            return {"$blob": {"sha256": blob["sha256"]}}
        return {key: without_places(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_places(inner) for inner in value]
    return value


def value_digest(type_json: Json, value: Json) -> str:
    """`sha256("flyteops.value.v1" NUL canon(T) NUL canon(V'))`: what an input contributes to a cache key."""
    return digest_of("flyteops.value.v1", type_json, without_places(value))
