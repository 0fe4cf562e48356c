from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyteops.model.digest import canonical
from flyteops.model.types import (
    BOOL,
    DATE,
    DATETIME,
    FLOAT,
    INT,
    JSON,
    STR,
    TIMEDELTA,
    DictOf,
    EnumOf,
    ListOf,
    LiteralType,
    RecordField,
    RecordOf,
    optional,
    type_wire,
    union,
)
from flyteops.runtime.converting import convert
from flyteops.runtime.decoding import decode
from flyteops.runtime.encoding import encode
from flyteops.runtime.endings import Mismatch
from tests.unit.runtime.sample_types import Color, Deep, Level, Model, Options, Pair, Point

POINT = RecordOf(
    (RecordField("x", INT), RecordField("y", FLOAT, required=False), RecordField("tags", ListOf(STR), required=False))
)
COLOR = EnumOf(("red", "blue"))
DEEP = RecordOf(
    (RecordField("point", POINT), RecordField("color", COLOR), RecordField("when", optional(DATETIME), required=False))
)
PAIR = RecordOf((RecordField("left", INT), RecordField("right", STR)))
OPTIONS = RecordOf((RecordField("name", STR), RecordField("size", INT, required=False)))
MODEL = RecordOf(
    (RecordField("day", DATE), RecordField("points", DictOf(STR, POINT)), RecordField("color", COLOR, required=False))
)


def no_files(*_: object) -> Any:
    raise AssertionError("no file here")


def out(value: Any, of: LiteralType, hint: Any = None) -> Any:
    return encode(value, type_wire(of), hint, keep_file=no_files)


def back(wire: Any, of: LiteralType, hint: Any = None) -> Any:
    return decode(wire, type_wire(of), hint, open_blob=no_files)


text = st.text(st.characters(codec="utf-8"), max_size=20)
floats = st.floats()
points = st.builds(Point, x=st.integers(), y=st.floats(allow_nan=False), tags=st.lists(text, max_size=3))
aware = st.datetimes(timezones=st.just(dt.UTC))
plain_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
CASES: list[tuple[LiteralType, Any, st.SearchStrategy[Any]]] = [
    (INT, int, st.integers()),
    (FLOAT, float, floats),
    (BOOL, bool, st.booleans()),
    (STR, str, text),
    (DATETIME, dt.datetime, aware),
    (DATE, dt.date, st.dates()),
    (TIMEDELTA, dt.timedelta, st.timedeltas()),
    (JSON, None, plain_json),
    (ListOf(INT), list[int], st.lists(st.integers())),
    (DictOf(STR, FLOAT), dict[str, float], st.dictionaries(text, st.floats(allow_nan=False))),
    (DictOf(INT, STR), dict[int, str], st.dictionaries(st.integers(), text)),
    (DictOf(DATE, COLOR), dict[dt.date, Color], st.dictionaries(st.dates(), st.sampled_from(Color))),
    (optional(INT), int | None, st.none() | st.integers()),
    (union((INT, STR)), int | str, st.integers() | text),
    (union((INT, FLOAT, BOOL)), int | float | bool, st.integers() | st.floats(allow_nan=False) | st.booleans()),
    (union((POINT, PAIR)), Point | Pair, points | st.builds(Pair, st.integers(), text)),
    (COLOR, Color, st.sampled_from(Color)),
    (EnumOf((1, 2)), Level, st.sampled_from(Level)),
    (POINT, Point, points),
    (DEEP, Deep, st.builds(Deep, point=points, color=st.sampled_from(Color), when=st.none() | aware)),
    (PAIR, Pair, st.builds(Pair, st.integers(), text)),
    (OPTIONS, Options, st.fixed_dictionaries({"name": text}, optional={"size": st.integers()})),
    (
        MODEL,
        Model,
        st.builds(Model, day=st.dates(), points=st.dictionaries(text, points), color=st.sampled_from(Color)),
    ),
    (ListOf(optional(POINT)), list[Point | None], st.lists(st.none() | points)),
]


@given(st.data())
def test_a_value_comes_back_as_it_went(data: st.DataObject) -> None:
    of, hint, values = data.draw(st.sampled_from(CASES))
    value = data.draw(values)
    wire = out(value, of, hint)
    stored = json.loads(canonical(wire))
    again = back(convert(stored, type_wire(of), type_wire(of)), of, hint)
    assert canonical(stored) == canonical(wire)
    if isinstance(value, float) and math.isnan(value):
        assert math.isnan(again)
    else:
        assert again == value
        assert type(again) is type(value)


def test_minus_zero_and_special_floats_are_kept() -> None:
    assert math.copysign(1, back(out(-0.0, FLOAT), FLOAT)) == -1
    assert out(float("-inf"), FLOAT) == {"$f": "-inf"}
    assert out(3, FLOAT) == 3.0
    assert isinstance(out(3, FLOAT), float)


