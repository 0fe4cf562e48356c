"""What a function may name in its signature: `File`, `Directory`, `Dataset`, `PyTorchCheckpoint`; `NonRecoverable`.

Standard library only and cheap to import: it is part of every pod. A plain function needs none of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import GenericAlias
from typing import IO, Any

from flyteops.codecs.checkpoint import PyTorchCheckpoint
from flyteops.codecs.dataset import Dataset


class NonRecoverable(Exception):
    """Raise it, or a class derived from it, when another try cannot help: the node fails at once."""


class File:
    """A file by path (made by a function) or by content (given to one); fetched when it is first needed."""

    __slots__ = ("_fetch", "_path", "format", "name", "sha256", "size", "uri")

    def __init__(self, path: str | os.PathLike[str], *, format: str = "") -> None:  # noqa: A002 - Flyte's word
        self._path: str | None = os.fspath(path)
        self._fetch: Callable[[], str] | None = None
        self.format = format
        self.name = os.path.basename(self._path)  # noqa: PTH119
        """Its name; of a file in a `Directory`, its path inside, with `/`."""
        self.uri: str | None = None
        """Where the store keeps it; None for a file that is not stored yet."""
        self.sha256: str | None = None
        self.size: int | None = None

    @classmethod
    def stored(
        cls,
        *,
        uri: str,
        sha256: str,
        size: int,
        format: str,  # noqa: A002 - Flyte's word
        fetch: Callable[[], str],
        name: str = "",
    ) -> File:
        """A file of the store: `fetch` copies it into the attempt's folder and returns the path."""
        file = cls("", format=format)
        file._path, file._fetch, file.name = None, fetch, name
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
    """A folder by path (made by a function) or by content (given to one). Looked into without fetching it:

    for file in folder: file.name, file.size, file.sha256      # each is fetched when it is opened
    folder["2026/january.csv"].open("r")                       # one of them
    os.listdir(folder)                                         # or any call that takes a path: all are fetched
    """

    __slots__ = ("_fetch", "_files", "_path", "format", "parts", "sha256", "size", "uri")

    def __init__(self, path: str | os.PathLike[str], *, format: str = "") -> None:  # noqa: A002 - Flyte's word
        self._path: str | None = os.fspath(path)
        self._files: Callable[[], list[File]] = self._local
        self._fetch: Callable[[], str] | None = None
        self.format = format
        self.uri: str | None = None
        """Where the store keeps its listing; None for a folder that is not stored yet."""
        self.sha256: str | None = None
        """Digest of the listing: of modes, sizes, digests and paths of all files."""
        self.size: int | None = None
        """Bytes of all files together."""
        self.parts: int | None = None
        """How many files there are."""

    @classmethod
    def stored(
        cls,
        *,
        uri: str,
        sha256: str,
        size: int,
        parts: int,
        format: str,  # noqa: A002
        files: Callable[[], list[File]],
        fetch: Callable[[], str],
    ) -> Directory:
        """A folder of the store: `files` reads its listing, `fetch` copies all of it and returns the path."""
        folder = cls("", format=format)
        folder._path, folder._files, folder._fetch = None, files, fetch
        folder.uri, folder.sha256, folder.size, folder.parts = uri, sha256, size, parts
        return folder

    def download(self) -> str:
        """The local path; copies every file here on the first call."""
        if self._path is None:
            if self._fetch is None:
                raise RuntimeError("a stored folder without a way to fetch it")
            self._path = self._fetch()
        return self._path

    def __fspath__(self) -> str:
        return self.download()

    def __iter__(self) -> Iterator[File]:
        """Every file below it, however deep, sorted by name."""
        return iter(sorted(self._files(), key=lambda file: file.name))

    def __len__(self) -> int:
        return len(self._files())

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> File:
        """The file of a path inside the folder; KeyError when there is none."""
        for file in self._files():
            if file.name == name:
                return file
        raise KeyError(name)

    def _local(self) -> list[File]:
        found: list[File] = []
        top = self.download()
        for folder, _, names in os.walk(top, followlinks=True):
            for name in names:
                file = File(os.path.join(folder, name))  # noqa: PTH118
                file.name = os.path.relpath(file.download(), top).replace(os.sep, "/")
                found.append(file)
        return found

    def __class_getitem__(cls, format: object) -> GenericAlias:  # noqa: A002
        return GenericAlias(cls, (format,))

    def __repr__(self) -> str:
        return f"Directory({self._path if self.uri is None else self.uri!r})"


