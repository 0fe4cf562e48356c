"""Rows of every class in every format: one set of tests over all libraries."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flyteops.codecs.columns import Wanted
from flyteops.codecs.faults import Unfit
from flyteops.codecs.rows import columns_in, iterate, read_batches, read_rows, write_rows
from flyteops.model.row_formats import ROW_FORMATS as FORMATS
from flyteops.model.types import (
    BOOL,
    DATE,
    DATETIME,
    FLOAT,
    INT,
    STR,
    EnumOf,
    ListOf,
    optional,
)
from flyteops.types import Dataset
from tests.libraries import library

NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": 'é,\n"x"', "score": 1.5, "ok": True, "day": dt.date(2026, 1, 31), "at": NOON, "note": None},
    {"id": 2, "name": "", "score": 2.0, "ok": False, "day": dt.date(2026, 2, 1), "at": NOON, "note": "n"},
    {"id": -3, "name": "c", "score": -0.25, "ok": True, "day": dt.date(2024, 2, 29), "at": NOON, "note": None},
]
DECLARED: Wanted = (
    ("id", INT), ("name", STR), ("score", FLOAT), ("ok", BOOL), ("day", DATE), ("at", DATETIME),
    ("note", optional(STR)),
)  # fmt: skip
CLASSES = ("list", "pandas.DataFrame", "polars.DataFrame", "polars.LazyFrame", "pyarrow.Table")


def class_of(name: str) -> Any:
    if name == "list":
        return list
    module, _, cls = name.partition(".")
    return getattr(library(module), cls)


def made(name: str, rows: list[dict[str, Any]]) -> Any:
    """The rows as a class."""
    match name:
        case "list":
            return rows
        case "pandas.DataFrame":
            return library("pandas").DataFrame(rows)
        case "polars.DataFrame":
            return library("polars").DataFrame(rows)
        case "polars.LazyFrame":
            return library("polars").DataFrame(rows).lazy()
        case _:
            return library("pyarrow").Table.from_pylist(rows)


def plain(frame: Any) -> list[dict[str, Any]]:
    """Rows of a class as dicts, gaps as None."""
    if hasattr(frame, "collect"):
        frame = frame.collect()
    if hasattr(frame, "to_pylist"):
        return list(frame.to_pylist())
    if hasattr(frame, "to_dicts"):
        return list(frame.to_dicts())
    if hasattr(frame, "to_dict"):
        return [
            {name: None if value != value or value is None else value for name, value in row.items()}
            for row in frame.to_dict("records")
        ]
    return list(frame)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("writer", CLASSES)
@pytest.mark.parametrize("reader", CLASSES)
def test_what_one_library_writes_another_reads(tmp_path: Path, form: str, writer: str, reader: str) -> None:
    if "list" in (reader, writer) and form in ("parquet", "arrow"):
        library("pyarrow")
    path = str(tmp_path / f"rows.{form}")
    written = write_rows(made(writer, ROWS), path, form, DECLARED)
    assert written.rows == 3
    assert [column.name for column in written.columns] == [name for name, _ in DECLARED]
    assert plain(read_rows(class_of(reader), path, form, DECLARED)) == ROWS
    some: Wanted = (("score", FLOAT), ("id", INT))
    pieces = list(read_batches(class_of(reader), path, form, some, 2))
    assert [len(plain(each)) for each in pieces] == [2, 1]
    assert [row for each in pieces for row in plain(each)] == [{"score": r["score"], "id": r["id"]} for r in ROWS]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("writer", CLASSES)
def test_columns_are_checked_when_written(tmp_path: Path, form: str, writer: str) -> None:
    library("pyarrow")
    path = str(tmp_path / "rows")

    def fault(rows: list[dict[str, Any]], *wanted: tuple[str, Any]) -> str:
        with pytest.raises(Unfit) as found:
            write_rows(made(writer, rows), path, form, wanted)
        return str(found.value)

    told = fault([{"id": 1}], ("id", INT), ("name", STR))
    assert told.endswith('the column "name" is missing (declared: str; there are: id)')
    assert 'the column "id" is ' in (told := fault([{"id": "one"}], ("id", INT)))
    assert told.endswith("declared is int")
    assert 'the column "id" ' in (told := fault([{"id": None}, {"id": "x"}], ("id", STR)))
    assert "empty" in told
    kind = EnumOf(("a", "b"))
    assert fault([{"k": "a"}, {"k": "z"}], ("k", kind)).endswith(
        'the column "k" holds \'z\', declared is enum["a", "b"]'
    )


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("writer", CLASSES)
def test_whole_numbers_become_floats_where_floats_are_declared(tmp_path: Path, form: str, writer: str) -> None:
    library("pyarrow")
    path = str(tmp_path / "rows")
    write_rows(made(writer, [{"x": 1}, {"x": 2}]), path, form, (("x", FLOAT),))
    found = read_rows(list, path, form, (("x", FLOAT),))
    assert found == [{"x": 1.0}, {"x": 2.0}]
    assert all(type(row["x"]) is float for row in found)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("reader", [name for name in CLASSES if name != "polars.LazyFrame"])  # its values come later
def test_columns_are_checked_when_read(tmp_path: Path, form: str, reader: str) -> None:
    library("pyarrow")
    path = str(tmp_path / "rows")
    write_rows([{"id": 1, "name": "x"}], path, form, ())

    def fault(*wanted: tuple[str, Any]) -> str:
        with pytest.raises(Unfit) as found:
            plain(read_rows(class_of(reader), path, form, wanted))
        return str(found.value)

    assert '"age" is missing (declared: int; there are: ' in fault(("age", INT)) or form == "jsonl"
    assert "age" in fault(("age", INT))
    assert "name" in fault(("name", INT)) or form == "csv"
    fault(("name", INT))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("reader", CLASSES)
def test_a_file_that_is_none_is_told(tmp_path: Path, form: str, reader: str) -> None:
    library("pyarrow")
    path = tmp_path / "rows"
    path.write_bytes(b"\xff\xfe\x00{[,\n\x00" * 20)
    with pytest.raises(Unfit):
        plain(read_rows(class_of(reader), str(path), form, (("id", INT),)))


def test_nan_stays_a_number_and_gaps_stay_gaps(tmp_path: Path) -> None:
    pandas, polars = library("pandas"), library("polars")
    frame = pandas.DataFrame({"x": [1.0, float("nan")], "n": pandas.array([1, None], dtype="Int64")})
    path = str(tmp_path / "rows.parquet")
    write_rows(frame, path, "parquet", (("x", FLOAT), ("n", optional(INT))))
    found = polars.read_parquet(path)
    assert found["x"].is_nan().to_list() == [False, True]
    assert found["n"].to_list() == [1, None]
    assert read_rows(pandas.DataFrame, path, "parquet", ()).equals(frame)


def test_an_index_of_pandas_comes_back(tmp_path: Path) -> None:
    pandas = library("pandas")
    frame = pandas.DataFrame({"x": [1, 2, 3]}, index=pandas.Index(["a", "b", "c"], name="key"))
    path = str(tmp_path / "rows")
    write_rows(frame, path, "parquet", (("x", INT), ("key", STR)))
    assert read_rows(pandas.DataFrame, path, "parquet", ()).equals(frame)
    write_rows(frame, path, "csv", ())
    assert [column.name for column in columns_in(path, "csv")] == ["key", "x"]
    filtered = frame.reset_index(drop=True)[lambda each: each.x > 1]
    write_rows(filtered, path, "parquet", ())
    assert read_rows(pandas.DataFrame, path, "parquet", ()).equals(filtered)
    assert [column.name for column in columns_in(path, "parquet")] == ["x"]


def test_nested_columns_have_types_of_the_language(tmp_path: Path) -> None:
    library("pyarrow")
    rows = [{"tags": ["a"], "where": {"x": 1.0, "y": 2.0}}]
    path = str(tmp_path / "rows.parquet")
    wanted: Wanted = (("tags", ListOf(STR)),)
    written = write_rows(rows, path, "parquet", wanted)
    assert [str(column) for column in written.columns] == ["list[str]", "record"]
    with pytest.raises(Unfit, match="declared is list\\[int\\]"):
        read_rows(list, path, "parquet", (("tags", ListOf(INT)),))
    with pytest.raises(Unfit, match="csv"):
        write_rows(rows, path, "csv", ())


class Color(enum.StrEnum):
    RED = "r"
    BLUE = "b"


@dataclass
class Row:
    id: int
    color: Color
    day: dt.date
    note: str | None = None


class Pair(NamedTuple):
    id: int
    day: dt.date


@pytest.mark.parametrize("form", FORMATS)
def test_records_go_and_come_as_their_class(tmp_path: Path, form: str) -> None:
    if form in ("parquet", "arrow"):
        library("pyarrow")
    rows = [Row(1, Color.RED, dt.date(2026, 1, 1), "x"), Row(2, Color.BLUE, dt.date(2026, 1, 2))]
    path = str(tmp_path / "rows")
    write_rows((row for row in rows), path, form, ())
    found = list(iterate(Row, path, form, ()))
    assert found == rows
    assert [type(row.color) for row in found] == [Color, Color]
    assert list(iterate(Pair, path, form, ())) == [Pair(row.id, row.day) for row in rows]


def test_streams_are_written_piece_by_piece(tmp_path: Path) -> None:
    library("pyarrow")
    taken: list[int] = []

    def rows() -> Iterator[dict[str, int]]:
        for i in range(70_000):
            taken.append(i)
            yield {"i": i}

    for form in FORMATS:
        path = str(tmp_path / f"rows.{form}")
        assert write_rows(rows(), path, form, (("i", INT),)).rows == 70_000
        walk = iter(Dataset(path, format=form))
        assert next(walk) == {"i": 0 if form != "csv" else "0"}


def test_a_dataset_opens_outside_of_a_run(tmp_path: Path) -> None:
    pandas = library("pandas")
    data = Dataset(ROWS)
    assert dict(data.columns)["at"] == "datetime"
    assert list(data.open(pandas.DataFrame).all()["id"]) == [1, 2, -3]
    assert [len(each) for each in data.open(pandas.DataFrame).iter(rows=2)] == [2, 1]
    assert next(iter(data))["name"] == ROWS[0]["name"]
    path = tmp_path / "x.csv"
    path.write_text("id,name\n1,a\n")
    assert Dataset(path).open().all() == [{"id": "1", "name": "a"}]
    with pytest.raises(Unfit, match="is no class of rows"):
        Dataset(path).open(int).all()


def test_equal_rows_make_equal_files(tmp_path: Path) -> None:
    for name in CLASSES:
        for form in FORMATS:
            if name == "list" and form in ("parquet", "arrow"):
                library("pyarrow")
            for place in "ab":
                write_rows(made(name, ROWS), str(tmp_path / place), form, DECLARED)
            assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes(), (name, form)


@pytest.mark.parametrize("reader", [name for name in CLASSES if name != "polars.LazyFrame"])
def test_a_csv_says_which_columns_it_has_and_which_one_is_wrong(tmp_path: Path, reader: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("region,price\neu,much\n")

    def fault(*wanted: tuple[str, Any]) -> str:
        with pytest.raises(Unfit) as found:
            plain(read_rows(class_of(reader), str(path), "csv", wanted))
        return str(found.value)

    assert fault(("amount", FLOAT)) == 'the column "amount" is missing (declared: float; there are: region, price)'
    told = fault(("price", FLOAT))
    assert "price" in told
    assert "much" in told


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", [name for name in CLASSES if name != "list"])
def test_no_rows_and_columns_without_a_value_have_the_declared_types(tmp_path: Path, form: str, name: str) -> None:
    path = str(tmp_path / "rows")
    wanted: Wanted = (("id", INT), ("at", DATETIME), ("note", optional(STR)))
    rows = [{"id": 1, "at": NOON, "note": None}]
    write_rows(made(name, rows), path, form, wanted)
    assert plain(read_rows(class_of(name), path, form, wanted)) == rows
    if name == "pandas.DataFrame":
        write_rows(library("pandas").DataFrame(columns=["id", "at", "note"]), path, form, wanted)
    else:
        write_rows(made(name, rows[:0] or [dict.fromkeys(rows[0])])[:0], path, form, wanted)
    assert plain(read_rows(class_of(name), path, form, wanted)) == []
    with pytest.raises(Unfit, match='"id" has 1 empty value'):
        write_rows(made(name, [dict.fromkeys(rows[0])]), path, form, wanted)


@pytest.mark.parametrize("reader", CLASSES)
def test_a_csv_as_others_write_it(tmp_path: Path, reader: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b'\xef\xbb\xbfid,"na me",x\r\n1,"a\r\nb",True\r\n2,"say ""x""",false\r\n')
    wanted: Wanted = (("id", INT), ("na me", STR), ("x", BOOL))
    assert plain(read_rows(class_of(reader), str(path), "csv", wanted)) == [
        {"id": 1, "na me": "a\r\nb", "x": True},
        {"id": 2, "na me": 'say "x"', "x": False},
    ]


def test_categories_are_text_and_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    pandas, pyarrow = library("pandas"), library("pyarrow")
    frame = pandas.DataFrame({"k": pandas.Categorical(["a", "b", "a"])})
    for form in FORMATS:
        path = str(tmp_path / f"rows.{form}")
        write_rows(frame, path, form, (("k", EnumOf(("a", "b"))),))
        assert [row["k"] for row in read_rows(list, path, form, (("k", STR),))] == ["a", "b", "a"]
    with pytest.raises(Unfit, match="the column \"k\" holds 'b', declared is enum"):
        write_rows(frame, str(tmp_path / "bad"), "parquet", (("k", EnumOf(("a",))),))
    twice = pyarrow.Table.from_arrays([pyarrow.array([1]), pyarrow.array([2])], names=["a", "a"])
    with pytest.raises(Unfit, match='there are two columns of the name "a"'):
        write_rows(twice, str(tmp_path / "bad"), "parquet", ())
