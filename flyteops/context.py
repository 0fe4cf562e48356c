"""The run a function is called in: `current()`. Optional; outside a run it answers with local defaults."""

from __future__ import annotations

import os


class Current:
    """Which attempt of which step of which run this is, and the folder it may write to."""

    __slots__ = ("attempt", "item", "run", "step", "workdir")

    def __init__(self, *, run: str, step: str, attempt: str, workdir: str, item: int | None = None) -> None:
        self.run = run
        self.step = step
        self.attempt = attempt
        self.workdir = workdir
        self.item = item

    def __repr__(self) -> str:
        return f"Current(run={self.run!r}, step={self.step!r}, attempt={self.attempt!r}, item={self.item!r})"


_entered: list[Current] = []


def current() -> Current:
    """The attempt this code runs in; `run` is `local` outside of one."""
    if _entered:
        return _entered[-1]
    return Current(run="local", step="local", attempt="local", workdir=os.getcwd())  # noqa: PTH109


def enter(attempt: Current) -> None:
    """For the runtime: the attempt begins."""
    _entered.append(attempt)


def leave() -> None:
    """For the runtime: the attempt is over."""
    _entered.pop()


__all__ = ["Current", "current"]