def test_a_time_without_zone_is_utc() -> None:
    assert out(dt.datetime(2026, 1, 31, 8, 0), DATETIME) == "2026-01-31T08:00:00Z"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "of", "told"),
    [
        (True, INT, "int was declared, the function returned bool True"),
        (1, BOOL, "bool was declared, the function returned int 1"),
        ("1", INT, "int was declared, the function returned str '1'"),
        (1.0, INT, "int was declared, the function returned float 1.0"),
        (True, FLOAT, "float was declared, the function returned bool True"),
        (10**400, FLOAT, "the integer is too large for a float"),
        (
            "\ud800",
            STR,
            "the text holds a lone surrogate, which is no character: decode the bytes it came from",
        ),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), DATE, None),
        (dt.date(2026, 1, 1), DATETIME, None),
        ("ab", ListOf(STR), "list[str] was declared, the function returned str 'ab'"),
        ([1, "a"], ListOf(INT), ".1: int was declared, the function returned str 'a'"),
        ("green", COLOR, "enum['red', 'blue'] was declared, the function returned str 'green'"),
        ({"x": 1, "z": 2}, POINT, ".z: unknown field 'z'"),
        ({"y": 1.0}, POINT, ".x: the field 'x' is missing"),
        ({"x": 1, "tags": [1]}, POINT, ".tags.0: str was declared, the function returned int 1"),
        (float("nan"), JSON, "NaN and infinity have no JSON form: return null or text instead"),
        ({1: 2}, JSON, "the key 1 is no text"),
        ({"a": [object]}, JSON, ".a.0: Json was declared, the function returned type <class 'object'>"),
        ([], union((ListOf(INT), ListOf(STR))), None),
        (None, INT, "int was declared, the function returned NoneType None"),
        (b"x", union((INT, STR)), "int | str was declared, the function returned bytes b'x'"),
    ],
)
def test_what_does_not_fit_is_refused(value: Any, of: LiteralType, told: str | None) -> None:
    with pytest.raises(Mismatch) as found:
        out(value, of)
    if told is not None:
        assert str(found.value) == told


def test_an_integer_that_python_would_not_read_back_is_refused() -> None:
    with pytest.raises(Mismatch, match="an integer of 20001 bits is too large to be stored: return it as text"):
        out(1 << 20_000, INT)
    with pytest.raises(Mismatch, match=r"str was declared, the function returned int \(its text cannot be read\)"):
        out(1 << 20_000, STR)


def test_an_ambiguous_member_is_refused() -> None:
    with pytest.raises(Mismatch) as found:
        out([], union((ListOf(INT), ListOf(STR))))
    assert str(found.value) == ("the value fits list[int] and list[str] of list[int] | list[str]: it is ambiguous")


def test_a_structure_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(Mismatch):
        out(endless, JSON)


CONVERSIONS: list[tuple[Any, LiteralType, LiteralType, Any]] = [
    (1, INT, FLOAT, 1.0),
    ("red", COLOR, STR, "red"),
    ("red", COLOR, EnumOf(("red", "blue", "green")), "red"),
    ([1, 2], ListOf(INT), ListOf(FLOAT), [1.0, 2.0]),
    ({"a": 1}, DictOf(STR, INT), JSON, {"a": 1}),
    ({"x": 1}, RecordOf((RecordField("x", INT),)), POINT, {"x": 1}),
    ([1, None], JSON, JSON, [1, None]),
]


@pytest.mark.parametrize(("value", "source", "target", "wanted"), CONVERSIONS)
def test_the_conversions_of_the_language(value: Any, source: LiteralType, target: LiteralType, wanted: Any) -> None:
    found = convert(value, type_wire(source), type_wire(target))
    assert found == wanted
    assert type(found) is type(wanted)


def test_a_value_enters_the_member_of_its_own_type() -> None:
    of = type_wire(union((FLOAT, INT)))
    assert back(convert(1, "int", of), union((FLOAT, INT))) == 1
    assert isinstance(back(convert(1, "int", of), union((FLOAT, INT))), int)
    assert isinstance(back(convert(1, "int", type_wire(optional(FLOAT))), optional(FLOAT)), float)


def test_tags_of_unions_are_lost_on_the_way_into_json() -> None:
    tagged = out([1, None], ListOf(optional(INT)))
    assert convert(tagged, type_wire(ListOf(optional(INT))), "json") == [1, None]


@pytest.mark.parametrize(
    ("value", "source", "target", "told"),
    [
        ("a", STR, INT, "str does not fit int"),
        (True, INT, INT, "True is no int"),
        ("x", INT, FLOAT, "'x' is no float"),
        ({"x": 1, "u": 2}, POINT, POINT, ".u: unknown field 'u'"),
        (1, optional(INT), optional(INT), "1 carries no member of int | None"),
        ("green", COLOR, COLOR, "'green' is none of enum['red', 'blue']"),
        ([1.5], ListOf(FLOAT), ListOf(INT), ".0: float does not fit int"),
    ],
)
def test_a_stored_value_of_another_form_is_refused(
    value: Any, source: LiteralType, target: LiteralType, told: str
) -> None:
    with pytest.raises(Mismatch) as found:
        convert(value, type_wire(source), type_wire(target))
    assert str(found.value) == told


def test_without_a_class_plain_values_are_given() -> None:
    assert back({"x": 1, "y": 2.0}, POINT) == {"x": 1, "y": 2.0}
    assert back("red", COLOR) == "red"
    assert back([1], ListOf(INT), tuple[int, ...]) == (1,)
    assert Path  # a path annotation is tested where files are
