"""Rows in and out of the store: a frame is written and read here, a `Dataset` is opened by whoever reads it."""

from __future__ import annotations

import os
import typing
from collections.abc import Iterable
from typing import Any

from flyteops.codecs.columns import Column, Wanted, check_columns
from flyteops.codecs.dataset import Dataset
from flyteops.codecs.faults import LibraryMissing, Unfit
from flyteops.codecs.row_types import is_record
from flyteops.codecs.rows import columns_in, is_rows, iterate, known_format, read_batches, read_rows, write_rows
from flyteops.codecs.table import frame_codec_name
from flyteops.model.digest import Json
from flyteops.model.types import DatasetOf, type_wire
from flyteops.model.wire_types import read_type
from flyteops.ports.store import BlobStore
from flyteops.runtime.files import open_stored
from flyteops.runtime.frameworks import Put


def keep_rows(put: Put, value: Any, of: Json, *, scratch: str) -> Json:
    """Stores a frame, records or a `Dataset`, checked against the declared columns. `Unfit` when they differ."""
    declared = _declared(of)
    if isinstance(value, Dataset) and value.uri is not None:
        _check_format(value.format, declared.format)
        _check_stored(value, declared.columns)
        return {"$data": value.document}
    if isinstance(value, Dataset) and value.path is not None and value.rows is None:
        return _keep_file(put, value, declared)
    rows, wanted = (value.rows, value.format) if isinstance(value, Dataset) else (value, "")
    _check_format(wanted, declared.format)
    if not is_rows(rows):
        raise Unfit(f"Dataset was declared, the function returned {type(value).__name__}: return a frame or a Dataset")
    format = known_format(wanted or declared.format)  # noqa: A001 - Flyte's word
    path = os.path.join(scratch, f"rows.{format}")  # noqa: PTH118
    written = write_rows(rows, path, format, declared.columns)
    kept = {**put(path, format), "columns": _columns_wire(written.columns)}
    os.unlink(path)  # noqa: PTH108
    return {"$data": {**kept, "rows": written.rows}}


def _keep_file(put: Put, value: Dataset, declared: DatasetOf) -> Json:
    path = os.path.abspath(str(value.path))  # noqa: PTH100
    if not os.path.isfile(path):  # noqa: PTH113
        is_folder = os.path.isdir(path)  # noqa: PTH112
        raise Unfit(f"{path} is a folder: a Dataset is one file" if is_folder else f"there is no file {path}")
    format = value.format or declared.format  # noqa: A001
    if not format:
        raise Unfit(f"the format of {path} is not known from its suffix: say Dataset(…, format='csv')")
    _check_format(format, declared.format)
    known_format(format)
    if declared.columns:
        check_columns(_typed(columns_in(path, format), declared.columns, format), declared.columns)
        # Values are checked where they are read: what is stored as declared has to be it.
        for _ in read_batches(dict, path, format, declared.columns):
            pass
    return {"$data": {**put(path, format), "columns": _columns_wire(_readable_columns(path, format))}}


def _typed(found: Iterable[Column], wanted: Wanted, format: str) -> list[Column]:  # noqa: A002
    """Columns of a csv are what they are read as; jsonl is looked at row by row."""
    declared = dict(wanted)
    textual = format in ("csv", "jsonl")
    return [
        Column(each.name, declared.get(each.name, each.type) if textual else each.type, each.text) for each in found
    ]


def _readable_columns(path: str, format: str) -> tuple[Column, ...] | None:  # noqa: A002
    """The file's columns; None where the library that reads them is not here, which is no need to pass it on."""
    try:
        return columns_in(path, format)
    except LibraryMissing:
        return None


def _check_stored(value: Dataset, wanted: Wanted) -> None:
    if wanted and wanted != value.wanted:
        known = _columns_known(value.document)
        check_columns(columns_in(value.download(), value.format) if known is None else known, wanted)


def _check_format(found: str, wanted: str) -> None:
    if found and wanted and found != wanted:
        raise Unfit(f"the dataset is {found}, declared is {wanted}: open it and return the frame, or declare {found}")


def _declared(of: Json) -> DatasetOf:
    found = read_type(of)
    if isinstance(found, DatasetOf):
        return found
    raise Unfit(f"{of!r} is no type of rows")


def _columns_wire(columns: tuple[Column, ...] | None) -> Json:
    if columns is None:
        return None
    return [[each.name, None if each.type is None else type_wire(each.type)] for each in columns]


def _columns_known(document: Any) -> list[Column] | None:
    """The columns with their types as they were when stored; None when not all of them are known."""
    columns = document.get("columns")
    if not isinstance(columns, list) or any(of is None for _, of in columns):
        return None
    return [Column(str(name), read_type(of)) for name, of in columns]


def open_rows(store: BlobStore, data: dict[str, Json], of: Json, hint: Any, folder: str) -> Any:
    """A frame or a list of records where the function wants one, else a `Dataset` that has read nothing yet."""
    declared = _declared(of)
    format = str(data.get("format") or "")  # noqa: A001
    if not format:
        raise Unfit(f"the format of {data.get('uri')} is not known: name it in the type, {{dataset: …, format: csv}}")
    known_format(format)
    known = _columns_known(data)
    if known is not None:
        check_columns(known, declared.columns, declared="wanted")
    fetch = open_stored(store, data, folder).download
    if frame_codec_name(hint) is not None:
        return read_rows(hint, fetch(), format, declared.columns)
    if (typing.get_origin(hint) or hint) is list:
        item = next(iter(typing.get_args(hint)), dict)
        return list(iterate(item if is_record(item) else dict, fetch(), format, declared.columns))
    return Dataset.stored(data, wanted=declared.columns, fetch=fetch)
