"""Which members of a union can be told apart by their values alone."""

from __future__ import annotations

from collections.abc import Sequence

from flyteops.model.types import (
    ANY_OBJECT,
    JSON,
    NONE,
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
    union,
)


def flat(members: Sequence[LiteralType]) -> tuple[LiteralType, ...]:
    """The members of nested unions side by side, repeats kept."""
    return tuple(
        single for member in members for single in (member.members if isinstance(member, UnionOf) else (member,))
    )


def confusable(members: Sequence[LiteralType]) -> tuple[LiteralType, LiteralType] | None:
    """The first two members of a flat union that a value cannot tell apart, or None."""
    for at, one in enumerate(members):
        for other in members[at + 1 :]:
            if _alike(one, other):
                return one, other
    return None


def joined(members: Sequence[LiteralType]) -> LiteralType:
    """The union of members that can be told apart; `Json | None` is `Json`, which has null already."""
    if JSON in members and all(member in (JSON, NONE) for member in members):
        return JSON
    return union(tuple(members))


def _alike(one: LiteralType, other: LiteralType) -> bool:
    match one, other:
        case (Simple("json"), Simple("none")) | (Simple("none"), Simple("json")):
            return False
        case RecordOf(mine), RecordOf(theirs):
            shape = [(field.name, field.type) for field in mine]
            same_class = one == other and one.name == other.name
            return not same_class and shape == [(field.name, field.type) for field in theirs]
        case _ if one == other:
            return False  # written twice: one member
        case (Simple("json"), _) | (_, Simple("json")):
            return True
        case EnumOf(mine), EnumOf(theirs):
            return not set(mine).isdisjoint(theirs)
        case (EnumOf(values), Simple(name)) | (Simple(name), EnumOf(values)):
            return name == ("str" if isinstance(values[0], str) else "int")
        case (ListOf(), ListOf()) | (DictOf(), DictOf()):
            return True  # the empty one is a value of both
        case BlobOf(kind), BlobOf(other_kind):
            return kind == other_kind
        case DatasetOf(), DatasetOf():
            return True
        case PickleOf(mine), PickleOf(theirs):
            return ANY_OBJECT in (mine, theirs)
    return False
