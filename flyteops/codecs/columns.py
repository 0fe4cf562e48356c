"""Columns of rows: what a file has against what was declared. The rule is that of the static check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flyteops.codecs.faults import Unfit
from flyteops.model.frozen import frozen
from flyteops.model.types import (
    INT,
    JSON,
    NONE,
    STR,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    RecordField,
    RecordOf,
    UnionOf,
    accepts_none,
    assignable,
    spelling,
    union,
)

Wanted = tuple[tuple[str, LiteralType], ...]
"""The declared columns; none means all, as they are."""


@frozen(kw_only=False)
class Column:
    """A column that is there; `type` is None when the language has no word for it, `text` is the library's own."""

    name: str
    type: LiteralType | None
    text: str = ""

    def __str__(self) -> str:
        return self.text if self.type is None else spelling(self.type)


@frozen
class Written:
    """What was written: all columns, and how many rows."""

    columns: tuple[Column, ...]
    rows: int


def check_columns(
    found: Iterable[Column], wanted: Iterable[tuple[str, LiteralType]], *, declared: str = "declared"
) -> None:
    """Every declared column is there with a type that fits; `Unfit` names all that are not. Extra columns are fine."""
    have = {column.name: column for column in found}
    faults: list[str] = []
    for name, of in wanted:
        column = have.get(name)
        if column is None:
            listed = ", ".join(have) or "none"
            faults.append(f'the column "{name}" is missing ({declared}: {spelling(of)}; there are: {listed})')
        elif not fits(column.type, of):
            faults.append(f'the column "{name}" is {column}, {declared} is {spelling(of)}')
    if faults:
        raise Unfit("; ".join(faults))


def fits(found: LiteralType | None, wanted: LiteralType) -> bool:
    """Whether a column of a type serves where another was declared."""
    if wanted == JSON or (isinstance(wanted, UnionOf) and JSON in wanted.members):
        return True
    if found == NONE:
        return True  # nothing but empty values, or no rows at all: `check_empty` has the word
    return found is not None and assignable(found, stored_as(wanted))


def stored_as(of: LiteralType) -> LiteralType:
    """The type that a column has in a file: an enum's values are text or whole numbers there."""
    match of:
        case EnumOf(values):
            return STR if all(isinstance(value, str) for value in values) else INT
        case UnionOf(members):
            return union(tuple(map(stored_as, members)))
        case ListOf(item):
            return ListOf(stored_as(item))
        case DictOf(key, value):
            return DictOf(stored_as(key), stored_as(value))
        case RecordOf(fields):
            return RecordOf(tuple(RecordField(each.name, stored_as(each.type), each.required) for each in fields))
    return of


def without_none(of: LiteralType) -> LiteralType:
    """The type apart from None."""
    if isinstance(of, UnionOf):
        return union(tuple(member for member in of.members if member != NONE) or (NONE,))
    return of


def choices_of(of: LiteralType) -> tuple[str | int, ...] | None:
    """The values of an enum, optional or not; None for any other type."""
    plain = without_none(of)
    return plain.values if isinstance(plain, EnumOf) else None


def check_empty(empty: Mapping[str, int], wanted: Wanted) -> None:
    """`empty` counts the empty values of a column: those of a declared type without None may have none."""
    faults = [
        f'the column "{name}" has {empty[name]} empty value{"s" if empty[name] > 1 else ""}, '
        f"declared is {spelling(of)}: declare {spelling(of)} | None, or fill them"
        for name, of in wanted
        if empty.get(name) and not accepts_none(of)
    ]
    if faults:
        raise Unfit("; ".join(faults))


def check_choices(name: str, found: Iterable[object], of: LiteralType) -> None:
    """Every value of an enum's column is one of the enum's."""
    allowed = choices_of(of)
    if allowed is None:
        return
    strange = sorted({repr(value) for value in found if value is not None and value not in allowed})
    if strange:
        shown = ", ".join(strange[:5]) + (" …" if len(strange) > 5 else "")
        raise Unfit(f'the column "{name}" holds {shown}, declared is {spelling(of)}')
