"""Classes of installed packages that the language knows, by full name: what their values are stored as."""

from __future__ import annotations

from flyteops.model.types import (
    BOOL,
    DATASET,
    DATE,
    DATETIME,
    DIRECTORY,
    FILE,
    FLOAT,
    INT,
    JSON,
    NAMED_BLOBS,
    STR,
    TIMEDELTA,
    BlobOf,
    LiteralType,
    RecordField,
    RecordOf,
)


def _all(of: LiteralType, *names: str) -> dict[str, LiteralType]:
    return dict.fromkeys(names, of)


PLAIN: dict[str, LiteralType] = {
    "builtins.int": INT, "builtins.float": FLOAT, "builtins.bool": BOOL, "builtins.str": STR,
    "builtins.dict": JSON, "typing.Dict": JSON, "typing.Text": STR,
    "datetime.datetime": DATETIME, "datetime.date": DATE, "datetime.timedelta": TIMEDELTA,
    "pathlib.Path": FILE, "pathlib.PosixPath": FILE,
    "flyteops.types.Json": JSON,
}  # fmt: skip

FILES = frozenset({
    "flyteops.types.File", "flyteops.File", "flytekit.types.file.FlyteFile", "flytekit.types.file.file.FlyteFile",
    "flytekit.FlyteFile", "union.FlyteFile", "union.types.FlyteFile", "flyte.io.File",
})  # fmt: skip
"""Written bare, or with a format in brackets."""

DIRECTORIES = frozenset({
    "flyteops.types.Directory", "flyteops.Directory", "flytekit.types.directory.FlyteDirectory",
    "flytekit.types.directory.types.FlyteDirectory", "flytekit.FlyteDirectory", "union.FlyteDirectory",
    "union.types.FlyteDirectory", "flyte.io.Dir",
})  # fmt: skip
"""Written bare, or with a format in brackets."""

_FRAMES = _all(
    DATASET,
    "flyteops.types.Dataset", "flyteops.Dataset", "flytekit.StructuredDataset", "union.StructuredDataset",
    "flytekit.types.structured.StructuredDataset", "flyte.io.DataFrame",
    "flytekit.types.structured.structured_dataset.StructuredDataset",
    "pandas.DataFrame", "pandas.core.frame.DataFrame", "pandas.core.api.DataFrame",
    "polars.DataFrame", "polars.LazyFrame", "polars.dataframe.DataFrame", "polars.dataframe.frame.DataFrame",
    "polars.lazyframe.LazyFrame", "polars.lazyframe.frame.LazyFrame", "pyarrow.Table", "pyarrow.lib.Table",
    "pyarrow.RecordBatch", "pyarrow.RecordBatchReader",
)  # fmt: skip
_ARRAYS = _all(NAMED_BLOBS["Array"], "numpy.ndarray", "numpy.typing.NDArray", "numpy.core.multiarray.ndarray")
_TORCH = (
    _all(NAMED_BLOBS["Tensor"], "torch.Tensor", "torch._tensor.Tensor", "torch.FloatTensor", "torch.LongTensor")
    | _all(
        NAMED_BLOBS["Module"],
        "torch.nn.Module", "torch.nn.modules.module.Module", "torch.nn.modules.Module", "torch.nn.Sequential",
        "lightning.LightningModule", "lightning.pytorch.LightningModule", "pytorch_lightning.LightningModule",
    )
    | _all(
        NAMED_BLOBS["Checkpoint"],
        "flyteops.types.PyTorchCheckpoint", "flytekit.extras.pytorch.PyTorchCheckpoint",
        "flytekit.extras.pytorch.checkpoint.PyTorchCheckpoint",
    )
)  # fmt: skip
_KERAS = _all(
    NAMED_BLOBS["KerasModel"],
    *(
        f"{package}.{name}"
        for package in ("keras", "tensorflow.keras", "tf_keras")
        for name in ("Model", "models.Model", "Sequential", "models.Sequential", "src.models.model.Model")
    ),
)
_RECORDS = _all(NAMED_BLOBS["TFRecordFile"], "flyteops.types.TFRecordFile", "flytekit.types.file.TFRecordFile") | _all(
    NAMED_BLOBS["TFRecordsDirectory"], "flyteops.types.TFRecordsDirectory",
    "flytekit.types.directory.TFRecordsDirectory",
)  # fmt: skip
_FORMATS = {
    "HDF5EncodedFile": "hdf5", "HTMLPage": "html", "JoblibSerializedFile": "joblib", "JPEGImageFile": "jpeg",
    "PDFFile": "pdf", "PNGImageFile": "png", "PythonPickledFile": "python_pickle", "PythonNotebook": "ipynb",
    "SVGImageFile": "svg", "CSVFile": "csv", "ONNXFile": "onnx",
}  # fmt: skip
_NAMED_FILES: dict[str, LiteralType] = {
    **{f"flytekit.types.file.{name}": BlobOf("file", tag) for name, tag in _FORMATS.items()},
    "flytekit.types.directory.TensorboardLogs": BlobOf("directory", "tensorboard"),
}

FLYTE_ERROR = RecordOf((RecordField("message", STR), RecordField("failed_node_id", STR)), name="FlyteError")
"""What Flyte hands to a failure handler."""

KNOWN: dict[str, LiteralType] = {
    **PLAIN,
    **_all(FLYTE_ERROR, "flytekit.types.error.FlyteError", "flytekit.types.error.error.FlyteError"),
    **dict.fromkeys(FILES, FILE),
    **dict.fromkeys(DIRECTORIES, DIRECTORY),
    **_FRAMES, **_ARRAYS, **_TORCH, **_KERAS, **_RECORDS, **_NAMED_FILES,
}  # fmt: skip
"""Every class that is known, by the name it is written with."""
