"""polars: frames, whole and lazy, in all four formats by polars itself. The one door to polars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from flyteops.codecs import records
from flyteops.codecs.columns import (
    Column,
    Wanted,
    Written,
    check_choices,
    check_columns,
    check_empty,
    choices_of,
    stored_as,
    without_none,
)
from flyteops.codecs.faults import Unfit
from flyteops.model.types import (
    BOOL,
    DATE,
    DATETIME,
    FLOAT,
    INT,
    NONE,
    STR,
    TIMEDELTA,
    ListOf,
    LiteralType,
    RecordField,
    RecordOf,
    accepts_none,
)

_SIMPLE: dict[Any, LiteralType] = {
    pl.Boolean: BOOL, pl.String: STR, pl.Categorical: STR, pl.Enum: STR, pl.Datetime: DATETIME, pl.Date: DATE,
    pl.Duration: TIMEDELTA, pl.Null: NONE,
}  # fmt: skip
_DECLARED: dict[LiteralType, Any] = {
    INT: pl.Int64, FLOAT: pl.Float64, BOOL: pl.Boolean, STR: pl.String, DATETIME: pl.Datetime("us", "UTC"),
    DATE: pl.Date, TIMEDELTA: pl.Duration("us"),
}  # fmt: skip
_TEXTUAL: dict[LiteralType, Any] = {
    INT: pl.Int64,
    FLOAT: pl.Float64,
    BOOL: pl.Boolean,
    STR: pl.String,
    DATETIME: pl.String,
    DATE: pl.String,
}


def write(frame: Any, path: str, format: str, wanted: Wanted) -> Written:  # noqa: A002 - Flyte's word
    """Writes a DataFrame or a LazyFrame; a lazy one goes to parquet and arrow without ever being whole in memory."""
    schema = frame.collect_schema()
    check_columns(_columns(schema), wanted)
    frame = _as_declared(frame, schema, wanted)
    lazy = isinstance(frame, pl.LazyFrame)
    if lazy and format in ("csv", "jsonl"):
        frame, lazy = frame.collect(engine="streaming"), False
    try:
        if lazy:
            (frame.sink_parquet if format == "parquet" else frame.sink_ipc)(path)
            frame = pl.scan_parquet(path) if format == "parquet" else pl.scan_ipc(path)
        else:
            _check_values(frame, wanted)
            writers = {
                "parquet": frame.write_parquet,
                "arrow": frame.write_ipc,
                "csv": frame.write_csv,
                "jsonl": frame.write_ndjson,
            }
            writers[format](path)
    except pl.exceptions.PolarsError as error:
        raise Unfit(f"{format}: {error}") from None
    if lazy:
        _check_values(frame.select(_declared_only(wanted)).collect(engine="streaming"), wanted)
    rows = int(frame.select(pl.len()).collect().item()) if lazy else frame.height
    return Written(columns=tuple(_columns(frame.collect_schema())), rows=rows)


def read(of: type, path: str, format: str, wanted: Wanted) -> Any:  # noqa: A002
    """The file as a DataFrame, or as a LazyFrame over it whose values are not looked at here."""
    lazy = _scanned(path, format, wanted)
    return lazy if of is pl.LazyFrame else _collected(lazy, format, wanted)


def batches(of: type, path: str, format: str, wanted: Wanted, rows: int) -> Iterator[Any]:  # noqa: A002, ARG001
    """The file as DataFrames of at most `rows` rows."""
    lazy = _scanned(path, format, wanted)
    try:
        for batch in lazy.collect_batches(chunk_size=rows):
            for piece in batch.iter_slices(rows):
                _check_values(piece, wanted)
                yield piece
    except pl.exceptions.PolarsError as error:
        raise Unfit(f"the {format} file: {error}") from None


def rows_of(path: str, format: str, wanted: Wanted) -> Iterator[dict[str, Any]]:  # noqa: A002
    """Row by row, as dicts."""
    for batch in batches(pl.DataFrame, path, format, wanted, 65_536):
        yield from batch.iter_rows(named=True)


def schema_of(path: str, format: str) -> tuple[Column, ...]:  # noqa: A002
    """The columns of a file."""
    return tuple(_columns(_scanned(path, format, ()).collect_schema()))


def _collected(lazy: Any, format: str, wanted: Wanted) -> Any:  # noqa: A002
    try:
        frame = lazy.collect()
    except pl.exceptions.PolarsError as error:
        raise Unfit(f"the {format} file: {error}") from None
    _check_values(frame, wanted)
    return frame


def _scanned(path: str, format: str, wanted: Wanted) -> Any:  # noqa: A002
    """A LazyFrame of the declared columns only, in their order and types."""
    try:
        lazy = _scan(path, format, wanted)
        schema = lazy.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unfit(f"the file is no readable {format}: {error}") from None
    check_columns(_columns(schema), wanted)
    return _as_declared(lazy.select(_declared_only(wanted)), schema, wanted) if wanted else lazy


def _scan(path: str, format: str, wanted: Wanted) -> Any:  # noqa: A002
    if format == "parquet":
        return pl.scan_parquet(path, glob=False)
    if format == "arrow":
        return pl.scan_ipc(path)
    have = [column.name for column in records.header(path, format)]
    if not have:  # of jsonl that is no rows, of a csv no header either
        typed = {name: _DECLARED.get(without_none(stored_as(of)), pl.Null) for name, of in wanted}
        return pl.LazyFrame(schema=typed if format == "jsonl" else {})
    plain = {name: without_none(stored_as(of)) for name, of in wanted if name in have}
    if format == "csv":
        check_columns([Column(name, dict(wanted).get(name)) for name in have], wanted)
        typed = {name: _TEXTUAL[of] for name, of in plain.items() if of in _TEXTUAL}
        lazy = pl.scan_csv(path, schema_overrides=typed, try_parse_dates=not wanted, glob=False)
    else:
        # Read as it is, so that a column of another type is told by its name.
        lazy = pl.scan_ndjson(path, infer_schema_length=None)
    times = [pl.col(name).str.to_datetime(time_unit="us", time_zone="UTC") for name in plain if plain[name] == DATETIME]
    dates = [pl.col(name).str.to_date() for name in plain if plain[name] == DATE]
    # An empty text and no text are one in a csv: where text is declared, and may not be absent, it is empty.
    texts = [
        pl.col(name).fill_null("")
        for name, of in wanted
        if format == "csv" and plain.get(name) == STR and not accepts_none(of)
    ]
    return lazy.with_columns(*times, *dates, *texts)


def _declared_only(wanted: Wanted) -> list[Any]:
    return [pl.col(name) for name, _ in wanted]


def _columns(schema: Any) -> Iterator[Column]:
    for name, of in schema.items():
        yield Column(name, _type(of), str(of))


def _type(of: Any) -> LiteralType | None:
    if of.is_integer():
        return INT
    if of.is_float():
        return FLOAT
    if isinstance(of, pl.List | pl.Array):
        item = _type(of.inner)
        return ListOf(item) if item is not None else None
    if isinstance(of, pl.Struct):
        inner = [(field.name, _type(field.dtype)) for field in of.fields]
        fields = tuple(RecordField(name, each) for name, each in inner if each is not None)
        return RecordOf(fields) if len(fields) == len(inner) else None
    return _SIMPLE.get(of.base_type())


def _as_declared(frame: Any, schema: Any, wanted: Wanted) -> Any:
    """The frame with whole numbers as floats where floats were declared, and what is empty as what was declared;
    nothing else is converted.
    """
    casts = [
        pl.col(name).cast(_DECLARED[plain])
        for name, of in wanted
        if (plain := without_none(stored_as(of))) in _DECLARED
        and (schema[name] == pl.Null or (plain == FLOAT and schema[name].is_integer()))
    ]
    return frame.with_columns(casts) if casts else frame


def _check_values(frame: Any, wanted: Wanted) -> None:
    check_empty({name: frame[name].null_count() for name, _ in wanted}, wanted)
    for name, of in wanted:
        if choices_of(of) is not None:
            check_choices(name, frame[name].unique().to_list(), of)
