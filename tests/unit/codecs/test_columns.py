from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flyteops.codecs.columns import Column, check_choices, check_columns, check_empty, fits
from flyteops.codecs.faults import LibraryMissing, Unfit
from flyteops.codecs.row_types import columns_of, converted, row_of, seen_type, value_fits
from flyteops.codecs.table import blob_format, codec, frame_codec_name, names_of
from flyteops.model.row_formats import row_format_of
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
    optional,
    union,
)

KIND = EnumOf(("a", "b"))
POINT = RecordOf((RecordField("x", FLOAT), RecordField("note", STR, required=False)))
NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("found", "wanted", "fine"),
    [
        (INT, INT, True), (INT, FLOAT, True), (FLOAT, INT, False), (BOOL, INT, False), (STR, KIND, True),
        (INT, KIND, False), (INT, EnumOf((1, 2)), True), (INT, optional(INT), True), (NONE, optional(INT), True),
        (NONE, INT, True), (None, JSON, True), (None, STR, False), (DATE, DATETIME, False), (DATETIME, JSON, True),
        (ListOf(INT), ListOf(FLOAT), True), (ListOf(STR), ListOf(KIND), True), (ListOf(STR), ListOf(INT), False),
        (RecordOf((RecordField("x", INT),)), POINT, True), (RecordOf((RecordField("z", INT),)), POINT, False),
    ],
)  # fmt: skip
def test_a_column_serves_where_its_values_are_values_of_what_was_declared(
    found: LiteralType | None, wanted: LiteralType, fine: bool
) -> None:
    assert fits(found, wanted) is fine


def test_all_columns_that_are_wrong_are_told_at_once() -> None:
    found = [Column("id", STR), Column("price", None, "decimal128(5, 2)"), Column("more", INT)]
    with pytest.raises(Unfit) as told:
        check_columns(found, [("id", INT), ("price", FLOAT), ("gone", DATE)])
    assert str(told.value) == (
        'the column "id" is str, declared is int; the column "price" is decimal128(5, 2), declared is float; '
        'the column "gone" is missing (declared: date; there are: id, price, more)'
    )
    check_columns(found, [("id", STR), ("price", JSON)])


def test_empty_values_and_strange_ones_are_told() -> None:
    with pytest.raises(Unfit) as told:
        check_empty({"a": 2, "b": 3, "c": 0}, (("a", INT), ("b", optional(STR)), ("c", STR)))
    assert str(told.value) == ('the column "a" has 2 empty values, declared is int: declare int | None, or fill them')
    with pytest.raises(Unfit) as told:
        check_choices("k", ["a", None, "z", "y"], optional(KIND))
    assert str(told.value) == 'the column "k" holds \'y\', \'z\', declared is enum["a", "b"] | None'


@pytest.mark.parametrize(
    ("given", "of", "made"),
    [
        ("3", INT, 3), ("1.5", FLOAT, 1.5), (2, FLOAT, 2.0), ("true", BOOL, True), ("False", BOOL, False),
        ("2026-01-31", DATE, dt.date(2026, 1, 31)), ("2026-01-31T12:00:00Z", DATETIME, NOON), ("x", STR, "x"),
        (5_000_000, TIMEDELTA, dt.timedelta(seconds=5)), ("a", KIND, "a"), ("1", EnumOf((1, 2)), 1),
        ([1], ListOf(INT), [1]), ({"x": 1.0}, POINT, {"x": 1.0}), ("b", optional(STR), "b"), ("t", JSON, "t"),
        ({"k": 1}, DictOf(STR, INT), {"k": 1}), (7, union((INT, STR)), 7),
    ],
)  # fmt: skip
def test_a_cell_is_read_by_the_type_of_its_column(given: Any, of: LiteralType, made: Any) -> None:
    found = converted(given, of, at="here")
    assert found == made
    assert type(found) is type(made)
    assert value_fits(made, of)


@pytest.mark.parametrize(
    ("given", "of", "told"),
    [
        ("3.5", INT, "here is '3.5', declared is int"),
        (True, INT, "here is True, declared is int"),
        ("yes", BOOL, "here is 'yes', declared is bool"),
        (None, STR, "here is empty, declared is str"),
        ("z", KIND, 'here is \'z\', declared is enum["a", "b"]'),
        ("31.1.2026", DATE, "here is '31.1.2026', declared is date"),
        ([1, "x"], ListOf(INT), "here is [1, 'x'], declared is list[int]"),
    ],
)
def test_a_cell_of_another_type_is_told(given: Any, of: LiteralType, told: str) -> None:
    with pytest.raises(Unfit) as found:
        converted(given, of, at="here")
    assert str(found.value) == told


def test_an_empty_cell_of_a_csv_is_none_where_there_may_be_none() -> None:
    assert converted("", optional(STR), at="", textual=True) is None
    assert converted("", STR, at="", textual=True) == ""
    assert converted("", optional(STR), at="") == ""


class Typed:
    id: int
    name: "str | None"  # noqa: UP037 - as a module without the future import has it
    tags: list[str]
    other: object


def test_a_record_class_says_its_columns() -> None:
    assert columns_of(Typed) == (("id", INT), ("name", optional(STR)), ("tags", ListOf(STR)))
    with pytest.raises(Unfit, match="int is no record: use dicts, dataclasses"):
        row_of(1)
    with pytest.raises(Unfit, match="the key 1 of a record is no text"):
        row_of({1: 2})


def test_types_seen_one_after_the_other_are_joined() -> None:
    seen: Column | None = None
    for value, of in [(1, INT), (None, optional(INT))]:
        seen = Column("x", seen_type(seen, value))
        assert seen.type == of
    assert seen_type(Column("x", INT), 1.5) == FLOAT
    assert seen_type(Column("x", INT), "t") is None
    assert seen_type(None, [1]) is None


def test_classes_are_known_by_name_and_so_are_those_derived_from_them() -> None:
    frame = type("DataFrame", (), {"__module__": "pandas.core.frame"})
    own = type("Geo", (frame,), {"__module__": "geopandas"})
    assert names_of(own)[:2] == ["geopandas.Geo", "pandas.DataFrame"]
    assert frame_codec_name(own) == "pandas"
    assert frame_codec_name(list) is None
    assert frame_codec_name("pandas.DataFrame") is None
    module = type("Module", (), {"__module__": "torch.nn.modules.module"})
    assert blob_format(type("Net", (module,), {"__module__": "churn.nets"})) == "torch/module"


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "flyteops.codecs.torch", raising=False)
    with pytest.raises(LibraryMissing) as told:
        codec("torch", purpose="a file of torch/tensor")
    assert str(told.value) == (
        "a file of torch/tensor needs torch, which this environment lacks: pip install 'flyteops[torch]', "
        "or add torch to the requirements of the image"
    )


def test_a_suffix_says_the_format() -> None:
    paths = ["a.csv", "x/b.PARQUET", "s3://b/c.ndjson", "d.feather", "e.xml", "noext", "f.d/g"]
    assert [row_format_of(path) for path in paths] == ["csv", "parquet", "jsonl", "arrow", "", "", ""]
