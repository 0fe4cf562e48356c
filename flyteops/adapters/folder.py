"""Plain files outside the store: written aside and renamed, so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from flyteops.model.errors import OutsideFailed


def write_file(path: str | Path, data: bytes) -> None:
    """Writes a file whole, or raises OutsideFailed and leaves what was there."""
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(aside).chmod(0o644)
            Path(aside).replace(target)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutsideFailed(
            "file system",
            f"cannot write {target}: {error.strerror or error}",
            retryable=False,
            way_out="free some room, or choose a folder that can be written",
        ) from error


def replace_files(folder: str | Path, files: Mapping[str, bytes], *, mark: bytes) -> tuple[str, ...]:
    """Writes the files, then removes older ones that begin with `mark`; returns the removed names. Files of others
    stay."""
    root = Path(folder)
    for name, data in files.items():
        write_file(root / name, data)
    removed = []
    for path in sorted(root.glob("*.yaml")):
        if path.name not in files and path.is_file() and path.read_bytes()[: len(mark)] == mark:
            path.unlink()
            removed.append(path.name)
    return tuple(removed)
