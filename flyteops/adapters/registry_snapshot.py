"""A snapshot that was written to a file, in place of a registry that cannot be reached: reads only."""

from __future__ import annotations

import json
from pathlib import Path

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.errors import InvalidProject
from flyteops.model.snapshot_wire import snapshot_of, snapshot_schema
from flyteops.model.state import Snapshot


class SnapshotFile:
    """The snapshot in a file made by `flyteops registry snapshot`."""

    def __init__(self, path: Path, *, project: str | None = None) -> None:
        self._path = path
        self._project = project

    def snapshot(self, domain: str) -> Snapshot:
        """The snapshot; InvalidProject (FO735) when the file is none, was edited, or tells of something else."""
        snapshot = self._read()
        if self._project not in (None, snapshot.project):
            raise self._fault(f"it tells of project {snapshot.project}, not of {self._project}")
        if snapshot.domain != domain:
            raise self._fault(f"it tells of domain {snapshot.domain}, not of {domain}")
        return snapshot

    def _read(self) -> Snapshot:
        from jsonschema import Draft202012Validator

        try:
            document = json.loads(self._path.read_bytes())
        except (ValueError, RecursionError) as wrong:
            raise self._fault(f"it is not JSON ({wrong})") from wrong
        found = min(Draft202012Validator(snapshot_schema()).iter_errors(document), key=str, default=None)
        if found is not None:
            raise self._fault(f"{found.json_path}: {found.message[:200]}")
        snapshot = snapshot_of(document)
        if snapshot is None:
            raise self._fault("a digest does not fit its content: it was edited")
        return snapshot

    def _fault(self, why: str) -> InvalidProject:
        return InvalidProject(
            [
                Diagnostic(
                    code="FO735",
                    message=f"{self._path} cannot be used as a snapshot: {why}",
                    place=None,
                    help="make it anew: flyteops registry snapshot --out FILE",
                )
            ]
        )
