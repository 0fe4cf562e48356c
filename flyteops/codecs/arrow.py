"""pyarrow: tables and streams of batches, in all four formats. The one door to pyarrow."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.ipc as pa_ipc
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from flyteops.codecs import records
from flyteops.codecs.arrow_types import column_type, declared_type
from flyteops.codecs.columns import (
    Column,
    Wanted,
    Written,
    check_choices,
    check_columns,
    check_empty,
    choices_of,
    without_none,
)
from flyteops.codecs.faults import Unfit
from flyteops.model.types import DATETIME, FLOAT, STR, accepts_none

BATCH_ROWS = 65_536
_BLOCK_BYTES = 8 << 20
"""Of text read at once: no row may be longer."""
_HIDDEN = "__index_level_"


def write(frame: Any, path: str, format: str, wanted: Wanted) -> Written:  # noqa: A002 - Flyte's word
    """Writes a Table, a RecordBatch or a stream of batches."""
    if isinstance(frame, pa.RecordBatchReader):
        return write_batches(frame.schema, frame, path, format, wanted)
    table = pa.Table.from_batches([frame]) if isinstance(frame, pa.RecordBatch) else frame
    return write_batches(table.schema, [table], path, format, wanted)


def write_rows(rows: Iterable[dict[str, Any]], path: str, format: str, wanted: Wanted) -> Written:  # noqa: A002
    """Writes dicts, a batch at a time; the first batch and what is declared say the types."""
    walk = iter(rows)
    first = list(itertools.islice(walk, BATCH_ROWS))
    declared = {name: declared_type(of) for name, of in wanted}
    try:
        head = pa.Table.from_pylist(first) if first else pa.table({})
        if first:
            check_columns(columns_of(head.schema), [each for each in wanted if not accepts_none(each[1])])
        names = [*head.column_names, *(name for name in declared if name not in head.column_names)]
        fields = [(name, declared.get(name) or head.schema.field(name).type) for name in names]
        schema = pa.schema(fields)
        batches = itertools.chain([first], iter(lambda: list(itertools.islice(walk, BATCH_ROWS)), []))
        made = (pa.Table.from_pylist(batch, schema=schema) for batch in batches)
        return write_batches(schema, made, path, format, wanted)
    except (pa.ArrowInvalid, pa.ArrowTypeError, KeyError) as error:
        raise Unfit(f"the rows make no table: {error}") from None


def write_batches(schema: Any, batches: Iterable[Any], path: str, format: str, wanted: Wanted) -> Written:  # noqa: A002
    """Writes tables or batches of one schema, checked one by one."""
    twice = [name for name, count in Counter(schema.names).items() if count > 1]
    if twice:
        raise Unfit(f'there are two columns of the name "{twice[0]}"')
    check_columns(columns_of(schema), wanted)
    target = _as_declared(schema, wanted)
    if format == "csv":
        target = _flat(target)
    rows = 0
    with _writer(path, format, target) as put:
        for batch in batches:
            _check_values(batch, wanted)
            rows += batch.num_rows
            table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
            put(table if table.schema == target else table.cast(target))
    return Written(columns=tuple(columns_of(target)), rows=rows)


class _writer:  # noqa: N801 - reads as the function it stands for
    """Opens a file of a format; inside, what puts a table into it."""

    def __init__(self, path: str, format: str, schema: Any) -> None:  # noqa: A002
        self._open: Callable[[], Any] = {
            "parquet": lambda: pq.ParquetWriter(path, schema),
            "arrow": lambda: pa_ipc.new_file(path, schema),
            "csv": lambda: pa_csv.CSVWriter(path, schema),
            "jsonl": lambda: open(path, "w", encoding="utf-8"),  # noqa: PTH123, SIM115 - closed in __exit__
        }[format]
        self._jsonl = format == "jsonl"

    def __enter__(self) -> Callable[[Any], None]:
        try:
            self._file = self._open()
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise Unfit(str(error)) from None
        return self._put_lines if self._jsonl else self._put

    def _put(self, table: Any) -> None:
        try:
            write = self._file.write_table if hasattr(self._file, "write_table") else self._file.write
            write(table)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise Unfit(f"{error}: use parquet") from None

    def _put_lines(self, table: Any) -> None:
        for batch in table.to_batches(max_chunksize=BATCH_ROWS):
            self._file.writelines(records.line_of(row) for row in batch.to_pylist())

    def __exit__(self, *_: object) -> None:
        self._file.close()


def read(of: Any, path: str, format: str, wanted: Wanted) -> Any:  # noqa: A002
    """The whole file as the class: a Table, or a stream that is read while it is walked."""
    if of is pa.RecordBatchReader:
        schema, walk = _opened(path, format, wanted, BATCH_ROWS)
        return pa.RecordBatchReader.from_batches(schema, walk)
    table = table_of(path, format, wanted)
    return table.combine_chunks().to_batches()[0] if of is pa.RecordBatch and table.num_rows else table


def table_of(path: str, format: str, wanted: Wanted) -> Any:  # noqa: A002
    """The whole file as a Table: only the declared columns, in their order and types."""
    schema, walk = _opened(path, format, wanted, 1 << 20)
    return pa.Table.from_batches(list(walk), schema=schema)


def batches(of: Any, path: str, format: str, wanted: Wanted, rows: int) -> Iterator[Any]:  # noqa: A002
    """The file piece by piece, each at most `rows` long."""
    for batch in _opened(path, format, wanted, rows)[1]:
        yield pa.Table.from_batches([batch]) if of is pa.Table else batch


def rows_of(path: str, format: str, wanted: Wanted) -> Iterator[dict[str, Any]]:  # noqa: A002
    """Row by row, as dicts."""
    for batch in _opened(path, format, wanted, BATCH_ROWS)[1]:
        yield from batch.to_pylist()


def schema_of(path: str, format: str) -> tuple[Column, ...]:  # noqa: A002
    """The columns of a file."""
    return tuple(columns_of(_opened(path, format, (), BATCH_ROWS)[0]))


def _opened(path: str, format: str, wanted: Wanted, rows: int) -> tuple[Any, Iterator[Any]]:  # noqa: A002
    """The schema as declared, and the batches in it. Projection happens while reading, not after."""
    try:
        schema, walk = _source(path, format, wanted, rows)
    except (pa.ArrowException, OSError) as error:
        raise Unfit(f"the file is no readable {format}: {_named(error, path, format)}") from None
    if not wanted:
        return schema, _guarded(walk, schema, (), path, format)
    check_columns(columns_of(schema), wanted)
    target = _as_declared(pa.schema([schema.field(name) for name, _ in wanted], metadata=schema.metadata), wanted)
    return target, _guarded(walk, target, wanted, path, format)


def _named(error: Exception, path: str, format: str) -> str:  # noqa: A002
    """What arrow says of a column of a csv, with the column's name in place of its number."""
    found = re.match(r"In CSV column #(\d+): (.*)", str(error))
    if format != "csv" or found is None:
        return str(error)
    names = [column.name for column in records.header(path, "csv")]
    number = int(found[1])
    return f'the column "{names[number]}": {found[2]}' if number < len(names) else str(error)


