"""Rows of any class to a file and back: picks the library by class and format, and loads no other."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from flyteops.codecs import records
from flyteops.codecs.columns import Column, Wanted, Written
from flyteops.codecs.faults import LibraryMissing, Unfit
from flyteops.codecs.row_types import columns_of, enums_of, is_record, row_of
from flyteops.codecs.table import FRAMES, codec, frame_codec_name
from flyteops.model.row_formats import DEFAULT_ROW_FORMAT, ROW_FORMATS

BATCH_ROWS = 65_536


def known_format(format: str) -> str:  # noqa: A002 - Flyte's word
    """The format, checked; the default for none."""
    if format and format not in ROW_FORMATS:
        raise Unfit(f"there is no format {format}: use {', '.join(ROW_FORMATS)}")
    return format or DEFAULT_ROW_FORMAT


def is_rows(value: object) -> bool:
    """Whether a value can be written as rows."""
    return frame_codec_name(type(value)) is not None or (
        isinstance(value, Iterable) and not isinstance(value, str | bytes | dict)
    )


def write_rows(value: Any, path: str, format: str, wanted: Wanted) -> Written:  # noqa: A002
    """Writes a frame, a table or records to a new file of the format; `Unfit` where the columns are not as declared."""
    name = frame_codec_name(type(value))
    if name is not None:
        written: Written = codec(name, purpose=f"a {type(value).__name__} in a file").write(value, path, format, wanted)
        return written
    if not is_rows(value):
        raise Unfit(f"a {type(value).__name__} is no rows: return a frame, a list of records, or a path in a Dataset")
    if format in records.FORMATS:
        return records.write(value, path, format, wanted)
    made: Written = codec("arrow", purpose=f"a list of records as {format}").write_rows(
        map(row_of, value), path, format, wanted
    )
    return made


def read_rows(of: Any, path: str, format: str, wanted: Wanted) -> Any:  # noqa: A002
    """The whole file as a frame class, as `list` (of dicts) or as a list of a record class."""
    name = frame_codec_name(of)
    if name is not None:
        return codec(name, purpose=f"a {of.__name__}").read(of, path, format, wanted)
    return list(iterate(of, path, format, wanted))


def read_batches(of: Any, path: str, format: str, wanted: Wanted, rows: int = BATCH_ROWS) -> Iterator[Any]:  # noqa: A002
    """The file piece by piece: frames, or lists of at most `rows` records."""
    name = frame_codec_name(of)
    if name is not None:
        yield from codec(name, purpose=f"a {of.__name__}").batches(of, path, format, wanted, rows)
        return
    piece: list[Any] = []
    for row in iterate(of, path, format, wanted):
        piece.append(row)
        if len(piece) == rows:
            yield piece
            piece = []
    if piece:
        yield piece


def iterate(of: Any, path: str, format: str, wanted: Wanted) -> Iterator[Any]:  # noqa: A002
    """Row by row: dicts, or instances of a record class, which also asks for its columns."""
    if of not in (None, list, dict) and not is_record(of):
        known = ", ".join(FRAMES)
        raise Unfit(f"{of!r} is no class of rows: use {known}, list, or a record class")
    if is_record(of):
        columns = tuple(each for each in columns_of(of) if each[0] not in dict(wanted))
        fields = set(dict(columns_of(of)))
        chosen = (*(each for each in wanted if each[0] in fields), *columns)
        enums = enums_of(of)
        for row in _dicts(path, format, chosen):
            made = {name: make(row[name]) for name, make in enums.items() if row.get(name) is not None}
            yield of(**{**row, **made})
        return
    yield from _dicts(path, format, wanted)


def _dicts(path: str, format: str, wanted: Wanted) -> Iterator[dict[str, Any]]:  # noqa: A002
    if format in records.FORMATS:
        return records.read(path, format, wanted)
    found: Iterator[dict[str, Any]] = _columnar(f"rows of a {format} file").rows_of(path, format, wanted)
    return found


def columns_in(path: str, format: str) -> tuple[Column, ...]:  # noqa: A002
    """The columns of a file."""
    if format in records.FORMATS:
        return records.header(path, format)
    found: tuple[Column, ...] = _columnar(f"the columns of a {format} file").schema_of(path, format)
    return found


def _columnar(purpose: str) -> Any:
    """The library that reads columnar files: what is loaded already, else pyarrow, else polars."""
    if "polars" in sys.modules and "pyarrow" not in sys.modules:
        return codec("polars", purpose=purpose)
    try:
        return codec("arrow", purpose=purpose)
    except LibraryMissing as missing:
        try:
            return codec("polars", purpose=purpose)
        except LibraryMissing:
            raise missing from None
