"""Value → document → value, over generated types with the annotations a user would write for them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, TypedDict

from hypothesis import given
from hypothesis import strategies as st

from flyteops.model.digest import canonical, value_digest
from flyteops.model.types import (
    BOOL,
    DATE,
    DATETIME,
    FLOAT,
    INT,
    JSON,
    NONE,
    STR,
    TIMEDELTA,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    RecordField,
    RecordOf,
    UnionOf,
    assignable,
    optional,
    type_wire,
    union,
)
from flyteops.runtime.converting import convert
from flyteops.runtime.decoding import decode
from flyteops.runtime.encoding import encode
from flyteops.runtime.stored import keep_literal, read_literal
from flyteops.source.unions import confusable, flat
from tests.contract.memory_store import MemoryStore


class Sample(NamedTuple):
    """A type, the annotation for it, and its values."""

    of: LiteralType
    hint: Any
    values: st.SearchStrategy[Any]


TEXT = st.text(st.characters(codec="utf-8"), max_size=5)
PLAIN_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)


class Color(enum.Enum):
    """Words."""

    RED = "red"
    BLUE = "$blue"


class Level(enum.IntEnum):
    """Numbers."""

    LOW = 1
    HIGH = -2


SCALARS = [
    Sample(INT, int, st.integers()),
    Sample(FLOAT, float, st.floats(allow_nan=False)),
    Sample(BOOL, bool, st.booleans()),
    Sample(STR, str, TEXT),
    Sample(DATETIME, dt.datetime, st.datetimes(timezones=st.just(dt.UTC))),
    Sample(DATE, dt.date, st.dates()),
    Sample(TIMEDELTA, dt.timedelta, st.timedeltas()),
    Sample(EnumOf(("red", "$blue")), Color, st.sampled_from(Color)),
    Sample(EnumOf((1, -2)), Level, st.sampled_from(Level)),
    Sample(JSON, dict, PLAIN_JSON),
]
KEYS = [each for each in SCALARS if each.of not in (FLOAT, TIMEDELTA, JSON)]
NAMES = st.sampled_from(["a", "b", "c", "value", "items", "count"])


def listed(inner: Sample) -> Sample:
    return Sample(ListOf(inner.of), list[inner.hint], st.lists(inner.values, max_size=3))  # type: ignore[name-defined]


def keyed(key: Sample, inner: Sample) -> Sample:
    hint = dict[key.hint, inner.hint]  # type: ignore[name-defined]
    return Sample(DictOf(key.of, inner.of), hint, st.dictionaries(key.values, inner.values, max_size=3))


def either(members: list[Sample]) -> Sample:
    found = [member for member in members if member.of != JSON]
    single = flat([member.of for member in found])
    if len(found) < 2 or confusable(single) is not None or len(set(single)) < len(single):
        first = members[0]
        if first.of == JSON or (isinstance(first.of, UnionOf) and NONE in first.of.members):
            return first
        return Sample(optional(first.of), first.hint | None, st.none() | first.values)
    return Sample(
        union(tuple(member.of for member in found)),
        reduce(or_, (member.hint for member in found)),
        st.one_of([member.values for member in found]),
    )


def record(fields: dict[str, Sample], form: str) -> Sample:
    hints = {name: each.hint for name, each in fields.items()}
    made: Any
    if form == "dataclass":
        made = dataclasses.make_dataclass("Made", list(hints.items()))
    elif form == "namedtuple":
        made = NamedTuple("Made", list(hints.items()))  # type: ignore[misc]
    else:
        made = TypedDict("Made", hints)  # type: ignore[operator]
    of = RecordOf(tuple(RecordField(name, each.of) for name, each in fields.items()))
    return Sample(of, made, st.builds(made, **{name: each.values for name, each in fields.items()}))


def wider(inner: st.SearchStrategy[Sample]) -> st.SearchStrategy[Sample]:
    return st.one_of(
        inner.map(listed),
        st.builds(keyed, st.sampled_from(KEYS), inner),
        st.lists(inner, min_size=1, max_size=3).map(either),
        st.builds(
            record,
            st.dictionaries(NAMES, inner, min_size=1, max_size=3),
            st.sampled_from(["dataclass", "namedtuple", "typeddict"]),
        ),
    )


SAMPLES = st.recursive(st.sampled_from(SCALARS), wider, max_leaves=5)


def nothing_outside(*_: object) -> Any:
    raise AssertionError("nothing lies outside of these values")


@given(st.data(), SAMPLES)
def test_what_is_stored_comes_back(data: st.DataObject, sample: Sample) -> None:
    value, of = data.draw(sample.values), type_wire(sample.of)
    wire = encode(value, of, sample.hint, keep_file=nothing_outside)
    store = MemoryStore()
    document = json.loads(canonical(keep_literal(store, of, wire)))
    stored_type, stored = read_literal(store, document)
    back = decode(stored, stored_type, sample.hint, open_blob=nothing_outside)
    assert back == value
    assert type(back) is type(value)
    # The same value again is the same document: what it contributes to a key does not depend on the way it took.
    again = encode(back, of, sample.hint, keep_file=nothing_outside)
    assert value_digest(of, again) == document["digest"] == value_digest(of, wire)


@given(st.data(), SAMPLES, SAMPLES)
def test_what_is_assignable_converts(data: st.DataObject, sample: Sample, other: Sample) -> None:
    of = type_wire(sample.of)
    wire = encode(data.draw(sample.values), of, sample.hint, keep_file=nothing_outside)
    assert canonical(convert(wire, of, of)) == canonical(wire)
    for target in (optional(sample.of), other.of, ListOf(other.of)):
        if assignable(sample.of, target) and not holds_special(wire):
            convert(wire, of, type_wire(target))


def holds_special(wire: Any) -> bool:
    """NaN and infinity have no form in `Json`, which is known only when the value is."""
    return "$f" in json.dumps(wire)
