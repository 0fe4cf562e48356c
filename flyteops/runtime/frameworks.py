"""Arrays, tensors, models in and out of the store: files whose format says which library reads them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flyteops.codecs.faults import Unfit
from flyteops.codecs.table import BLOBS, codec
from flyteops.model.digest import Json
from flyteops.ports.store import BlobStore
from flyteops.runtime.files import open_stored
from flyteops.types import File

Put = Callable[[str, str], dict[str, Json]]
"""Stores the file at a path, of a format; the fields of its wire form."""


def keep_framework(put: Put, value: Any, format: str, *, scratch: str) -> Json:  # noqa: A002 - Flyte's word
    """Stores an array, tensor, model …; a file of the store that is one already stays where it is."""
    if isinstance(value, File) and value.uri is not None and value.format == format:
        return {"$blob": {"uri": value.uri, "sha256": value.sha256, "size": value.size, "format": format}}
    module, kind = _codec(format)
    # The name of the file is part of what torch writes: it is the same for the same value.
    path = os.path.join(scratch, f"value{module.SUFFIX}")  # noqa: PTH118
    module.write(value, path, kind)
    kept = put(path, format)
    os.unlink(path)  # noqa: PTH108
    return {"$blob": kept}


def open_framework(store: BlobStore, blob: dict[str, Json], format: str, hint: Any, folder: str) -> Any:  # noqa: A002
    """The array, tensor, model …, whole."""
    module, kind = _codec(format)
    return module.read(open_stored(store, blob, folder).download(), kind, hint)


def _codec(format: str) -> tuple[Any, str]:  # noqa: A002
    name = BLOBS.get(format)
    if name is None:
        raise Unfit(f"files of {format} are not known to this version")
    return codec(name, purpose=f"a file of {format}"), format.partition("/")[2]