def _guarded(walk: Iterator[Any], target: Any, wanted: Wanted, path: str, format: str) -> Iterator[Any]:  # noqa: A002
    try:
        for batch in walk:
            picked = batch.select(target.names) if wanted else batch
            if format in ("csv", "jsonl"):
                picked = _filled(picked.cast(target), wanted) if format == "csv" else picked.cast(target)
            _check_values(picked, wanted)
            yield picked if picked.schema == target else picked.cast(target)
    except (pa.ArrowException, OSError) as error:
        raise Unfit(f"the {format} file: {_named(error, path, format)}") from None


def _filled(batch: Any, wanted: Wanted) -> Any:
    """An empty text and no text are one in a csv: where text is declared, and may not be absent, it is empty."""
    for place, (_, of) in enumerate(wanted):
        if of == STR:
            batch = batch.set_column(place, batch.schema.field(place), pc.fill_null(batch.column(place), ""))
    return batch


def _source(path: str, format: str, wanted: Wanted, rows: int) -> tuple[Any, Iterator[Any]]:  # noqa: A002
    names = [name for name, _ in wanted]
    match format:
        case "parquet":
            file = pq.ParquetFile(path, memory_map=True)
            kept = [name for name in names if name in file.schema_arrow.names] if names else None
            return file.schema_arrow, file.iter_batches(batch_size=rows, columns=kept)
        case "arrow":
            reader = pa_ipc.open_file(pa.memory_map(path))
            return reader.schema, _cut((reader.get_batch(i) for i in range(reader.num_record_batches)), rows)
        case "csv":
            return _csv(path, wanted, rows)
        case _:
            return _jsonl(path, wanted, rows)


