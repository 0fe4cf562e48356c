"""What a value keeps outside of itself: files, rows, models. The type says who stores it and who opens it."""

from __future__ import annotations

import os
from typing import Any

from flyteops.codecs.dataset import Dataset
from flyteops.codecs.faults import LibraryMissing, Unfit
from flyteops.model.digest import Json
from flyteops.ports.store import BlobStore
from flyteops.runtime.endings import IMPORT, Ended, Mismatch
from flyteops.runtime.files import keep_path, keep_returned, open_stored
from flyteops.runtime.flyte.values import handed
from flyteops.runtime.hints import bare, is_path
from flyteops.runtime.shapes import kind_of


class Outside:
    """Stores and opens for one attempt. `folder` is the attempt's own; what is stored goes by content below `below`.
    `scope` is the trust scope of the run: a pickle is read in that of its making only."""

    __slots__ = ("_below", "_count", "_folder", "_scope", "_store")

    def __init__(self, store: BlobStore, folder: str, *, scope: str, below: str = "") -> None:
        self._store = store
        self._scope = scope
        self._below = below
        self._folder = folder
        self._count = 0

    def keep(self, value: Any, of: Json) -> Json:
        """Stores what a function returned; its wire value."""
        kind, content = kind_of(of)
        try:
            match kind:
                case "file" | "directory" if content == "tensorflow/records":
                    from flyteops.runtime.records import keep_records

                    return keep_records(self._store, value, kind, scratch=self._scratch(), below=self._below)
                case "file" if "/" in str(content):
                    from flyteops.runtime.frameworks import keep_framework

                    return keep_framework(self._put, value, str(content), scratch=self._scratch())
                case "file" if isinstance(value, Dataset):
                    raise Mismatch("File was declared, the function returned a Dataset")
                case "file":
                    return keep_returned(self._store, value, str(content or ""), below=self._below)
                case "dataset":
                    from flyteops.runtime.datasets import keep_rows

                    return keep_rows(self._put, value, of, scratch=self._scratch())
                case "directory":
                    from flyteops.runtime.directories import keep_returned_directory

                    return keep_returned_directory(self._store, value, str(content or ""), below=self._below)
                case "pickle":
                    from flyteops.runtime.pickles import keep_pickle

                    return keep_pickle(self._put, value, str(content), scope=self._scope, scratch=self._scratch())
        except Unfit as found:
            raise Mismatch(str(found)) from None
        except LibraryMissing as missing:
            raise Ended(IMPORT, str(missing), kind="LibraryMissing") from None
        raise Mismatch(f"{of!r} is no type of this version")

    def open(self, value: Json, of: Json, hint: Any) -> Any:
        """What a function is given for a wire value."""
        kind, content = kind_of(of)
        plain = bare(hint)
        try:
            match kind:
                case "file" | "directory" if content == "tensorflow/records" and not _wants_file(plain):
                    from flyteops.runtime.records import open_records

                    return open_records(self._store, _fields(value, "$blob"), kind, self._folder)
                case "file" if "/" in str(content) and not _wants_file(plain):
                    from flyteops.runtime.frameworks import open_framework

                    return open_framework(self._store, _fields(value, "$blob"), str(content), plain, self._folder)
                case "file":
                    file = open_stored(self._store, _fields(value, "$blob"), self._folder)
                    return _as_path(file.download()) if is_path(plain) else handed(file, plain)
                case "dataset":
                    from flyteops.runtime.datasets import open_rows

                    return handed(open_rows(self._store, _fields(value, "$data"), of, plain, self._folder), plain)
                case "directory":
                    from flyteops.runtime.directories import open_directory

                    folder = open_directory(self._store, _fields(value, "$blob"), self._folder)
                    return _as_path(folder.download()) if is_path(plain) else handed(folder, plain)
                case "pickle":
                    from flyteops.runtime.pickles import open_pickle

                    blob = _fields(value, "$blob")
                    return open_pickle(self._store, blob, str(content), hint, scope=self._scope, folder=self._folder)
        except Unfit as found:
            raise Mismatch(str(found)) from None
        except LibraryMissing as missing:
            raise Ended(IMPORT, str(missing), kind="LibraryMissing") from None
        raise Mismatch(f"{of!r} is no type of this version")

    def _put(self, path: str, form: str) -> dict[str, Json]:
        """Stores a file; the fields of its blob."""
        return _fields(keep_path(self._store, path, form, below=self._below), "$blob")

    def _scratch(self) -> str:
        """A fresh folder to write one value's file into."""
        self._count += 1
        path = os.path.join(self._folder, ".kept", str(self._count))  # noqa: PTH118
        os.makedirs(path, exist_ok=True)  # noqa: PTH103
        return path


def _fields(value: Json, mark: str) -> dict[str, Json]:
    fields = value.get(mark) if isinstance(value, dict) else None
    if isinstance(fields, dict):
        return fields
    raise Mismatch(f"{value!r} is no {'dataset' if mark == '$data' else 'file'}")


def _wants_file(hint: Any) -> bool:
    """Whether the function wants the file of a model rather than the model."""
    from flyteops.runtime.hints import is_file

    return is_path(hint) or is_file(hint)


def _as_path(path: str) -> Any:
    import pathlib

    return pathlib.Path(path)
