"""numpy: arrays as npy, never as pickles. The one door to numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

from flyteops.codecs.faults import Unfit

SUFFIX = ".npy"


def write(value: Any, path: str, kind: str) -> None:  # noqa: ARG001 - numpy has one kind
    """Writes an array."""
    if not isinstance(value, np.ndarray):
        raise Unfit(f"Array was declared, the function returned {type(value).__name__}: return a numpy.ndarray")
    if value.dtype.hasobject:
        raise Unfit(f"an array of dtype {value.dtype} holds Python objects, which are not stored: use a plain dtype")
    # Of a subclass (matrix, memmap, masked) the plain array is kept; a mask would be lost.
    if isinstance(value, np.ma.MaskedArray):
        raise Unfit("a masked array has no npy form: fill it, or return values and mask as two outputs")
    with open(path, "wb") as file:  # noqa: PTH123
        np.save(file, np.asarray(value), allow_pickle=False)


def read(path: str, kind: str, of: Any) -> Any:  # noqa: ARG001
    """The array, mapped from the file: a write stays in memory and does not reach it."""
    try:
        # Reads npy alone: no archive, no pickle, no array of objects.
        return np.lib.format.open_memmap(path, mode="c").view(np.ndarray)
    except (ValueError, OSError, EOFError) as error:
        raise Unfit(f"the file is no npy array: {error}") from None
