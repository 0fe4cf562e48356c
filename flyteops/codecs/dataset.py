"""`Dataset`: rows in a file, lazily. Importing it loads no library and reads nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from types import GenericAlias
from typing import Any

from flyteops.model.row_formats import row_format_of


class Dataset:
    """Rows in a file of a format: parquet (the default), arrow, csv or jsonl. Known to a run by its content.

    A function makes one of a frame, a table, records or the path of a file:

        Dataset(frame)                                # pandas, polars, pyarrow
        Dataset(rows, format="jsonl")                 # dicts, dataclasses, …: a list, or anything that yields them
        Dataset("out/scores.csv")                     # a file that is there; its suffix says the format

    A function that takes one reads as much as it wants. Nothing is fetched before:

        data.open(pandas.DataFrame).all()             # or polars.DataFrame, pyarrow.Table, list, a dataclass
        for piece in data.open(pandas.DataFrame).iter(rows=10_000): ...
        for row in data: ...                          # dicts, one after the other
        data.columns                                  # {"id": "int", "name": "str"}

    Where columns were declared, only those are read, and a file that lacks one is refused. csv and jsonl need no
    library; parquet and arrow need pyarrow or polars.
    """

    __slots__ = (
        "__weakref__", "_columns", "_fetch", "_path", "_rows", "document", "format", "sha256", "size", "uri", "wanted",
    )  # fmt: skip

    def __init__(self, rows: object, *, format: str = "") -> None:  # noqa: A002 - Flyte's word
        self._path: str | None = None
        self._rows: object = None
        self._fetch: Callable[[], str] | None = None
        self._columns: Mapping[str, str] | None = None
        self.wanted: Any = ()
        """The declared columns: the only ones that are read. Empty for all."""
        self.document: Any = None
        """How the store has it: the fields of its wire form."""
        self.uri: str | None = None
        """Where the store keeps it; None for one that is not stored yet."""
        self.sha256: str | None = None
        self.size: int | None = None
        self.format: str = format
        if isinstance(rows, Dataset):
            raise TypeError("a Dataset of a Dataset: return the first one as it is")
        if isinstance(rows, str | os.PathLike):
            self._path = os.fsdecode(rows)
            self.format = format or row_format_of(self._path)
        else:
            self._rows = rows

    @classmethod
    def stored(cls, document: Mapping[str, Any], *, wanted: Any, fetch: Callable[[], str]) -> Dataset:
        """One of the store: `fetch` copies the file into the attempt's folder and returns its path."""
        made = cls(None, format=document["format"])
        made.uri, made.sha256, made.size = document["uri"], document["sha256"], document["size"]
        made.document, made.wanted, made._fetch = document, wanted, fetch
        return made

    def open(self, of: Any = list) -> Opened:
        """A reader of the rows as a class of frames, as `list` (of dicts) or as a record class."""
        return Opened(self, of)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.open(dict).rows()

    @property
    def columns(self) -> Mapping[str, str]:
        """Names and types; the type is `?` where the file does not say (csv) or the language has no word for it."""
        if self._columns is None:
            from flyteops.codecs.rows import columns_in

            found = columns_in(self.download(), self.format)
            self._columns = {column.name: str(column) if column.type is not None else "?" for column in found}
        return self._columns

    def download(self) -> str:
        """The path of the file here; copies or writes it on the first call."""
        if self._path is None:
            self._path = self._fetch() if self._fetch is not None else self._written()
        return self._path

    def __fspath__(self) -> str:
        return self.download()

    @property
    def rows(self) -> object:
        """What a function made it of, while it is not in a file; else None."""
        return self._rows if self._path is None else None

    @property
    def path(self) -> str | None:
        """Where its file is, if it is here."""
        return self._path

    def _written(self) -> str:
        import shutil
        import tempfile
        import weakref

        from flyteops.codecs.rows import known_format, write_rows

        self.format = known_format(self.format)
        folder = tempfile.mkdtemp(prefix="flyteops-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        path = os.path.join(folder, f"rows.{self.format}")  # noqa: PTH118
        write_rows(self._rows, path, self.format, ())
        return path

    def __class_getitem__(cls, columns: object) -> GenericAlias:
        return GenericAlias(cls, (columns,))

    def __repr__(self) -> str:
        return f"Dataset({self.uri or self._path or type(self._rows).__name__!r}, format={self.format!r})"


os.PathLike.register(Dataset)


class Opened:
    """Rows about to be read as a class: `all()` at once, `iter()` in pieces."""

    __slots__ = ("_data", "_of")

    def __init__(self, data: Dataset, of: Any) -> None:
        self._data = data
        self._of = of

    def all(self) -> Any:
        """All rows: a frame, or a list."""
        from flyteops.codecs.rows import read_rows

        return read_rows(self._of, self._data.download(), self._data.format, self._data.wanted)

    def iter(self, *, rows: int = 65_536) -> Iterator[Any]:
        """Frames, or lists, of at most `rows` rows; a piece at a time is in memory."""
        from flyteops.codecs.rows import read_batches

        return read_batches(self._of, self._data.download(), self._data.format, self._data.wanted, rows)

    def rows(self) -> Iterator[Any]:
        """Row by row: dicts, or instances of the record class."""
        from flyteops.codecs.rows import iterate

        return iterate(self._of, self._data.download(), self._data.format, self._data.wanted)
