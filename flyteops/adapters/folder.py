"""Plain files outside the store: written aside and renamed, so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from flyteops.model.errors import OutsideFailed


def write_file(path: str | Path, data: bytes) -> None:
    """Writes a file whole, or raises OutsideFailed and leaves what was there."""
    write_files({Path(path): data})


def write_files(files: Mapping[Path, bytes]) -> None:
    """Writes all files aside before the first is renamed: a full disk leaves every one of them as it was."""
    aside: dict[Path, Path] = {}
    target = Path()
    try:
        for target, data in files.items():
            aside[target] = _write_aside(target, data)
        for target, written in aside.items():
            written.replace(target)
    except OSError as error:
        raise OutsideFailed(
            "file system",
            f"cannot write {target}: {error.strerror or error}",
            retryable=False,
            way_out="free some room, or choose a folder that can be written",
        ) from error
    finally:
        for written in aside.values():
            written.unlink(missing_ok=True)


def _write_aside(target: Path, data: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o644)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return aside


def replace_files(folder: str | Path, files: Mapping[str, bytes], *, mark: bytes | None) -> tuple[str, ...]:
    """Writes the files, then removes older ones that begin with `mark` (None: removes nothing); returns the removed
    names. Files of others stay.
    """
    root = Path(folder)
    write_files({root / name: data for name, data in files.items()})
    if mark is None:
        return ()
    removed = []
    for path in sorted(root.glob("*.yaml")):
        if path.name not in files and path.is_file() and path.read_bytes()[: len(mark)] == mark:
            path.unlink()
            removed.append(path.name)
    return tuple(removed)
