"""Objects that travel as pickles: written and read by the standard library, by one Python, within one trust scope.

Reading a pickle runs what it holds. So one is read only where its own scope made it, and only what a task of a run
has written: nobody can give one from outside.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import Any

from flyteops.model.digest import Json
from flyteops.ports.store import BlobStore
from flyteops.runtime.calling import line_of
from flyteops.runtime.encoding import check_class
from flyteops.runtime.endings import INTERFACE, Ended, Mismatch
from flyteops.runtime.files import fetch_stored
from flyteops.runtime.stored import PICKLE

_PROTOCOL = 5

PutFile = Callable[[str, str], dict[str, Json]]
"""Stores the file at a path under a format and returns the fields of its blob."""


def keep_pickle(put: PutFile, value: Any, name: str, *, scope: str, scratch: str) -> Json:
    """Stores an object by `put` and returns its wire value."""
    path = os.path.join(scratch, "object.pickle")  # noqa: PTH118
    try:
        with open(path, "wb") as file:  # noqa: PTH123
            pickle.dump(value, file, protocol=_PROTOCOL)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - the user's own __reduce__ may raise anything
        raise Mismatch(f"an object of {name} cannot be pickled: {line_of(error)}") from None
    fields = put(path, PICKLE)
    os.unlink(path)  # noqa: PTH108
    return {"$blob": {**fields, "scope": scope}}


def open_pickle(store: BlobStore, blob: dict[str, Json], name: str, hint: Any, *, scope: str, folder: str) -> Any:
    """The object of a wire value."""
    sha256, size = blob.get("sha256"), blob.get("size")
    if not isinstance(sha256, str) or not isinstance(size, int):
        raise Mismatch(f"an object of {name} that no task has made: a pickle cannot be given")
    if blob.get("scope") != scope:
        raise Ended(
            INTERFACE,
            f"this object of {name} was made in the trust scope {blob.get('scope')}, and this run is of {scope}: "
            "a pickle runs code when it is read, so that it never crosses scopes; make it again here, or return a File",
        )
    refuse_other_python(name, str(blob.get("format")))
    path = fetch_stored(store, blob, folder, name=f"{sha256[:16]}.pickle")
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            found = pickle.load(file)  # noqa: S301 - of this scope, checked above, by content
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - reading runs the user's code
        raise Ended(
            INTERFACE, f"the object of {name} cannot be read: {line_of(error)}", kind=type(error).__name__
        ) from None
    check_class(found, name, hint)
    return found


def refuse_other_python(name: str, made: str) -> None:
    """A pickle is read by the Python that made it: another may read other things, or fail in the midst."""
    if made == PICKLE:
        return
    by = made.removeprefix("pickle+py")
    raise Ended(
        INTERFACE,
        f"this object of {name} was pickled by Python {by}, and this is Python {PICKLE.removeprefix('pickle+py')}: "
        "a pickle is read by the version that made it; give both tasks images of one Python, or return a File",
    )
