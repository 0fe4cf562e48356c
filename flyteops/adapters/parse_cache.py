"""The parse cache as a folder of the project: `.flyteops/cache/`, which may be deleted at any time."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

MOST_BYTES = 64 << 20
"""Above this nothing is kept and nothing believed: a hundred times what ten thousand files need."""
_PACKAGE = Path(__file__).resolve().parent.parent


class FolderCache:
    """One file a name, written aside and renamed. A folder that cannot be written, or is a link, keeps nothing."""

    def __init__(self, root: Path, *, tool: str) -> None:
        self._folder = root / ".flyteops" / "cache"
        self._tool = tool

    def described(self) -> str:
        """Where it is, and how much is in it."""
        try:
            sizes = [each.stat().st_size for each in self._folder.iterdir() if each.is_file()]
        except OSError:
            return f"{self._folder} (empty)"
        return f"{self._folder} ({sum(sizes) >> 10} KiB)"

    @property
    def stamp(self) -> str:
        """Versions, and the sizes and times of the files of this package: they change whenever its code does."""
        told = [self._tool, sys.version, *sorted(_files_of(_PACKAGE, depth=3))]
        return hashlib.sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()

    def load(self, name: str) -> bytes | None:
        """The bytes of a regular file of this user."""
        if not self._is_ours():
            return None
        try:
            opened = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        with os.fdopen(opened, "rb", buffering=0) as file:
            found = os.fstat(opened)
            if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES or found.st_uid != os.geteuid():
                return None
            try:
                return file.read()
            except OSError:
                return None

    def save(self, name: str, data: bytes) -> None:
        """Writes aside and renames: a reader, and a plan beside this one, sees the old file or the new one whole."""
        if len(data) > MOST_BYTES:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if not self._is_ours():
                return
            self._sweep()
            handle, aside = tempfile.mkstemp(dir=self._folder, prefix=_ASIDE)
        except OSError:
            return
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(aside, self._folder / name)  # noqa: PTH105 - a path of mkstemp is text
        except OSError:
            Path(aside).unlink(missing_ok=True)

    def _is_ours(self) -> bool:
        """Whether the folders are folders and no links: what lies elsewhere was put there by somebody else."""
        try:
            found = [os.lstat(folder) for folder in (self._folder.parent, self._folder)]
        except OSError:
            return False
        return all(stat.S_ISDIR(each.st_mode) for each in found)

    def _sweep(self) -> None:
        """Takes away what a killed plan left half written."""
        for left in self._folder.glob(_ASIDE + "*"):
            left.unlink(missing_ok=True)


_ASIDE = ".aside-"


def _files_of(folder: Path, *, depth: int) -> list[str]:
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                seen = entry.stat()
                found.append(f"{entry.path} {seen.st_size} {seen.st_mtime_ns}")
            elif depth and entry.is_dir(follow_symlinks=False) and entry.name != "__pycache__":
                found.extend(_files_of(Path(entry.path), depth=depth - 1))
    return found
