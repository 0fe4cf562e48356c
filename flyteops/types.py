"""What a function may name in its signature: `File`, `Dataset`, `PyTorchCheckpoint`; the exception never retried.

Standard library only and cheap to import: it is part of every pod. A plain function needs none of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import GenericAlias
from typing import IO, Any

from flyteops.codecs.checkpoint import PyTorchCheckpoint
from flyteops.codecs.dataset import Dataset


class NonRecoverable(Exception):
    """Raise it, or a class derived from it, when another try cannot help: the node fails at once."""


class File:
    """A file by path (made by a function) or by content (given to one); fetched when it is first needed."""

    __slots__ = ("_fetch", "_path", "format", "sha256", "size", "uri")

    def __init__(self, path: str | os.PathLike[str], *, format: str = "") -> None:  # noqa: A002 - Flyte's word
        self._path: str | None = os.fspath(path)
        self._fetch: Callable[[], str] | None = None
        self.format = format
        self.uri: str | None = None
        """Where the store keeps it; None for a file that is not stored yet."""
        self.sha256: str | None = None
        self.size: int | None = None

    @classmethod
    def stored(cls, *, uri: str, sha256: str, size: int, format: str, fetch: Callable[[], str]) -> File:  # noqa: A002
        """A file of the store: `fetch` copies it into the attempt's folder and returns the path."""
        file = cls("", format=format)
        file._path, file._fetch = None, fetch
        file.uri, file.sha256, file.size = uri, sha256, size
        return file

    def download(self) -> str:
        """The local path; copies the content here on the first call."""
        if self._path is None:
            if self._fetch is None:
                raise RuntimeError("a stored file without a way to fetch it")
            self._path = self._fetch()
        return self._path

    def open(self, mode: str = "rb", **options: Any) -> IO[Any]:
        """Opens the local copy as `open()` does."""
        return open(self.download(), mode, **options)  # noqa: PTH123

    def __fspath__(self) -> str:
        return self.download()

    def __class_getitem__(cls, format: object) -> GenericAlias:  # noqa: A002
        return GenericAlias(cls, (format,))

    def __repr__(self) -> str:
        return f"File({self._path if self.uri is None else self.uri!r})"


os.PathLike.register(File)


class Directory:
    """A folder of files; not supported yet."""

    def __init__(self, *_: object, **__: object) -> None:
        raise NotImplementedError("flyteops.types.Directory is not supported yet: return a File, such as an archive")

    def __class_getitem__(cls, format: object) -> GenericAlias:  # noqa: A002
        return GenericAlias(cls, (format,))


__all__ = ["Dataset", "Directory", "File", "NonRecoverable", "PyTorchCheckpoint"]
