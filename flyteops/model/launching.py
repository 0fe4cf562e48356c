"""What a launch plan says beyond inputs and clock: who is told, how many runs at once. Each with its wire form."""

from __future__ import annotations

from typing import Literal as OneOf

from flyteops.model.digest import Json, JsonObject
from flyteops.model.frozen import frozen

Phase = OneOf["succeeded", "failed", "aborted", "timed_out", "skipped"]
PHASES: tuple[Phase, ...] = ("succeeded", "failed", "aborted", "timed_out", "skipped")
"""How a run may end, in the order in which they are told."""
WhenFull = OneOf["skip", "queue", "replace"]


@frozen
class Channel:
    """Where a notification goes. `options` are those of its kind, checked, by name; what is secret is named, and its
    declaration stands in `secrets` as the wire form of whoever keeps it."""

    name: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, Json], ...] = ()


@frozen
class Notification:
    """Tells a channel when a run ends in one of the phases."""

    phases: tuple[Phase, ...]
    channel: Channel


@frozen
class Concurrency:
    """At most `limit` runs of the plan at once, over all its versions; `when_full` says what becomes of one more."""

    limit: int
    when_full: WhenFull = "skip"


def notification_wire(notification: Notification) -> JsonObject:
    """Phases, and the channel laid open."""
    channel = notification.channel
    phases: list[Json] = list(notification.phases)
    said: JsonObject = {"name": channel.name, channel.kind: dict(channel.options)}
    if channel.secrets:
        said["secrets"] = dict(channel.secrets)
    return {"phases": phases, "channel": said}


def concurrency_wire(concurrency: Concurrency) -> JsonObject:
    """Both fields, also the default one: a limit without it would read as another rule."""
    return {"limit": concurrency.limit, "when_full": concurrency.when_full}