os.PathLike.register(Directory)


class TFRecordFile(File):
    """A file of records, which are bytes, such as serialized tf.train.Example. Passed on and read without tensorflow.

        return TFRecordFile.write("out.tfrecord", examples, compression="GZIP")
        for data in file.records(): ...                 # bytes, one after the other
        file.dataset()                                  # a tf.data.TFRecordDataset; needs tensorflow

    `compression` ("", "ZLIB" or "GZIP"), `buffer_size`, `parallel_reads` and `dataset_name` say how it is read; they
    travel with it.
    """

    __slots__ = ("options",)

    def __init__(self, path: str | os.PathLike[str], *, format: str = "", **options: Any) -> None:  # noqa: A002
        super().__init__(path, format=format)
        self.options = record_options(options)

    @classmethod
    def write(cls, path: str | os.PathLike[str], records: Iterable[Any], **options: Any) -> TFRecordFile:
        """Writes records (bytes, or messages of protocol buffers) to a new file."""
        from flyteops.codecs.tfrecord import write_records

        made = cls(path, **options)
        write_records(records, made.download(), str(made.options.get("compression", "")))
        return made

    def records(self) -> Iterator[bytes]:
        """The records, each checked by its checksum."""
        from flyteops.codecs.tfrecord import read_records

        return read_records(self.download(), str(self.options.get("compression", "")))

    def dataset(self) -> Any:
        """The records as a `tf.data.TFRecordDataset`."""
        return _tf_dataset([self.download()], self.options)


class TFRecordsDirectory(Directory):
    """A folder of files of records, read in the order of their names. As `TFRecordFile`, with the same options."""

    __slots__ = ("options",)

    def __init__(self, path: str | os.PathLike[str], *, format: str = "", **options: Any) -> None:  # noqa: A002
        super().__init__(path, format=format)
        self.options = record_options(options)

    def records(self) -> Iterator[bytes]:
        """The records of all files."""
        from flyteops.codecs.tfrecord import read_records

        for file in self:
            yield from read_records(file.download(), str(self.options.get("compression", "")))

    def dataset(self) -> Any:
        """The records as a `tf.data.TFRecordDataset`."""
        return _tf_dataset([file.download() for file in self], self.options)


def record_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """How records are read: only what is said, checked."""
    from flyteops.codecs.tfrecord import checked_compression

    known = {"compression": str, "buffer_size": int, "parallel_reads": int, "dataset_name": str}
    for name, value in given.items():
        if name not in known:
            raise TypeError(f"there is no option {name!r} of records: use {', '.join(known)}")
        if value is not None and (not isinstance(value, known[name]) or isinstance(value, bool)):
            raise TypeError(f"{name} is of type {known[name].__name__}, not {type(value).__name__}")
    checked_compression(given.get("compression") or "")
    return {name: value for name, value in given.items() if value not in (None, "")}


def _tf_dataset(paths: list[str], options: Mapping[str, Any]) -> Any:
    from flyteops.codecs.table import codec

    return codec("tfdata", purpose="a tf.data.TFRecordDataset").dataset(paths, options)


__all__ = [
    "Dataset", "Directory", "File", "NonRecoverable", "PyTorchCheckpoint", "TFRecordFile", "TFRecordsDirectory",
]  # fmt: skip
