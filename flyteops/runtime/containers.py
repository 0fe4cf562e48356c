"""Around a raw container, in one pod: before it every input is put into a folder as a file, after it outputs are read.

`container-inputs` and `container-outputs` are verbs of the pod alone; what runs between them knows nothing of us.
"""

from __future__ import annotations

import os

from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.runtime.attempt import Call
from flyteops.runtime.cache import publish
from flyteops.runtime.committing import commit
from flyteops.runtime.converting import entered
from flyteops.runtime.directories import fetch_folder
from flyteops.runtime.endings import INTERFACE, Ended, Mismatch
from flyteops.runtime.files import blob_of, fetch_to
from flyteops.runtime.plain import OpenBlob, is_file, is_scalar, json_form, text_form
from flyteops.runtime.scripts import read_output
from flyteops.runtime.session import Session
from flyteops.runtime.shapes import items_of, kind_of
from flyteops.runtime.stored import keep_literal

INSIDE = ".files"
"""Where files stand that are parts of other values."""


def put_inputs(session: Session, invocation: JsonObject, item: int | None) -> None:
    """Writes each input to `<folder>/<name>`: a scalar as text, a file as it is, all else as JSON. None has no file."""
    container = invocation.get("container")
    seen_at = str(container["input_dir"]) if isinstance(container, dict) else session.folder
    for name, of, value in Call(session, invocation, item).given:
        _put(session, name, of, value, seen_at=seen_at)


def _put(session: Session, name: str, of: Json, value: Json, *, seen_at: str) -> None:
    while kind_of(of)[0] == "union":
        of, value = entered(value, of)
    place = os.path.join(session.folder, name)  # noqa: PTH118
    if is_file(of):
        _fetch(session, value, of, place)
        return
    if is_scalar(of):
        text = text_form(value, of)
        data = None if text is None else text.encode()
    else:
        data = canonical(json_form(value, of, open_blob=_beside(session, seen_at)))
    if data is not None:
        with open(place, "wb") as file:  # noqa: PTH123
            file.write(data)


def _fetch(session: Session, value: Json, of: Json, place: str) -> None:
    fetch = fetch_folder if kind_of(of)[0] == "directory" else fetch_to
    fetch(session.store, blob_of(value), place)


def _beside(session: Session, seen_at: str) -> OpenBlob:
    """Copies a file that is part of a value, and tells the path that the container sees it at."""

    def copy(value: Json, of: Json) -> str:
        folder = os.path.join(session.folder, INSIDE)  # noqa: PTH118
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        name = str(blob_of(value).get("sha256"))[:16]
        _fetch(session, value, of, os.path.join(folder, name))  # noqa: PTH118
        return f"{seen_at}/{INSIDE}/{name}"

    return copy


def take_outputs(session: Session, invocation: JsonObject, item: int | None) -> None:
    """Stores what the container wrote to `<folder>/<name>`, and commits."""
    prepared = Call(session, invocation, item)
    if session.commit(prepared.step) is not None:
        return
    kept: JsonObject = {}
    for name, of in map(items_of, items_of(invocation["outputs"])):
        place = os.path.join(session.folder, str(name))  # noqa: PTH118
        try:
            wire = read_output(session, of, place, folder=session.folder)
        except Mismatch as found:
            raise Ended(INTERFACE, f"output {name}{found.at}: {found.message}") from None
        kept[str(name)] = keep_literal(session.store, of, wire)
    committed = commit(session, prepared.step, kept)
    if prepared.slot is not None:
        publish(session, prepared.slot, committed)
