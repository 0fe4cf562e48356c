"""Files and folders of records in and out of the store; how they are read travels with them, beside their content."""

from __future__ import annotations

import os
from typing import Any, TypeVar

from flyteops.model.digest import Json
from flyteops.ports.store import BlobStore
from flyteops.runtime.directories import keep_returned_directory, open_directory
from flyteops.runtime.files import keep_returned, open_stored
from flyteops.types import Directory, File, TFRecordFile, TFRecordsDirectory

FORMAT = "tensorflow/records"
Records = TypeVar("Records", File, Directory)


def keep_records(store: BlobStore, value: Any, kind: str, *, scratch: str, below: str) -> Json:
    """Stores records: a file or folder of them, or messages such as tf.train.Example, which are written here."""
    made = _written(value, kind, scratch)
    keep = keep_returned_directory if kind == "directory" else keep_returned
    kept = keep(store, made, FORMAT, below=below)
    fields = kept["$blob"] if isinstance(kept, dict) else None
    options = getattr(made, "options", None)
    return {"$blob": {**fields, "options": options}} if options and isinstance(fields, dict) else kept


def _written(value: Any, kind: str, scratch: str) -> Any:
    """Messages as a file, or as a folder with a file for each, as Flyte has them; all else as it is."""
    messages = value if isinstance(value, list) else [value]
    if not messages or not all(hasattr(each, "SerializeToString") for each in messages):
        return value
    if kind == "file":
        return TFRecordFile.write(os.path.join(scratch, "records"), messages)  # noqa: PTH118
    for number, message in enumerate(messages):
        TFRecordFile.write(os.path.join(scratch, f"part_{number:05}"), [message])  # noqa: PTH118
    return TFRecordsDirectory(scratch)


def open_records(store: BlobStore, blob: dict[str, Json], kind: str, folder: str) -> File | Directory:
    """The file or folder, of which nothing is read before it is asked for."""
    given = blob.get("options")
    options = dict(given) if isinstance(given, dict) else {}
    return _folder(store, blob, folder, options) if kind == "directory" else _file(store, blob, folder, options)


def _file(store: BlobStore, blob: dict[str, Json], folder: str, options: dict[str, Any]) -> File:
    plain = open_stored(store, blob, folder)
    made = TFRecordFile.stored(
        uri=str(blob["uri"]), sha256=str(plain.sha256), size=plain.size or 0, format=FORMAT, name=plain.name,
        fetch=plain.download,
    )  # fmt: skip
    return _with(made, options)


def _folder(store: BlobStore, blob: dict[str, Json], folder: str, options: dict[str, Any]) -> Directory:
    plain = open_directory(store, blob, folder)
    made = TFRecordsDirectory.stored(
        uri=str(blob["uri"]), sha256=str(plain.sha256), size=plain.size or 0, parts=plain.parts or 0, format=FORMAT,
        files=lambda: list(plain), fetch=plain.download,
    )  # fmt: skip
    return _with(made, options)


def _with(made: Records, options: dict[str, Any]) -> Records:
    # Both have options, which what they derive from has not.
    made.options = options  # type: ignore[attr-defined]
    return made
