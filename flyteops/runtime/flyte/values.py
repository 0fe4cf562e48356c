"""Files, folders and rows as code of Flyte gets and gives them: its own classes around those of ours."""

from __future__ import annotations

import os
import typing
from typing import Any

from flyteops.codecs.table import names_of
from flyteops.runtime.endings import Mismatch
from flyteops.types import Dataset, Directory, File

_KINDS = {
    f"{top}.{name}": kind
    for top in ("flytekit", "flyteops")
    for name, kind in (("FlyteFile", "file"), ("FlyteDirectory", "directory"), ("StructuredDataset", "dataset"))
}


UPLOAD_PLACE = "{name} names a place to upload to, {place}: leave it out, since what a task returns is kept by content"


def flyte_kind(hint: Any) -> str | None:
    """What a class of Flyte's is here: `file`, `directory` or `dataset`; None for any other."""
    return next((_KINDS[name] for name in names_of(typing.get_origin(hint) or hint) if name in _KINDS), None)


def handed(value: Any, hint: Any) -> Any:
    """A file, a folder or rows of the store as the class of Flyte's that the annotation names; else as they are."""
    kind = flyte_kind(hint)
    if kind is None:
        return value
    of = typing.get_origin(hint) or hint
    if of.__module__.partition(".")[0] == "flytekit":
        from flyteops.runtime.flyte.installed import handed_by_flytekit

        return handed_by_flytekit(value, of, kind)
    match value:
        case Directory():
            return of.stored(
                uri=value.uri, sha256=value.sha256, size=value.size, parts=value.parts, format=value.format,
                files=lambda: list(value), fetch=value.download,
            )  # fmt: skip
        case File():
            return of.stored(
                uri=value.uri, sha256=value.sha256, size=value.size, format=value.format, fetch=value.download,
                name=value.name,
            )  # fmt: skip
        case Dataset():
            return of.handed(value)
    return value


def given_back(value: Any, hint: Any) -> Any:
    """What a function returned, with what is Flyte's taken off; a path as text, where Flyte's class is annotated."""
    kind = flyte_kind(type(value))
    if kind is None:
        if isinstance(value, str) and flyte_kind(hint) in ("file", "directory"):
            return File(value) if flyte_kind(hint) == "file" else Directory(value)
        return value
    if isinstance(value, File | Directory):
        return value
    if type(value).__module__.startswith("flyteops."):
        return value.rows()
    ours = getattr(value, "_flyteops", None)
    if ours is not None:
        return ours
    if kind == "dataset":
        frame = value.dataframe
        return Dataset(value.uri if frame is None else frame, format=value.file_format or "")
    for place in ("_remote_path", "_remote_directory"):
        if getattr(value, place, None):
            raise Mismatch(UPLOAD_PLACE.format(name=type(value).__name__, place=getattr(value, place)))
    path = os.fspath(value.__fspath__())  # fetches what lies elsewhere; may be a path of pathlib once more
    return File(path) if kind == "file" else Directory(path)
