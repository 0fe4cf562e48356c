"""Folders in and out of the store: every file by its content, and a listing of them, which is the folder's own content.

A line of the listing is `MODE SIZE SHA256 PATH`: 755 for a file that may be executed, else 644; an empty folder is
`dir 0 - PATH`. The lines are sorted, so that the digest of the listing is one for one content, wherever it lies.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

from flyteops.model.digest import Json, sha256_hex
from flyteops.ports.store import BlobStore
from flyteops.runtime.endings import STORE, Ended, Mismatch
from flyteops.runtime.files import fetch_stored, fetch_to, file_digest
from flyteops.runtime.stored import blob_key, data_key
from flyteops.types import Directory, File

_EMPTY = "dir"
_EXECUTABLE = 0o100
_MAX_DEPTH = 100


class Part:
    """One line of a listing."""

    __slots__ = ("mode", "path", "sha256", "size")

    def __init__(self, mode: str, size: int, sha256: str, path: str) -> None:
        self.mode = mode
        self.size = size
        self.sha256 = sha256
        self.path = path

    @property
    def is_file(self) -> bool:
        """Whether it is a file rather than an empty folder."""
        return self.mode != _EMPTY

    def line(self) -> str:
        """As it stands in the listing."""
        return f"{self.mode} {self.size} {self.sha256} {self.path}\n"


def keep_directory(store: BlobStore, path: str, format: str, *, below: str = "") -> Json:  # noqa: A002 - Flyte's word
    """Stores the folder at a path, below a prefix when one is given, and returns its wire value."""
    home = f"{below}/" if below else ""
    parts: list[Part] = []
    for inside, place in _walk(path, "", (os.path.realpath(path),)):
        if not place:
            parts.append(Part(_EMPTY, 0, "-", inside))
            continue
        sha256, size = file_digest(place)
        store.put_file(f"{home}{data_key(sha256)}", place)
        executable = os.stat(place).st_mode & _EXECUTABLE  # noqa: PTH116
        parts.append(Part("755" if executable else "644", size, sha256, inside))
    data = "".join(sorted(part.line() for part in parts)).encode()
    digest = sha256_hex(data)
    key = f"{home}{data_key(digest)}"
    store.create(key, data)
    files = [part for part in parts if part.is_file]
    return {
        "$blob": {
            "uri": store.uri(key),
            "sha256": digest,
            "size": sum(part.size for part in files),
            "format": format,
            "parts": len(files),
        }
    }


def keep_returned_directory(store: BlobStore, value: Any, format: str, *, below: str = "") -> Json:  # noqa: A002
    """Stores what a function returned as a folder; one that came from the store stays where it is."""
    if isinstance(value, Directory) and value.uri is not None:
        fields: dict[str, Json] = {
            "uri": value.uri,
            "sha256": value.sha256,
            "size": value.size,
            "format": format or value.format,
            "parts": value.parts,
        }
        return {"$blob": fields}
    if not isinstance(value, os.PathLike):
        raise Mismatch(
            f"Directory was declared, the function returned {type(value).__name__}: "
            "return a pathlib.Path or a Directory"
        )
    path = os.path.abspath(os.fsdecode(value))  # noqa: PTH100
    if os.path.isfile(path):  # noqa: PTH113
        raise Mismatch(f"{path} is a file: declare File, or return the folder it lies in")
    if not os.path.isdir(path):  # noqa: PTH112
        raise Mismatch(f"there is no folder {path}")
    return keep_directory(store, path, format, below=below)


def open_directory(store: BlobStore, blob: dict[str, Json], folder: str) -> Directory:
    """The `Directory` a function is given: nothing is read before it asks."""
    sha256, size = blob.get("sha256"), blob.get("size")
    if not isinstance(sha256, str) or not isinstance(size, int):
        raise Mismatch(f"the folder {blob.get('uri')} was not taken into the store when the run was launched")
    home = _home(store, blob)
    found: list[Part] = []

    def parts() -> list[Part]:
        if not found:
            found.extend(stored_parts(store, blob))
        return found

    def files() -> list[File]:
        return [_file(store, part, home, folder) for part in parts() if part.is_file]

    def fetch() -> str:
        target = os.path.join(folder, "inputs", f"{sha256[:16]}.dir")  # noqa: PTH118
        if not os.path.isdir(target):  # noqa: PTH112
            _fetch_all(store, parts(), home, target)
        return target

    return Directory.stored(
        uri=str(blob["uri"]), sha256=sha256, size=size, parts=int(str(blob.get("parts", 0))),
        format=str(blob.get("format") or ""), files=files, fetch=fetch,
    )  # fmt: skip


def _home(store: BlobStore, blob: dict[str, Json]) -> str:
    """What the keys of a stored folder's files begin with, as that of its listing does."""
    return blob_key(store, blob).removesuffix(data_key(str(blob["sha256"])))


