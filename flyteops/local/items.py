"""The items of one map while it goes on: not begun, open, failed; and whether enough can still succeed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Items:
    """`needed` of the `count` items must succeed; `called` counts those that were not taken from cache or commits."""

    count: int
    needed: int
    pending: deque[int]
    open: int = 0
    failed: list[int] = field(default_factory=list)
    called: int = 0

    def take(self) -> int | None:
        """The next item to begin."""
        if not self.pending:
            return None
        self.open += 1
        return self.pending.popleft()

    @property
    def hopeless(self) -> bool:
        """Whether too many have failed."""
        return self.count - len(self.failed) < self.needed

    @property
    def over(self) -> bool:
        """Whether nothing is open or left to begin."""
        return not self.open and not self.pending

    @property
    def all_known(self) -> bool:
        """Whether there were items, and each was there already."""
        return self.count > 0 and not self.called and not self.failed
