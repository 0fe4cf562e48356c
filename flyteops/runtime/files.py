"""Files in and out of the store, by content: `data/<sha256[:2]>/<sha256>`."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from flyteops.model.digest import Json
from flyteops.ports.store import BlobStore
from flyteops.runtime.endings import STORE, Ended, Mismatch
from flyteops.runtime.stored import blob_key, data_key
from flyteops.types import File

_CHUNK = 1 << 20


def file_digest(path: str) -> tuple[str, int]:
    """SHA-256 and size of a file, read once."""
    hasher = hashlib.sha256()
    size = 0
    with open(path, "rb") as file:  # noqa: PTH123
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
            size += len(chunk)
    return hasher.hexdigest(), size


def keep_path(store: BlobStore, path: str, format: str, *, below: str = "") -> Json:  # noqa: A002
    """Stores the file at a path, by content below a prefix when one is given, and returns its wire value."""
    sha256, size = file_digest(path)
    key = f"{below}/{data_key(sha256)}" if below else data_key(sha256)
    store.put_file(key, path)
    return {"$blob": {"uri": store.uri(key), "sha256": sha256, "size": size, "format": format}}


def keep_returned(store: BlobStore, value: Any, format: str, *, below: str = "") -> Json:  # noqa: A002
    """Stores what a function returned as a file; one that came from the store stays where it is."""
    if isinstance(value, File) and value.uri is not None:
        return {
            "$blob": {
                "uri": value.uri,
                "sha256": value.sha256,
                "size": value.size,
                "format": format or value.format,
            }
        }
    if not isinstance(value, os.PathLike):
        raise Mismatch(
            f"File was declared, the function returned {type(value).__name__}: return a pathlib.Path or a File"
        )
    path = os.path.abspath(os.fsdecode(value))  # noqa: PTH100
    if os.path.isdir(path):  # noqa: PTH112
        raise Mismatch(f"{path} is a folder: declare Directory, or return one of its files")
    if not os.path.isfile(path):  # noqa: PTH113
        raise Mismatch(f"there is no file {path}")
    return keep_path(store, path, format, below=below)


def blob_of(value: Json) -> dict[str, Json]:
    """The fields of a stored file or of stored rows."""
    for mark in ("$blob", "$data"):
        fields = value.get(mark) if isinstance(value, dict) else None
        if isinstance(fields, dict):
            return fields
    raise Mismatch(f"{value!r} is no file")


def fetch_to(store: BlobStore, blob: dict[str, Json], path: str) -> None:
    """Copies a stored file to a path; `Ended` when it is not what was stored."""
    sha256, size = blob.get("sha256"), blob.get("size")
    store.fetch_file(blob_key(store, blob), path)
    if file_digest(path) != (sha256, size):
        os.unlink(path)  # noqa: PTH108
        raise Ended(STORE, f"the stored file {sha256} is damaged")


def open_stored(store: BlobStore, blob: dict[str, Json], folder: str) -> File:
    """The `File` a function is given: nothing is read before it asks."""
    sha256, size = blob.get("sha256"), blob.get("size")
    if not isinstance(sha256, str) or not isinstance(size, int):
        raise Mismatch(f"the file {blob.get('uri')} was not taken into the store when the run was launched")
    form = str(blob.get("format") or "")

    suffix = f".{form}" if form.isalnum() else ""
    return File.stored(
        uri=str(blob["uri"]),
        sha256=sha256,
        size=size,
        format=form,
        fetch=lambda: fetch_stored(store, blob, folder, name=sha256[:16] + suffix),
    )


def fetch_stored(store: BlobStore, blob: dict[str, Json], folder: str, *, name: str) -> str:
    """Copies a file of the store once to `name` below the attempt's inputs and checks it."""
    path = os.path.join(folder, "inputs", name)  # noqa: PTH118
    if not os.path.exists(path):  # noqa: PTH110
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        fetch_to(store, blob, path)
    return path
