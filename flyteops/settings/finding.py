"""Finds the folder of a project on disk. Reads no file."""

from __future__ import annotations

from pathlib import Path

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.errors import InvalidProject

SETTINGS_FILE = "flyteops.yaml"


def find_root(start: Path) -> Path:
    """The nearest folder upwards that holds flyteops.yaml; the search ends at the top of the git repository."""
    folder = start.absolute()
    if not folder.is_dir():
        raise InvalidProject([_no_settings(start, "there is no such folder")])
    for each in (folder, *folder.parents):
        if (each / SETTINGS_FILE).is_file():
            return each
        if (each / "flyteops.yml").is_file():
            raise InvalidProject([_no_settings(start, f"{each / 'flyteops.yml'} is not read: rename it to .yaml")])
        if (each / ".git").exists():
            raise InvalidProject([_no_settings(start, f"none up to {each}, the top of the git repository")])
    raise InvalidProject([_no_settings(start, "none in any folder above it")])


def _no_settings(start: Path, why: str) -> Diagnostic:
    return Diagnostic(
        code="FO520",
        message=f"no {SETTINGS_FILE} for {start.absolute()}: {why}",
        place=None,
        help="run flyteops init there, or go to the project's folder with -C DIR",
    )
