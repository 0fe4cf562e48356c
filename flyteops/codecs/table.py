"""Which class is whose: one table by full name, so that no library is loaded to find out."""

from __future__ import annotations

import importlib
from typing import Any

from flyteops.codecs.faults import LibraryMissing

FRAMES: dict[str, str] = {
    "pandas.DataFrame": "pandas",
    "polars.DataFrame": "polars",
    "polars.LazyFrame": "polars",
    "pyarrow.Table": "arrow",
    "pyarrow.RecordBatch": "arrow",
    "pyarrow.RecordBatchReader": "arrow",
}
"""Classes of rows, by top module and name, and the module here that reads and writes them."""

BLOBS: dict[str, str] = {
    "numpy/array": "numpy",
    "torch/tensor": "torch",
    "torch/module": "torch",
    "torch/checkpoint": "torch",
    "keras/model": "keras",
}
"""Files of a framework by the format their type carries; no format of a user has a slash."""

CLASSES: dict[str, str] = {
    "numpy.ndarray": "numpy/array",
    "torch.Tensor": "torch/tensor",
    "torch.Module": "torch/module",
    "flyteops.PyTorchCheckpoint": "torch/checkpoint",
    "keras.Model": "keras/model",
    "flyteops.TFRecordFile": "tensorflow/records",
    "flyteops.TFRecordsDirectory": "tensorflow/records",
}
"""Classes whose values are such files."""

EXTRAS: dict[str, str] = {
    "pyarrow": "arrow",
    "pandas": "pandas",
    "polars": "polars",
    "numpy": "numpy",
    "torch": "torch",
    "keras": "keras",
    "tensorflow": "tensorflow",
}
"""The extra of this package that brings a library."""


def names_of(of: object) -> list[str]:
    """Top module and name of a class and of all it derives from, such as `pandas.DataFrame`; none for no class."""
    if not isinstance(of, type):
        return []
    return [f"{each.__module__.partition('.')[0]}.{each.__qualname__}" for each in of.__mro__]


def frame_codec_name(of: object) -> str | None:
    """The module here that reads and writes rows as this class; None when it is no class of rows."""
    return next((FRAMES[name] for name in names_of(of) if name in FRAMES), None)


def blob_format(of: object) -> str | None:
    """The format of the file that a value of this class is; None when it is none of a framework."""
    return next((CLASSES[name] for name in names_of(of) if name in CLASSES), None)


def codec(name: str, *, purpose: str) -> Any:
    """The module of a library; `LibraryMissing` says what was wanted (`purpose`) and which extra brings it."""
    try:
        return importlib.import_module(f"flyteops.codecs.{name}")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRAS:
            raise
        extra = EXTRAS["pandas"] if name == "pandas" else EXTRAS[missing]
        raise LibraryMissing(
            f"{purpose} needs {missing}, which this environment lacks: pip install 'flyteops[{extra}]', "
            f"or add {missing} to the requirements of the image"
        ) from None
