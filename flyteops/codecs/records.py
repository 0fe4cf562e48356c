"""Lists of records as csv and jsonl, by the standard library alone, row by row."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flyteops.codecs.columns import Column, Wanted, Written, check_choices, check_columns, choices_of, without_none
from flyteops.codecs.faults import Unfit
from flyteops.codecs.row_types import converted, row_of, seen_type, value_fits
from flyteops.model.types import FLOAT, accepts_none, spelling

FORMATS = ("csv", "jsonl")


def write(rows: Iterable[object], path: str, format: str, wanted: Wanted) -> Written:  # noqa: A002 - Flyte's word
    """Writes the rows; the first one says which columns a csv has."""
    checked = _Checked(wanted)
    with open(path, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
        if format == "jsonl":
            file.writelines(map(line_of, checked.walk(rows)))
        else:
            _write_csv(checked, rows, file)
    return Written(columns=checked.columns(), rows=checked.count)


def line_of(row: Mapping[str, object]) -> str:
    """A row as a line of jsonl."""
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"
    except ValueError:
        raise Unfit("NaN and infinity have no form in jsonl: use parquet, or leave the value empty") from None


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value // dt.timedelta(microseconds=1)
    raise Unfit(f"a value of {type(value).__name__} has no JSON form: use parquet, or make it text")


def _write_csv(checked: _Checked, rows: Iterable[object], file: Any) -> None:
    writer = csv.writer(file, lineterminator="\n")
    names: list[str] = []
    for row in checked.walk(rows):
        if not names:
            names = list(row)
            writer.writerow(names)
        elif strange := set(row) ^ set(names):
            raise Unfit(f'row {checked.count}: all rows of a csv have the same columns, not so "{min(strange)}"')
        writer.writerow([_cell(row[name], name) for name in names])
    if not names and checked.wanted:
        writer.writerow([name for name, _ in checked.wanted])


def _cell(value: object, name: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case str() | int():
            return str(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
    raise Unfit(f'the column "{name}" holds a {type(value).__name__}, which a csv cannot: use jsonl or parquet')


class _Checked:
    """Rows on their way: their columns, types and number, checked against what was declared."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.count = 0
        self._types: dict[str, set[str]] = {}
        self._seen: dict[str, Column] = {}

    def walk(self, rows: Iterable[object]) -> Iterator[dict[str, Any]]:
        for each in rows:
            self.count += 1
            row = row_of(each)
            for name, of in self.wanted:
                row[name] = self._declared(row, name, of)
            self._note(row)
            yield row

    def _declared(self, row: dict[str, Any], name: str, of: Any) -> object:
        if name not in row:
            if accepts_none(of):
                return None
            listed = ", ".join(row) or "none"
            raise Unfit(
                f'row {self.count}: the column "{name}" is missing (declared: {spelling(of)}; there are: {listed})'
            )
        value = row[name]
        if choices_of(of) is not None:
            check_choices(name, [value], of)
        if not value_fits(value, of):
            found = "empty" if value is None else f"a {type(value).__name__}: {value!r:.80}"
            raise Unfit(f'row {self.count}: the column "{name}" is {found}, declared is {spelling(of)}')
        return float(value) if without_none(of) == FLOAT and isinstance(value, int) else value

    def _note(self, row: dict[str, Any]) -> None:
        for name, value in row.items():
            kinds = self._types.setdefault(name, set())
            kind = type(value).__name__
            if kind not in kinds:
                kinds.add(kind)
                self._seen[name] = Column(name, seen_type(self._seen.get(name), value), "mixed")

    def columns(self) -> tuple[Column, ...]:
        """What was seen; the declared type where one was declared."""
        declared = dict(self.wanted)
        seen = tuple(Column(name, declared.get(name, each.type), each.text) for name, each in self._seen.items())
        return seen or tuple(Column(name, of) for name, of in self.wanted)


def header(path: str, format: str) -> tuple[Column, ...]:  # noqa: A002
    """The columns of a file: of a csv its header, of jsonl its first row; their types are not known."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
            if format == "csv":
                return tuple(Column(name, None, "text of a csv") for name in next(csv.reader(file), []))
            first = file.readline()
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unfit(f"the file is no {format} in UTF-8: {error}") from None
    return tuple(Column(name, seen_type(None, value)) for name, value in _parsed(first, 1).items()) if first else ()


def read(path: str, format: str, wanted: Wanted) -> Iterator[dict[str, Any]]:  # noqa: A002
    """The rows one after the other: only the declared columns, in their types; of an undeclared csv everything is
    text.
    """
    with open(path, encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
        rows = _csv_rows(file, wanted) if format == "csv" else _json_rows(file)
        for number, row in enumerate(rows, start=1):
            yield _projected(row, number, wanted, textual=format == "csv") if wanted else row


def _csv_rows(file: Any, wanted: Wanted) -> Iterator[dict[str, Any]]:
    reader = csv.reader(file, strict=True)
    try:
        names = next(reader, [])
        if len(set(names)) != len(names):
            raise Unfit(f"the header of the csv names a column twice: {', '.join(names)}")
        check_columns([Column(name, dict(wanted).get(name)) for name in names], wanted)
        for row in reader:
            if len(row) != len(names):
                raise Unfit(f"line {reader.line_num} of the csv has {len(row)} fields, its header has {len(names)}")
            yield dict(zip(names, row, strict=True))
    except csv.Error as error:
        raise Unfit(f"line {reader.line_num} of the csv: {error}") from None
    except UnicodeDecodeError as error:
        raise Unfit(f"the csv is no UTF-8: {error.reason} after line {reader.line_num}") from None


def _json_rows(file: Any) -> Iterator[dict[str, Any]]:
    try:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _parsed(line, number)
    except UnicodeDecodeError as error:
        raise Unfit(f"the jsonl is no UTF-8: {error.reason}") from None


def _parsed(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unfit(f"line {number} of the jsonl is no JSON: {error}") from None
    if not isinstance(row, dict):
        raise Unfit(f"line {number} of the jsonl is no object")
    return row


def _projected(row: Mapping[str, Any], number: int, wanted: Wanted, *, textual: bool) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, of in wanted:
        if name not in row and not accepts_none(of):
            listed = ", ".join(row) or "none"
            raise Unfit(f'row {number}: the column "{name}" is missing (declared: {spelling(of)}; there are: {listed})')
        made[name] = converted(row.get(name), of, at=f'row {number}: the column "{name}"', textual=textual)
    return made
