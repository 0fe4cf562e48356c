"""pandas: frames by way of arrow. A float that is NaN stays NaN; other gaps are empty values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from flyteops.codecs import arrow
from flyteops.codecs.columns import Wanted, Written
from flyteops.codecs.faults import Unfit


def write(frame: Any, path: str, format: str, wanted: Wanted) -> Written:  # noqa: A002 - Flyte's word
    """Writes a DataFrame. parquet and arrow keep its index as pandas does, csv and jsonl a named one, as columns."""
    if len(set(frame.columns)) != len(frame.columns):
        raise Unfit("the frame has two columns of one name")
    strange = [name for name in frame.columns if not isinstance(name, str)]
    if strange:
        raise Unfit(f"the name of the column {strange[0]!r} is no text: rename it")
    if format in ("csv", "jsonl") and any(frame.index.names):
        frame = frame.reset_index()
    return arrow.write(_table(frame, keep_index=format in ("parquet", "arrow")), path, format, wanted)


def _table(frame: Any, *, keep_index: bool) -> Any:
    try:
        table = pa.Table.from_pandas(frame, preserve_index=None if keep_index else False)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise Unfit(f"the frame has a column that is not of one type: {'; '.join(map(str, error.args))}") from None
    for place, field in enumerate(table.schema):
        # pandas' own floats have no gaps, only NaN, which is a number for whoever reads the file.
        if pa.types.is_floating(field.type) and field.name in frame.columns and table.column(place).null_count:
            plain = frame[field.name].to_numpy()
            if plain.dtype.kind == "f":
                table = table.set_column(place, field, pa.array(plain, type=field.type, from_pandas=False))
    return table


def read(of: type, path: str, format: str, wanted: Wanted) -> Any:  # noqa: A002, ARG001
    """The whole file as a DataFrame."""
    return arrow.table_of(path, format, wanted).to_pandas()


def batches(of: type, path: str, format: str, wanted: Wanted, rows: int) -> Iterator[Any]:  # noqa: A002, ARG001
    """The file as DataFrames of at most `rows` rows."""
    for batch in arrow.batches(pa.RecordBatch, path, format, wanted, rows):
        yield batch.to_pandas()
