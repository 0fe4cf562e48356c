"""Values as programs of any language read and write them: every form goes there and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyteops.model.digest import Json
from flyteops.model.types import (
    BOOL,
    DATE,
    DATETIME,
    FILE,
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
from flyteops.runtime.endings import Mismatch
from flyteops.runtime.plain import json_form, parsed_json, read_json, read_text, text_form

MEMBER = type_wire(optional(INT))
TEXTS: list[tuple[LiteralType, Json, str]] = [
    (INT, -3, "-3"),
    (FLOAT, 0.1, "0.1"),
    (FLOAT, 2, "2.0"),
    (FLOAT, {"$f": "nan"}, "nan"),
    (BOOL, True, "true"),
    (STR, "a b\n", "a b\n"),
    (DATE, "2026-01-31", "2026-01-31"),
    (DATETIME, "2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"),
    (TIMEDELTA, {"$us": 5_400_000_000}, "5400"),
    (TIMEDELTA, {"$us": 1_500_000}, "1.5"),
    (TIMEDELTA, {"$us": -1}, "-0.000001"),
    (EnumOf(("eu", "us")), "eu", "eu"),
    (EnumOf((1, 2)), 2, "2"),
]


@pytest.mark.parametrize(("of", "value", "text"), TEXTS)
def test_scalars_as_text(of: LiteralType, value: Json, text: str) -> None:
    assert text_form(value, type_wire(of)) == text
    wanted = float(value) if of == FLOAT and isinstance(value, int) else value
    assert read_text(text + "\n", type_wire(of)) == wanted


REFUSED = [
    (INT, "1.0", "'1.0' is no int"),
    (INT, "", "'' is no int"),
    (INT, "0x1f", "'0x1f' is no int"),
    (FLOAT, " 1", "' 1' is no float"),
    (BOOL, "True", "'True' is no bool"),
    (DATE, "31.1.2026", "'31.1.2026' is no date"),
    (TIMEDELTA, "1h", "'1h' is no timedelta"),
    (EnumOf(("eu", "us")), "EU", "'EU' is no enum['eu', 'us']"),
    (union((INT, BOOL)), "x", "'x' fits no member of int | bool"),
]


@pytest.mark.parametrize(("of", "text", "message"), REFUSED)
def test_text_that_is_no_value(of: LiteralType, text: str, message: str) -> None:
    with pytest.raises(Mismatch) as found:
        read_text(text, type_wire(of))
    assert found.value.message == message


def test_an_optional_scalar_is_none_when_nothing_is_said() -> None:
    wanted = read_text("", MEMBER)
    assert isinstance(wanted, dict)
    assert wanted["value"] is None
    assert read_text("3", MEMBER) == {"$u": read_text("3", MEMBER)["$u"], "value": 3}  # type: ignore[index, call-overload]


RECORD = RecordOf((RecordField("x", INT), RecordField("when", DATE), RecordField("note", STR, required=False)))
TYPES: dict[str, tuple[LiteralType, st.SearchStrategy[Any]]] = {
    "list": (ListOf(INT), st.lists(st.integers())),
    "dict": (DictOf(STR, FLOAT), st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False))),
    "pairs": (
        DictOf(INT, BOOL),
        st.dictionaries(st.integers(), st.booleans()).map(lambda d: [*map(list, sorted(d.items()))]),
    ),
    "record": (RECORD, st.fixed_dictionaries({"x": st.integers(), "when": st.dates().map(str)})),
    "durations": (ListOf(TIMEDELTA), st.lists(st.integers(-(10**14), 10**14).map(lambda n: {"$us": n * 1000}))),
    "json": (JSON, st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)),
}


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data())
def test_json_goes_there_and_back(name: str, data: st.DataObject) -> None:
    of, values = TYPES[name]
    value = data.draw(values)
    written = json.dumps(json_form(value, type_wire(of), open_blob=_no_blob))
    assert read_json(parsed_json(written), type_wire(of), keep_file=_no_file) == value


def _no_blob(_: object, __: object) -> str:
    raise AssertionError("there is no file in it")


def _no_file(path: str, _: Json) -> Json:
    return {"$blob": {"uri": f"kept:{path}", "format": ""}}


def test_files_inside_a_value_are_paths() -> None:
    of = type_wire(ListOf(FILE))
    blob: Json = {"$blob": {"uri": "kept:a", "format": ""}}
    assert json_form([blob], of, open_blob=lambda each, _: f"/work/{each['$blob']['uri']}") == ["/work/kept:a"]
    assert read_json(["out/a"], of, keep_file=_no_file) == [{"$blob": {"uri": "kept:out/a", "format": ""}}]


WRONG = [
    (ListOf(INT), ["a"], ".0: int was declared, the function returned str 'a'"),
    (RECORD, {"x": 1}, ".when: the field 'when' is missing"),
    (RECORD, {"x": 1, "when": "2026-01-01", "y": 2}, ".y: unknown field 'y'"),
    (DictOf(STR, INT), [], "[] is no dict[str, int]"),
    (TIMEDELTA, "1h", "'1h' is no timedelta"),
]


@pytest.mark.parametrize(("of", "value", "message"), WRONG)
def test_json_that_is_no_value(of: LiteralType, value: Any, message: str) -> None:
    with pytest.raises(Mismatch) as found:
        read_json(value, type_wire(of), keep_file=_no_file)
    assert str(found.value) == message


@pytest.mark.parametrize("text", ["{", "NaN", "[" * 100_000])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(Mismatch, match="this is no JSON"):
        parsed_json(text)
