"""How large a type is when it is written out: a few classes that use each other twice make 2^40 parts."""

from __future__ import annotations

from typing import assert_never

from flyteops.model.types import (
    BlobOf,
    DatasetOf,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    PickleOf,
    RecordOf,
    Simple,
    UnionOf,
)

MAX_PARTS = 10_000
MAX_DEPTH = 32
"""As deep as a YAML value may be."""

MAX_MEMBERS = 64
"""Members of a union are compared each with each."""


class Sizes:
    """Parts and depth of types; what was measured once is not walked again."""

    def __init__(self) -> None:
        # The type itself is kept beside its size, so that its identity is not given to another.
        self._known: dict[int, tuple[LiteralType, int, int]] = {}

    def fits(self, of: LiteralType) -> bool:
        """Whether a type is small enough; its parts must have been found small enough before."""
        parts, depth = self._measured(of)
        self._known[id(of)] = (of, parts, depth)
        return parts <= MAX_PARTS and depth <= MAX_DEPTH

    def _measured(self, of: LiteralType) -> tuple[int, int]:
        known = self._known.get(id(of))
        if known is not None:
            return known[1], known[2]
        inner = [self._measured(part) for part in _parts(of)]
        return 1 + sum(parts for parts, _ in inner), 1 + max((depth for _, depth in inner), default=0)


def _parts(of: LiteralType) -> tuple[LiteralType, ...]:
    match of:
        case ListOf(item):
            return (item,)
        case DictOf(key, value):
            return (key, value)
        case UnionOf(members):
            return members
        case RecordOf(fields):
            return tuple(field.type for field in fields)
        case DatasetOf(columns):
            return tuple(of for _, of in columns)
        case Simple() | EnumOf() | BlobOf() | PickleOf():
            return ()
        case _:
            assert_never(of)