def fetch_folder(store: BlobStore, blob: dict[str, Json], path: str) -> None:
    """Copies all of a stored folder to a new one at a path; `Ended` when a part of it is not what was stored."""
    _fetch_all(store, stored_parts(store, blob), _home(store, blob), path)


def stored_parts(store: BlobStore, blob: dict[str, Json]) -> list[Part]:
    """The listing of a stored folder, read and checked."""
    sha256 = str(blob["sha256"])
    data = store.get(blob_key(store, blob))
    if data is None or sha256_hex(data) != sha256:
        raise Ended(STORE, f"the listing of the stored folder {sha256} is missing or damaged")
    parts: list[Part] = []
    for line in data.decode().splitlines():
        mode, size, digest, path = line.split(" ", 3)
        if not _inside(path):
            raise Ended(STORE, f"the listing of the stored folder {sha256} names {path!r}, which is not inside of it")
        parts.append(Part(mode, int(size), digest, path))
    return parts


def directory_present(store: BlobStore, blob: dict[str, Json]) -> bool:
    """Whether the listing and every file it names are there with their sizes."""
    try:
        parts = stored_parts(store, blob)
    except Ended:
        return False
    home = _home(store, blob)
    return all(store.size(f"{home}{data_key(part.sha256)}") == part.size for part in parts if part.is_file)


def _inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and not {"", ".", ".."} & set(path.split("/"))


def _file(store: BlobStore, part: Part, home: str, folder: str) -> File:
    blob = _blob(store, part, home)
    # Under its own name, which is often looked at, beside its content, since two may have one name.
    place = f"parts/{part.sha256[:16]}/{part.path.rpartition('/')[2]}"
    return File.stored(
        uri=str(blob["uri"]), sha256=part.sha256, size=part.size, format="", name=part.path,
        fetch=lambda: fetch_stored(store, blob, folder, name=place),
    )  # fmt: skip


def _blob(store: BlobStore, part: Part, home: str) -> dict[str, Json]:
    return {"uri": store.uri(f"{home}{data_key(part.sha256)}"), "sha256": part.sha256, "size": part.size}


def _fetch_all(store: BlobStore, parts: list[Part], home: str, target: str) -> None:
    # Made beside and renamed: a folder that is there is whole.
    making = f"{target}.part"
    shutil.rmtree(making, ignore_errors=True)
    os.makedirs(making, exist_ok=True)  # noqa: PTH103
    for part in parts:
        path = os.path.join(making, *part.path.split("/"))  # noqa: PTH118
        if not part.is_file:
            os.makedirs(path, exist_ok=True)  # noqa: PTH103
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        fetch_to(store, _blob(store, part, home), path)
        if part.mode == "755":
            os.chmod(path, 0o755)  # noqa: PTH101, S103 - as it was
    os.rename(making, target)  # noqa: PTH104


def _walk(path: str, inside: str, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Path inside the folder and place of every file; an empty place for an empty folder. Links are followed."""
    if len(above) > _MAX_DEPTH:
        raise Mismatch(f"the folder {above[0]} is nested deeper than {_MAX_DEPTH}")
    with os.scandir(path) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        name = f"{inside}{_checked(entry.name, path)}"
        if entry.is_dir():
            real = os.path.realpath(entry.path)
            if real in above:
                raise Mismatch(f"the link {entry.path} leads to a folder that it lies in")
            yield from _walk(entry.path, f"{name}/", (*above, real))
        elif entry.is_file():
            yield name, entry.path
        else:
            what = "leads nowhere" if entry.is_symlink() else "is neither a file nor a folder"
            raise Mismatch(f"{entry.path} {what}: a Directory holds files")
    if not listed and inside:
        yield inside.rstrip("/"), ""


def _checked(name: str, folder: str) -> str:
    # A line is one file, as bytes that every file system takes.
    try:
        name.encode()
    except UnicodeEncodeError:
        raise Mismatch(f"{folder} holds a file whose name is not UTF-8: {name!r}") from None
    if any(ord(character) < 32 for character in name):
        raise Mismatch(f"{folder} holds a file with a control character in its name: {name!r}")
    return name
