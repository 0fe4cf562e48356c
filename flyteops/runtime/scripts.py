"""A script of bash: inputs as variables, `set -euo pipefail`, outputs read by their types."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping

from flyteops.codecs.dataset import Dataset
from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.runtime.binding import Given
from flyteops.runtime.converting import entered
from flyteops.runtime.directories import open_directory
from flyteops.runtime.endings import IMPORT, INTERFACE, USER, Ended, Mismatch
from flyteops.runtime.files import blob_of, keep_returned, open_stored
from flyteops.runtime.outside import Outside
from flyteops.runtime.plain import is_file, is_scalar, json_form, parsed_json, read_json, read_text, text_form
from flyteops.runtime.session import Session
from flyteops.runtime.shapes import NONE, items_of, kind_of, spelt
from flyteops.runtime.stored import keep_literal

LONGEST_VARIABLE = 100 * 1024
"""Bytes of one variable: Linux takes 128 KiB of name and value."""
LARGEST_TEXT = 16 * 1024 * 1024
"""Bytes of an output that is text or JSON: more is a file."""
_TOLD_LINES = 20
_TAIL_BYTES = 8 * 1024
_LEFT_BEHIND_S = 0.2
"""How long what a script left running in the background may still say something."""


def run_script(session: Session, invocation: JsonObject, given: list[Given]) -> JsonObject:
    """Runs the script in the attempt's folder; the documents of its outputs. Raises `Ended` when it fails."""
    bash = shutil.which("bash")
    if bash is None:
        raise Ended(IMPORT, "there is no bash here: the image of a script needs one")
    places = output_places(session.folder, invocation)
    variables = {**_inputs(session, given), **places}
    code, tail = _run(bash, str(invocation["script"]), session.folder, variables)
    if code:
        raise _failure(code, tail)
    return {
        str(name): keep_literal(session.store, of, _output(session, str(name), of, places[str(name)]))
        for name, of in map(items_of, items_of(invocation["outputs"]))
    }


def output_places(folder: str, invocation: JsonObject) -> dict[str, str]:
    """The path that each output is written to; the folders around it are made."""
    declared = invocation.get("paths")
    paths = declared if isinstance(declared, dict) else {}
    places: dict[str, str] = {}
    for name, _ in map(items_of, items_of(invocation["outputs"])):
        place = os.path.join(folder, str(paths.get(str(name)) or os.path.join("outputs", str(name))))  # noqa: PTH118
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
        places[str(name)] = place
    return places


# ------------------------------------------------------------------------------------------------- inputs


