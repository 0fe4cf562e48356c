"""`flyteops drift`: where the cluster differs from what was applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

if TYPE_CHECKING:
    from flyteops.reconcile import Wanted


@command("Compare the cluster with what was applied, field by field of ours. Reads only; exit 2 when it differs.")
def run(session: Session) -> int:
    """Exit 0 when everything is as applied, 2 when something differs."""
    from flyteops.operations.drifting import look_for_drift
    from flyteops.operations.sources import load_program
    from flyteops.views.drift import drift_wire, render_drift
    from flyteops.views.json import render_document

    workspace = session.workspace()
    registry = workspace.registry()
    program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
    side = workspace.require_cluster(workspace.cluster_side(program, pinned=False))
    snapshot = registry.snapshot(workspace.domain)
    records = registry.objects(workspace.domain)
    revision = snapshot.revision
    known = {each.digest for each in side.wanted}
    applied: tuple[Wanted, ...] = ()
    if revision is not None and revision.commit and not {each.digest for each in records} <= known:
        applied = _applied(session, revision.commit)
    found = look_for_drift(side, records, lineage=snapshot.lineage, applied=applied)
    as_json = session.output.form == "json"
    session.output.result(render_document(drift_wire(found)) if as_json else render_drift(found))
    return Exit.CHANGES if found.found else Exit.OK


def _applied(session: Session, commit: str) -> tuple[Wanted, ...]:
    """What the applied commit wanted, when it can still be read and compiled here."""
    from flyteops.model.errors import InvalidProject, OutsideFailed, Refused
    from flyteops.operations.sources import load_program

    try:
        workspace = session.workspace(commit)
        program = load_program(workspace.tree, workspace.sources, domain=workspace.domain)
        side = workspace.cluster_side(program, pinned=False)
    except (InvalidProject, OutsideFailed, Refused):
        return ()
    return side.wanted if side else ()
