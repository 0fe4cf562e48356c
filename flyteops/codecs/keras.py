"""Keras: models as `.keras` files, read in safe mode. The one door to keras."""

from __future__ import annotations

import os
from typing import Any

import keras

from flyteops.codecs.faults import Unfit

SUFFIX = ".keras"


def write(value: Any, path: str, kind: str) -> None:  # noqa: ARG001 - keras has one kind
    """Writes a model: architecture, weights, and what it was compiled with."""
    if not isinstance(value, keras.Model):
        raise Unfit(f"KerasModel was declared, the function returned {type(value).__name__}")
    try:
        value.save(path)
    except (ValueError, TypeError, NotImplementedError) as error:
        raise Unfit(f"the model cannot be saved: {error}") from None


def read(path: str, kind: str, of: Any) -> Any:  # noqa: ARG001
    """The model. Code inside of a file (a Lambda layer) is refused, and is not run."""
    named = path
    if not path.endswith(SUFFIX):  # keras goes by the suffix
        named = path + SUFFIX
        if not os.path.exists(named):  # noqa: PTH110
            os.link(path, named)
    try:
        return keras.models.load_model(named, safe_mode=True)
    except (ValueError, TypeError, OSError, KeyError) as error:
        text = str(error).strip().partition("\n")[0]
        raise Unfit(f"the file is no Keras model that can be read: {text[:300]}") from None
