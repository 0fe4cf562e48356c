"""The run a function is called in. Optional: a plain function needs none of it, and outside a run all of it answers
with local defaults. Standard library only: it is part of every pod.

    from flyteops.context import checkpoint, current, deck, progress, secrets, stop_requested
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from flyteops.surroundings import Checkpoint, Deck, Secrets

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from typing import Any


class Current:
    """Which attempt of which step of which run this is, the folder it may write to, and what its task declares.

    `number` counts the attempts of a step from 1; `attempt` is this one's name in the store; `scheduled_time` is the
    slot of the schedule that started the run, None for a run that somebody started.
    """

    __slots__ = (
        "_number", "_progress", "_scheduled", "_stop", "attempt", "checkpoint", "deck", "item", "run", "secrets",
        "step", "workdir",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - one argument a part, by name
        self,
        *,
        run: str,
        step: str,
        attempt: str,
        workdir: str,
        item: int | None = None,
        number: int | Callable[[], int] = 1,
        scheduled_time: datetime | Callable[[], datetime | None] | None = None,
        secrets: Secrets | None = None,
        checkpoint: Checkpoint | None = None,
        deck: Deck | None = None,
        progress: Callable[[float, str], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self.run = run
        self.step = step
        self.attempt = attempt
        self.workdir = workdir
        self.item = item
        self.secrets = secrets or Secrets()
        self.checkpoint = checkpoint or Checkpoint()
        self.deck = deck or Deck()
        self._number = number
        self._scheduled = scheduled_time
        self._progress = progress
        self._stop = stop

    @property
    def number(self) -> int:
        """Which attempt of the step this is: 1, 2, …"""
        if callable(self._number):
            self._number = self._number()
        return self._number

    @property
    def scheduled_time(self) -> datetime | None:
        """The slot of the schedule that started the run."""
        if callable(self._scheduled):
            self._scheduled = self._scheduled()
        return self._scheduled

    @property
    def stop_requested(self) -> bool:
        """Whether the attempt is to end: whoever asks gets a few seconds to save its state and return."""
        return self._stop is not None and self._stop()

    def progress(self, fraction: float, text: str = "") -> None:
        """Says how far the attempt is: a fraction from 0 to 1, and a word about it."""
        if not 0 <= fraction <= 1:
            raise ValueError(f"progress is a fraction from 0 to 1, not {fraction!r}")
        if self._progress is not None:
            self._progress(float(fraction), text)

    def __repr__(self) -> str:
        return f"Current(run={self.run!r}, step={self.step!r}, attempt={self.attempt!r}, item={self.item!r})"


_entered: list[Current] = []
_outside: list[Current] = []


def current() -> Current:
    """The attempt this code runs in; `run` is `local` outside of one."""
    if _entered:
        return _entered[-1]
    if not _outside:
        _outside.append(Current(run="local", step="local", attempt="local", workdir=os.getcwd()))  # noqa: PTH109
    return _outside[0]


def enter(attempt: Current) -> None:
    """For the runtime: the attempt begins."""
    _entered.append(attempt)


def leave() -> None:
    """For the runtime: the attempt is over."""
    _entered.pop()


class _OfCurrent:
    """Stands for a part of whatever attempt is current when it is used, so that it can be imported by name."""

    __slots__ = ("_part",)

    def __init__(self, part: str) -> None:
        self._part = part

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(current(), self._part), name)

    def __repr__(self) -> str:
        return f"<{self._part} of the current attempt>"


if TYPE_CHECKING:
    secrets = Secrets()
    checkpoint = Checkpoint()
    deck = Deck()
else:
    secrets, checkpoint, deck = _OfCurrent("secrets"), _OfCurrent("checkpoint"), _OfCurrent("deck")


def progress(fraction: float, text: str = "") -> None:
    """Says how far the current attempt is."""
    current().progress(fraction, text)


def stop_requested() -> bool:
    """Whether the current attempt is to end."""
    return current().stop_requested


def workdir() -> Path:
    """The folder that the current attempt may write to."""
    from pathlib import Path

    return Path(current().workdir)


__all__ = [
    "Checkpoint", "Current", "Deck", "Secrets", "checkpoint", "current", "deck", "progress", "secrets",
    "stop_requested", "workdir",
]  # fmt: skip
