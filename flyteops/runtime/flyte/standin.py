"""What `flytekit` and `union` have where they are not installed: decorators that change nothing, settings that nobody
reads, files, folders and rows of ours under Flyte's names, and the context of the attempt."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flyteops.codecs.faults import LibraryMissing, Unfit
from flyteops.context import Current, current
from flyteops.model.flyte_names import ACCELERATORS
from flyteops.runtime.flyte.hosted import HostedCheckpoint, HostedSecrets
from flyteops.runtime.flyte.values import UPLOAD_PLACE
from flyteops.runtime.warm import remembered
from flyteops.types import Dataset, Directory, File, PyTorchCheckpoint, TFRecordFile, TFRecordsDirectory

_FILES = {
    "CSVFile": "csv", "HDF5EncodedFile": "hdf5", "HTMLPage": "html", "JPEGImageFile": "jpeg",
    "JoblibSerializedFile": "joblib", "ONNXFile": "onnx", "PDFFile": "pdf", "PNGImageFile": "png",
    "PythonNotebook": "ipynb", "PythonPickledFile": "python_pickle", "SVGImageFile": "svg",
}  # fmt: skip


class Unserved:
    """A name of Flyte's that is not served: it may stand in an import, every use of it says what is missing."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def _refuse(self) -> Any:
        raise LibraryMissing(
            f"{self.__name__} is used, which is there only where flytekit is installed: name flytekit in the "
            "requirements of the task's image"
        )

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Is a use."""
        return self._refuse()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._refuse()

    def __getitem__(self, _: object) -> Any:
        return self._refuse()


# ------------------------------------------------------------------------------------------------ decorators


def _decorator(function: Any = None, /, **_: Any) -> Any:
    """`@task` and `@task(…)`: the function as it is."""
    return function if function is not None else _decorator


def _remembered(function: Any = None, /, **_: Any) -> Any:
    return remembered(function) if function is not None else remembered


class Settings:
    """`Resources(…)`, `ImageSpec(…)` and the like: YAML says what they say, so nobody reads them here."""

    def __init__(self, *_: Any, **options: Any) -> None:
        for name, value in options.items():
            setattr(self, name, value)


class ImageSpec(Settings):
    """An image; every change of it is one again."""

    def is_container(self) -> bool:
        """Whether this runs in the image: the packages of a task are there."""
        return True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("with_") or name == "force_push":
            return lambda *_, **__: self
        raise AttributeError(name)


class ActorEnvironment(Settings):
    """An actor, whose decorator changes nothing."""

    task = staticmethod(_decorator)


class Secret(Settings):
    """A secret's name."""

    class MountType:
        """How Flyte shows it."""

        ANY, ENV_VAR, FILE = "any", "env_var", "file"


def kwtypes(**columns: Any) -> dict[str, Any]:
    """Columns and their types."""
    return columns


class HashMethod(Settings):
    """How Flyte would hash a value; here content counts."""


# ------------------------------------------------------------------------------------------------- types


def _refuse_place(name: str, place: object) -> None:
    if place:
        raise Unfit(UPLOAD_PLACE.format(name=name, place=place))


def _local(path: str | os.PathLike[str]) -> str:
    """A path of this machine; what lies elsewhere is fetched for an input, or by flytekit."""
    text = os.fspath(path)
    if "://" in text and not text.startswith("file://"):
        raise LibraryMissing(f"{text} lies elsewhere: make it an input of the task, or name flytekit in the image")
    return text.removeprefix("file://")


class FlyteFile(File):
    """A file by path, or one of the store that is fetched when it is needed."""

    __slots__ = ()

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        format: str = "",  # noqa: A002 - Flyte's word
        remote_path: object = None,
    ) -> None:
        _refuse_place("FlyteFile", remote_path)
        super().__init__(_local(path), format=format)

    @property
    def path(self) -> str:
        """The local path."""
        return self.download()

    @property
    def remote_source(self) -> str | None:
        """Where the store has it."""
        return self.uri

    @classmethod
    def new(cls, filename: str | os.PathLike[str]) -> FlyteFile:
        """A file to be written below the working directory."""
        return cls(os.path.join(current().workdir, filename))  # noqa: PTH118

    def __str__(self) -> str:
        return self.download()


class FlyteDirectory(Directory):
    """A folder by path, or one of the store that is fetched when it is needed."""

    __slots__ = ()

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        format: str = "",  # noqa: A002 - Flyte's word
        remote_directory: object = None,
    ) -> None:
        _refuse_place("FlyteDirectory", remote_directory)
        super().__init__(_local(path), format=format)

    @property
    def path(self) -> str:
        """The local path."""
        return self.download()

    @property
    def remote_source(self) -> str | None:
        """Where the store has it."""
        return self.uri

    @staticmethod
    def listdir(directory: Directory) -> list[FlyteFile | FlyteDirectory]:
        """The files and folders directly in it."""
        top = directory.download()
        places = [os.path.join(top, name) for name in sorted(os.listdir(top))]  # noqa: PTH118, PTH208
        return [FlyteDirectory(place) if os.path.isdir(place) else FlyteFile(place) for place in places]  # noqa: PTH112

    def crawl(self) -> Iterator[tuple[str, str]]:
        """The folder and the path inside of every file."""
        for file in self:
            yield self.download(), file.name

    def __str__(self) -> str:
        return self.download()


