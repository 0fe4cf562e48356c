"""A checkpoint in the store: files by content, one document that names them, replaced with each save.

runs/RUN/STEP/checkpoint.json   {"v": 1, "form": "file" | "folder", "name", "files": {path: sha256}, "attempt"}
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.runtime.files import file_digest, keep_path
from flyteops.runtime.session import Session, parsed
from flyteops.runtime.stored import data_key
from flyteops.surroundings import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 1
_TRIES = 5
"""Two attempts of one step may save at the same time; whoever comes last stands."""


class StoredCheckpoint(Checkpoint):
    """What attempt k of a step saved last is what attempt k+1 restores."""

    def __init__(self, session: Session, step: str) -> None:
        super().__init__()
        self._session = session
        self._key = f"runs/{session.run}/{step}/checkpoint.json"

    def save(self, what: bytes | str | os.PathLike[str]) -> None:
        """Keeps bytes, or the file or folder at a path; whole when this returns."""
        from pathlib import Path

        form, name = "file", "checkpoint"
        files: JsonObject
        if isinstance(what, bytes):
            place = Path(self._session.folder) / ".checkpoint"
            place.write_bytes(what)
            files = {"": self._stored(place)}
            place.unlink()
        elif Path(what).is_dir():
            form, name = "folder", Path(what).name
            inside = [path for path in sorted(Path(what).rglob("*")) if path.is_file() and not path.is_symlink()]
            files = {path.relative_to(what).as_posix(): self._stored(path) for path in inside}
        else:
            name = Path(what).name
            files = {"": self._stored(Path(what))}
        self._point({"v": VERSION, "form": form, "name": name, "files": files, "attempt": self._session.attempt})

    def _stored(self, path: Path) -> Json:
        keep_path(self._session.store, str(path), "")
        return file_digest(str(path))[0]

    def _point(self, document: JsonObject) -> None:
        store, data = self._session.store, canonical(document)
        for _ in range(_TRIES):
            before = store.get(self._key)
            if before == data or store.replace(self._key, data, expected=before):
                return
        raise RuntimeError("the checkpoint was replaced by another attempt again and again")

    def restore(self) -> Path | None:
        """A copy, in the attempt's folder, of what was saved last; None when no attempt has saved anything."""
        from pathlib import Path

        found = parsed(self._session.store.get(self._key) or b"")
        files = found.get("files") if found and found.get("v") == VERSION else None
        if found is None or not isinstance(files, dict):
            return None
        place = Path(self._session.folder) / ".restored" / os.urandom(4).hex()
        target = place / Path(str(found["name"])).name
        (target if found["form"] == "folder" else place).mkdir(parents=True)
        for name, sha256 in files.items():
            path = target / name if name else target
            if not path.resolve().is_relative_to(place.resolve()):
                raise RuntimeError(f"the checkpoint names a file outside its folder: {name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            self._session.store.fetch_file(data_key(str(sha256)), str(path))
            if file_digest(str(path))[0] != sha256:
                raise RuntimeError(f"the stored file {sha256} of the checkpoint is damaged")
        return target