def _cut(walk: Iterable[Any], rows: int) -> Iterator[Any]:
    for batch in walk:
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def _csv(path: str, wanted: Wanted, rows: int) -> tuple[Any, Iterator[Any]]:
    have = [column.name for column in records.header(path, "csv")]
    if not have:
        return pa.schema([]), iter(())
    check_columns([Column(name, dict(wanted).get(name)) for name in have], wanted)
    typed = {name: declared_type(of) for name, of in wanted}
    options = pa_csv.ConvertOptions(
        column_types={name: of for name, of in typed.items() if of is not None},
        include_columns=list(typed),
        strings_can_be_null=bool(wanted),
        null_values=[""] if wanted else None,
        true_values=["true", "True"],
        false_values=["false", "False"],
    )
    reader = pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )
    return reader.schema, _cut(iter(reader), rows)


def _jsonl(path: str, wanted: Wanted, rows: int) -> tuple[Any, Iterator[Any]]:
    have = {column.name for column in records.header(path, "jsonl")}
    typed = [(name, declared_type(of)) for name, of in wanted]
    if not have:
        return pa.schema([(name, of or pa.string()) for name, of in typed]), iter(())
    # JSON has no dates and times: their text is read here, and turned into them by the cast that follows.
    times = {name: of for name, of in typed if of in (pa.date32(), declared_type(DATETIME))}
    parsed = [(name, pa.string() if name in times else of) for name, of in typed if of is not None]
    options = pa_json.ParseOptions(explicit_schema=pa.schema(parsed) if wanted else None)
    read_options = pa_json.ReadOptions(block_size=_BLOCK_BYTES)
    reader = pa_json.open_json(path, read_options=read_options, parse_options=options)
    fields = [field.with_type(times.get(field.name, field.type)) for field in reader.schema]
    return pa.schema(fields), _cut(iter(reader), rows)


def columns_of(schema: Any) -> Iterator[Column]:
    """The columns of a schema; the unnamed index that pandas puts there is none."""
    for field in schema:
        if not field.name.startswith(_HIDDEN):
            yield Column(field.name, column_type(field.type), str(field.type))


def _as_declared(schema: Any, wanted: Wanted) -> Any:
    """The schema with whole numbers as floats where floats were declared, and what is empty as what was declared;
    nothing else is converted.
    """
    declared = dict(wanted)

    def typed(field: Any) -> Any:
        of = declared.get(field.name)
        if of is None:
            return field
        if pa.types.is_null(field.type):
            return field.with_type(declared_type(of) or field.type)
        whole = pa.types.is_integer(field.type) and without_none(of) == FLOAT
        return field.with_type(pa.float64()) if whole else field

    return pa.schema([typed(field) for field in schema], metadata=schema.metadata)


def _flat(schema: Any) -> Any:
    """The schema as a csv can hold it: categories as their values."""
    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field for field in schema
    ]
    return pa.schema(fields)


def _check_values(batch: Any, wanted: Wanted) -> None:
    check_empty({name: batch.column(name).null_count for name, _ in wanted}, wanted)
    for name, of in wanted:
        if choices_of(of) is not None:
            check_choices(name, pc.unique(batch.column(name)).to_pylist(), of)
