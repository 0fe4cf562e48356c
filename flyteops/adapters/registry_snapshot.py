"""A snapshot that was written to a file, in place of a registry that cannot be reached: reads only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.errors import InvalidProject
from flyteops.model.ids import Kind
from flyteops.model.snapshot_wire import snapshot_of, snapshot_schema
from flyteops.model.state import Snapshot
from flyteops.plan.stored import stored_launch_plan, stored_program

_OF_NO_FORM = (LookupError, TypeError, ValueError, AttributeError, AssertionError, RecursionError)


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

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Around a plan against the file: digests can be computed by anybody, and an entity that is of no form of ours
        in some depth is told as a fault of the file (FO735) and not as a bug."""
        try:
            yield
        except _OF_NO_FORM as wrong:
            why = f"an entity in it is of no known form ({type(wrong).__name__}: {wrong})"
            raise self._fault(f"{why}; if nobody edited it, this is a bug of the tool that planned") from wrong

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
        self._require_readable(snapshot)
        return snapshot

    def _require_readable(self, snapshot: Snapshot) -> None:
        """Digests can be computed by anybody: what a plan looks into has to be of our form as well."""
        names = [entity.name for entity in snapshot.entities if entity.kind is Kind.WORKFLOW]
        try:
            stored_program(snapshot, names)
            for entity, record in snapshot.entities.items():
                if entity.kind is Kind.LAUNCH_PLAN:
                    stored_launch_plan(record.payload)
        except _OF_NO_FORM as wrong:
            raise self._fault(f"an entity in it is of no known form ({type(wrong).__name__}: {wrong})") from wrong

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
