"""From the options of a launch to what shall run: reads the file of inputs, says what was laid over what."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flyteops.cli.session import Session

if TYPE_CHECKING:
    import datetime as dt

    from flyteops.model.diagnostics import Diagnostic
    from flyteops.model.entities import LaunchPlan
    from flyteops.model.program import Program
    from flyteops.operations.given import Given
    from flyteops.operations.running import Launch, Look


def launch_of(
    session: Session,
    program: Program,
    address: str,
    *,
    words: tuple[str, ...],
    inputs_file: str | None,
    slot: str | None,
    look: Look,
) -> Launch:
    """What an address and the given inputs mean; InvalidProject with every fault."""
    from flyteops.model.errors import InvalidProject
    from flyteops.operations.given import InvalidInputs, given_inputs, read_moment, with_slot
    from flyteops.operations.running import find, launch, launched_plan

    target = find(program, address)
    moment = read_moment(slot, "--slot") if slot is not None else None
    try:
        given = given_inputs(words, _document(session, inputs_file))
    except InvalidInputs as invalid:
        session.texts.update(invalid.given.texts)
        raise
    plan = launched_plan(program, target)
    faults: list[Diagnostic] = []
    if slot is not None:
        given, faults = with_slot(given, plan, slot)
    session.texts.update(given.texts)
    try:
        what = launch(program, target, given, look=look)
    except InvalidProject as invalid:
        raise InvalidProject([*faults, *invalid.diagnostics]) from None
    if faults:
        raise InvalidProject(faults)
    for name, found in what.found.items():
        session.output.say(f"note: {name} is {found.version}, of run {found.version.run}")
    _say_overlaid(session, given)
    if moment is not None:
        _say_no_slot(session, plan, moment)
    return what


def _document(session: Session, name: str | None) -> tuple[str, bytes] | None:
    """The file of inputs with the name that its places have: the path from the project's folder, `<stdin>` for `-`."""
    from flyteops.operations.given import STDIN

    if name is None:
        return None
    if name == "-":
        return STDIN, sys.stdin.buffer.read() if sys.stdin else b""
    path = session.start / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise click.BadParameter(f"cannot read {name}: {error.strerror}", param_hint="--inputs") from error
    session.texts[name] = content.decode("utf-8", "replace")
    return name, content


def _say_overlaid(session: Session, given: Given) -> None:
    for name, place in sorted(given.overlaid.items()):
        winner = given.names[name].path
        loser = f"{place.path}:{place.line}" if not place.path.startswith("--") else "an earlier --input"
        session.output.say(f"note: {winner.removesuffix(f' {name}')} {name} counts, not the value of {loser}")


def _say_no_slot(session: Session, plan: LaunchPlan, moment: dt.datetime) -> None:
    """Notes that the schedule never starts at that moment; the run goes on, as a backfill by hand may want it."""
    import datetime as dt

    from flyteops.execution.slots import next_slots

    schedule = plan.schedule
    if schedule is None:
        return
    upcoming = next_slots(schedule, after=moment - dt.timedelta(microseconds=1), count=1)
    # In UTC: Python calls times of an hour that comes twice unequal to those of every other zone.
    if not upcoming or upcoming[0].astimezone(dt.UTC) != moment.astimezone(dt.UTC):
        after = f"; the next one after it is {upcoming[0].isoformat()}" if upcoming else ""
        session.output.say(f"note: {moment.isoformat()} is no slot of {plan.name}{after}")