class StructuredDataset:
    """A frame to be stored, or rows of the store: `open(pandas.DataFrame).all()`."""

    def __init__(self, dataframe: Any = None, uri: str | None = None, *, file_format: str = "", **_: Any) -> None:
        self.dataframe = dataframe
        self.uri = uri
        self.file_format = file_format
        self._data: Dataset | None = None
        self._of: Any = None

    @classmethod
    def handed(cls, data: Dataset) -> StructuredDataset:
        """Rows of the store."""
        made = cls(uri=data.uri, file_format=data.format)
        made._data = data
        return made

    def rows(self) -> Dataset:
        """As it is stored."""
        if self._data is None:
            self._data = Dataset(self.uri if self.dataframe is None else self.dataframe, format=self.file_format)
        return self._data

    def open(self, dataframe_type: Any) -> StructuredDataset:
        """Says as what the rows are read."""
        self._of = dataframe_type
        return self

    def all(self) -> Any:
        """All rows."""
        return self.rows().open(self._of).all()

    def iter(self) -> Iterator[Any]:
        """The rows in pieces."""
        return self.rows().open(self._of).iter()


@dataclass
class FlyteError:
    """What a failure handler is told."""

    message: str
    failed_node_id: str


# ------------------------------------------------------------------------------------------------ errors


class FlyteUserException(Exception):
    """A fault of the user's code."""


class FlyteRecoverableException(FlyteUserException):
    """A fault that goes away by itself: the attempt is tried again."""


class FlyteAssertion(FlyteUserException, AssertionError):
    """Something that should hold does not."""


class FlyteTimeout(FlyteAssertion):
    """It took too long."""


class FlyteValueException(FlyteUserException, ValueError):
    """A value is wrong."""


# ------------------------------------------------------------------------------------------------ context


class Deck:
    """A page of the attempt."""

    def __init__(self, name: str, html: str | None = "", *, auto_add_to_deck: bool = True) -> None:
        self.name = name
        self.html = html or ""
        if auto_add_to_deck:
            current_context().decks.append(self)

    def append(self, html: str) -> Deck:
        """Adds to the page."""
        self.html = f"{self.html}\n{html}"
        return self


class ExecutionId:
    """Which run this is."""

    def __init__(self, project: str, domain: str, name: str) -> None:
        self.project = project
        self.domain = domain
        self.name = name


class Context:
    """What `current_context()` answers."""

    def __init__(self) -> None:
        running = current()
        self.working_directory = running.workdir
        self.checkpoint = HostedCheckpoint(running.checkpoint)
        self.secrets = HostedSecrets(running.secrets)
        self.decks: list[Any] = []
        self.execution_id = ExecutionId("", "", running.run)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unserved(f"flytekit.current_context().{name}")._refuse()  # noqa: SLF001


_last: list[tuple[Current, Context]] = []


def current_context() -> Context:
    """The context of the attempt that runs; one of its own outside of a run."""
    if not _last or _last[0][0] is not current():
        _last[:] = [(current(), Context())]
    return _last[0][1]


def decks_of(running: Current) -> list[Any]:
    """The pages made during an attempt."""
    return _last[0][1].decks if _last and _last[0][0] is running else []


# ------------------------------------------------------------------------------------------------- table


def _format_of(name: str) -> Any:
    return FlyteFile.__class_getitem__(_FILES[name])


_TABLE: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("task", "dynamic", "eager", "workflow"), lambda _: _decorator),
    **dict.fromkeys(("Cache", "PodTemplate", "Resources", "GPUAccelerator"), lambda name: type(name, (Settings,), {})),
    **dict.fromkeys(ACCELERATORS, lambda name: ACCELERATORS[name]),
    **dict.fromkeys(_FILES, _format_of),
    "TensorboardLogs": lambda _: FlyteDirectory.__class_getitem__("tensorboard"),
    "actor_cache": lambda _: _remembered,
}
_OURS: dict[str, Any] = {
    each.__name__: each
    for each in (
        ActorEnvironment, Deck, FlyteAssertion, FlyteDirectory, FlyteError, FlyteFile, FlyteRecoverableException,
        FlyteTimeout, FlyteUserException, FlyteValueException, HashMethod, ImageSpec, PyTorchCheckpoint, Secret,
        StructuredDataset, TFRecordFile, TFRecordsDirectory, current_context, kwtypes,
    )
}  # fmt: skip
_made: dict[str, Any] = {}


def served(name: str) -> Any:
    """What a name of the table stands for; the same object wherever it is imported from."""
    if name not in _made:
        _made[name] = _OURS[name] if name in _OURS else _TABLE[name](name)
    return _made[name]
