"""Progress of a run while it goes: plain lines for logs, a live table on a terminal (rich, imported only there)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from flyteops.local import RunEvent
from flyteops.views.escape import safe

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

_WORDS = {
    "started": "started",
    "launched": "launch",
    "progress": "at",
    "retrying": "retry",
    "succeeded": "done",
    "cached": "cached",
    "failed": "failed",
    "skipped": "skipped",
    "stopped": "stopped",
    "nondeterministic": "note",
}


def progress_line(event: RunEvent) -> str | None:
    """One line for an event that ends something or needs a reader's eye; None for a mere start or one map item."""
    if event.kind == "started" or (event.item is not None and event.kind in ("succeeded", "cached", "skipped")):
        return None
    name = event.path if event.item is None else f"{event.path}.{event.item}"
    line = f"{event.at_s:7.1f}s  {_WORDS[event.kind]:<7}  {safe(name)}"
    if event.kind == "retrying":
        wait = f" in {event.wait_s:.1f}s" if event.wait_s else ""
        line += f"  attempt {event.attempt} failed, again{wait}"
    if event.fraction is not None:
        line += f"  {event.fraction:.0%}"
    if event.duration_s is not None and event.kind == "succeeded":
        line += f"  ({event.duration_s:.1f}s)"
    if event.message:
        line += f"  {safe(event.message)}"
    return line


@dataclass(slots=True)
class _Row:
    """What the live table shows of one step."""

    word: str = "started"
    since_s: float = 0.0
    duration_s: float | None = None
    message: str = ""
    items_done: int = 0
    items_begun: int = 0


@dataclass(slots=True)
class Board:
    """The state of every step that was heard of, in the order heard."""

    rows: dict[str, _Row] = field(default_factory=dict)

    def hear(self, event: RunEvent) -> None:
        """Takes one event in."""
        row = self.rows.setdefault(event.path, _Row(since_s=event.at_s))
        if event.item is not None:
            row.items_begun += event.kind == "started" and event.attempt <= 1
            row.items_done += event.kind in ("succeeded", "cached", "failed")
            row.message = event.message if event.kind in ("retrying", "failed") else row.message
            return
        if event.fraction is not None:
            row.message = f"{event.fraction:.0%} {event.message}".rstrip()
            return
        row.word, row.message = _WORDS[event.kind], event.message
        row.duration_s = event.duration_s

    def lines(self) -> list[tuple[str, str, str]]:
        """Word, step, remark."""
        return [(row.word, safe(path), self._remark(row)) for path, row in self.rows.items()]

    def _remark(self, row: _Row) -> str:
        items = f"{row.items_done} items done" if row.items_done or row.items_begun else ""
        took = f"{row.duration_s:.1f}s" if row.duration_s is not None else ""
        return "  ".join(part for part in (items, took, safe(row.message)) if part)


_STYLES = {"done": "green", "cached": "cyan", "failed": "bold red", "retry": "yellow", "started": "blue"}


class LiveProgress(AbstractContextManager["LiveProgress"]):
    """A table on a terminal (stderr) that is redrawn as events come; call the object with each event."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._board = Board()
        self._live: Live = Live(console=Console(stderr=True), refresh_per_second=8, transient=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, traceback)

    def __call__(self, event: RunEvent) -> None:
        """Shows one event."""
        self._board.hear(event)
        self._live.update(self._table())

    def _table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, show_header=False, pad_edge=False)
        for word, path, remark in self._board.lines():
            table.add_row(Text(word, style=_STYLES.get(word, "")), Text(path), Text(remark, style="dim"))
        return table
