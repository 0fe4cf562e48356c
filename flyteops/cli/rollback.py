"""`flyteops rollback`: the registry, and the domain's cluster, go back to an older generation, as a new one."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from time import sleep
from typing import TYPE_CHECKING, TypedDict

import click

from flyteops.cli.asking import agreed
from flyteops.cli.exits import Exit
from flyteops.cli.options import command
from flyteops.cli.session import Session

if TYPE_CHECKING:
    from flyteops.operations.applying import Author
    from flyteops.operations.rolling_back import Rollback
    from flyteops.ports.clock import Clock, Ids
    from flyteops.ports.registry import Registry
    from flyteops.wiring import Workspace

WAIT_S = 10.0
"""Longest wait until the cluster serves what went back, as for an apply."""


@command("Show what going back to an older generation would move, ask, and publish it as a new generation.")
@click.option("--to", "generation", type=click.IntRange(min=1), required=True, help="The generation; see `history`.")
@click.option("-y", "--auto-approve", is_flag=True, help="Do not ask.")
def run(session: Session, generation: int, auto_approve: bool) -> int:
    """Exit 0 when pointers and objects are those of the generation, 5 when a rule forbids it or nobody agreed."""
    from flyteops.operations.rolling_back import look_back
    from flyteops.views.history import render_rollback, rollback_wire
    from flyteops.views.json import render_document

    workspace, output = session.workspace(), session.output
    registry = workspace.registry(writing=True)
    found = look_back(workspace.domain, generation, registry=registry)
    has_cluster = workspace.settings.domains[workspace.domain].cluster is not None
    go = _with_cluster(session, workspace, found, registry) if has_cluster else _pointers(session, found, registry)
    as_json = output.form == "json"
    if not as_json:
        output.result(render_rollback(found.now, found.then, found.changes))
    what = "pointers, and the cluster's objects with them" if has_cluster else "pointers"
    question = f"Move these {what}, of {workspace.domain}? Only 'yes' moves"
    if found.changes and not auto_approve and not agreed(output, question, undone="nothing was moved", do="move"):
        return Exit.REFUSED
    reached = go()
    if as_json:
        output.result(render_document(rollback_wire(found.now, found.then, found.changes, generation=reached)))
    elif found.changes:
        output.result(
            f"Rolled back: {workspace.domain} is at generation {reached}, which points where {generation} did."
        )
    return Exit.OK


def _pointers(session: Session, found: Rollback, registry: Registry) -> Callable[[], int]:
    """Moves the pointers, which is all there is to move."""
    from flyteops.operations.rolling_back import roll_back

    return lambda: roll_back(found, registry=registry, **_surroundings(session))


def _with_cluster(session: Session, workspace: Workspace, found: Rollback, registry: Registry) -> Callable[[], int]:
    """Applies the program of the commit that was applied then, which is made and compared at once."""
    from flyteops.operations.applying import apply
    from flyteops.operations.rolling_back import commit_of, plan_back

    then = session.workspace(commit_of(found), domain=workspace.domain)
    places = then.cluster_place, workspace.cluster_place
    planned = plan_back(found, then.tree, then.sources, registry=registry, places=places)
    side = then.cluster_side(planned.program, wait_s=WAIT_S)
    return lambda: apply(planned, registry=registry, side=side, **_surroundings(session)).generation


class _Surroundings(TypedDict):
    clock: Clock
    ids: Ids
    author: Author
    report: Callable[[str], None]
    wait: Callable[[float], None]


def _surroundings(session: Session) -> _Surroundings:
    """What both ways back are given besides."""
    from flyteops.wiring import author, system_clock, system_ids

    return {
        "clock": system_clock(),
        "ids": system_ids(),
        "author": author(getpass.getuser()),
        "report": session.output.say,
        "wait": sleep,
    }