def _inputs(session: Session, given: list[Given]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for name, of, value in given:
        text = variable_text(session, name, of, value, folder=os.path.join(session.folder, "inputs"))  # noqa: PTH118
        if text is None:
            continue  # None is a variable that is not set: ${x-} tells it from an empty text
        if "\0" in text:
            raise Ended(INTERFACE, f"input {name}: a NUL character cannot stand in a variable; hand it over as a file")
        if len(text.encode()) > LONGEST_VARIABLE:
            limit = LONGEST_VARIABLE // 1024
            raise Ended(INTERFACE, f"input {name}: a variable takes {limit} KiB; hand the text over as a File or Json")
        variables[name] = text
    return variables


def variable_text(session: Session, name: str, of: Json, value: Json, *, folder: str) -> str | None:
    """A scalar as text, a file as the path of its copy, all else as the path of a JSON file below `folder`."""
    while kind_of(of)[0] == "union":
        of, value = entered(value, of)
    if is_scalar(of):
        return text_form(value, of)

    def local(inner: Json, inner_type: Json) -> str:
        opened = open_directory if kind_of(inner_type)[0] == "directory" else open_stored
        return os.fspath(opened(session.store, blob_of(inner), session.folder))

    form = json_form(value, of, open_blob=local)
    if is_file(of):
        return str(form)
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    path = os.path.join(folder, f"{name}.json")  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(canonical(form))
    return path


# ------------------------------------------------------------------------------------------------ running


def _run(bash: str, script: str, folder: str, variables: Mapping[str, str]) -> tuple[int, bytes]:
    """The exit code, and the last that the script said; all that it says goes on to the log."""
    path = os.path.join(folder, ".script.sh")  # noqa: PTH118
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(script)
    sys.stdout.flush()
    process = subprocess.Popen(
        [bash, "--noprofile", "--norc", "-euo", "pipefail", path],
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if process.stdout is None:
        raise AssertionError("its output was asked for")
    tail = _told(process, process.stdout.fileno())
    process.stdout.close()
    return process.wait(), tail


def _told(process: subprocess.Popen[bytes], handle: int) -> bytes:
    """Passes on what is said until the script is over; what it left in the background does not hold us."""
    import select

    os.set_blocking(handle, False)
    tail, over_s = b"", None
    while True:
        ready = select.select([handle], [], [], 0.05)[0]
        if process.poll() is not None and over_s is None:
            over_s = time.monotonic() + _LEFT_BEHIND_S
        if ready:
            chunk = os.read(handle, 1 << 16)
            if not chunk:
                return tail
            tail = (tail + chunk)[-_TAIL_BYTES:]
            _pass_on(chunk)
        elif over_s is not None and time.monotonic() >= over_s:
            return tail


def _pass_on(chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(1, view) :]


def _failure(code: int, tail: bytes) -> Ended:
    """What is said of it: how it ended and its last line, and before that the last lines that it said."""
    import signal

    try:
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    except ValueError:
        how = f"was ended by signal {-code}"
    lines = tail.decode("utf-8", "replace").rstrip().splitlines()[-_TOLD_LINES:]
    message = f"the script {how}" + (f": {lines[-1].strip()}" if lines else "")
    return Ended(USER, message, traceback="".join(f"{line}\n" for line in lines))


# ------------------------------------------------------------------------------------------------ outputs


def _output(session: Session, name: str, of: Json, place: str) -> Json:
    try:
        return read_output(session, of, place, folder=session.folder)
    except Mismatch as found:
        raise Ended(INTERFACE, f"output {name}{found.at}: {found.message}") from None


def read_output(session: Session, of: Json, place: str, *, folder: str) -> Json:
    """The wire value of what lies at an output's place."""

    def keep(path: str, kind: Json) -> Json:
        return keep_written(session, os.path.join(folder, path), kind)  # noqa: PTH118

    if not os.path.lexists(place):
        if kind_of(of)[0] == "union" and NONE in items_of(kind_of(of)[1]):
            return read_text("", of) if is_scalar(of) else read_json(None, of, keep_file=keep)
        raise Mismatch(f"nothing was written to {place}, where {spelt(of)} is wanted")
    if is_file(of):
        return read_json(place, of, keep_file=keep)
    text = _text(place)
    return read_text(text, of) if is_scalar(of) else read_json(parsed_json(text), of, keep_file=keep)


def keep_written(session: Session, path: str, of: Json) -> Json:
    """Stores a file that a program wrote as a value of its type: rows are checked, a file stays what it is."""
    import pathlib

    kind, content = kind_of(of)
    outside = Outside(session.store, session.folder, scope=session.scope, below=session.raw_data)
    if kind == "dataset":
        return outside.keep(Dataset(path, format=str(items_of(content)[1])), of)
    if kind == "file":
        return keep_returned(session.store, pathlib.Path(path), str(content or ""), below=session.raw_data)
    return outside.keep(pathlib.Path(path), of)


def _text(place: str) -> str:
    if os.path.getsize(place) > LARGEST_TEXT:  # noqa: PTH202
        raise Mismatch(f"{place} is larger than {LARGEST_TEXT >> 20} MiB: declare the output as a File")
    try:
        with open(place, encoding="utf-8") as file:  # noqa: PTH123
            return file.read()
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise Mismatch(f"{place} is no text of UTF-8: {error}") from None
