"""Options of launch plans that neither an input nor the clock needs: notifications, runs at once."""

from __future__ import annotations

from flyteops.compile.faults import suggestion
from flyteops.compile.fields import int_of, map_in, text_in, texts_in
from flyteops.compile.known import Known
from flyteops.compile.layers import Declared
from flyteops.model.diagnostics import Related
from flyteops.model.entities import Schedule
from flyteops.model.frozen import frozen
from flyteops.model.launching import PHASES, Concurrency, Notification, WhenFull
from flyteops.source.tree import Mapping, Scalar, Sequence

_OVERLAP_OF: dict[str, tuple[str, ...]] = {
    "skip": ("allow", "forbid"),
    "queue": ("allow",),
    "replace": ("allow", "replace"),
}
"""What `overlap` may say beside a limit of one: that the clock starts it, or the same."""


@frozen
class Options:
    """What was read."""

    notifications: tuple[Notification, ...] = ()
    concurrency: Concurrency | None = None


def read_options(known: Known, body: Mapping, *, declared: Declared, schedule: Schedule | None) -> Options | None:
    """The options of a plan; None when one is wrong."""
    before = len(known.faults.found)
    notifications = _notifications(known, body)
    concurrency = _concurrency(known, body, schedule)
    if len(known.faults.found) > before or notifications is None or not declared.sound:
        return None
    return Options(notifications=notifications, concurrency=concurrency)


def _notifications(known: Known, body: Mapping) -> tuple[Notification, ...] | None:
    written = body.get("notifications")
    if not isinstance(written, Sequence):
        return ()
    found: list[Notification] = []
    whole = True
    for item in written.items:
        named = item.get("channel") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or not isinstance(named, Scalar):
            continue
        if named.text not in known.channels:
            known.faults.add(
                "FO285",
                f'there is no channel "{named.text}"',
                at=named.place,
                help=suggestion(named.text, known.channels, kinds="channels")
                if known.channels
                else "declare it under channels:",
            )
        channel = known.channels.get(named.text)
        if channel is None:
            whole = False
            continue
        said = texts_in(item, "phases")
        found.append(Notification(phases=tuple(each for each in PHASES if each in said), channel=channel))
    return tuple(found) if whole else None


def _concurrency(known: Known, body: Mapping, schedule: Schedule | None) -> Concurrency | None:
    written = map_in(body, "concurrency")
    limit = int_of(written.get("limit")) if written is not None else None
    if written is None or limit is None:
        return None
    when_full = _when_full(text_in(written, "when_full"))
    clock = map_in(body, "schedule")
    overlap = clock.get("overlap") if clock is not None else None
    if (
        schedule is not None
        and limit == 1
        and isinstance(overlap, Scalar)
        and overlap.text not in _OVERLAP_OF[when_full]
    ):
        said = written.get("when_full") or written
        known.faults.add(
            "FO286",
            f"overlap: {overlap.text} and concurrency.when_full: {when_full} say different things",
            at=overlap.place,
            label="of one start by the clock more",
            help="take overlap away: concurrency counts all runs of the plan, those of the clock too",
            related=(Related(place=said.place, label="of any run more"),),
        )
        return None
    return Concurrency(limit=limit, when_full=when_full)


def _when_full(text: str | None) -> WhenFull:
    match text:
        case "queue":
            return "queue"
        case "replace":
            return "replace"
        case _:
            return "skip"
