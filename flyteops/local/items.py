"""The items of one map while it goes on: not begun, open, failed; and whether enough can still succeed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Items:
    """`needed` of the `count` items must succeed; `called` counts those that were not taken from cache or commits.

    Items wait in batches: those of one batch begin one after the other, each when the one before is over."""

    count: int
    needed: int
    pending: deque[range]
    rests: dict[int, range] = field(default_factory=dict)
    """What is left of a batch after the item of it that is open."""
    open: int = 0
    failed: list[int] = field(default_factory=list)
    called: int = 0

    @staticmethod
    def of(count: int, *, needed: int, batch: int) -> Items:
        """All items of a map, in batches of so many."""
        pending = deque(range(first, min(first + batch, count)) for first in range(0, count, batch))
        return Items(count=count, needed=needed, pending=pending)

    def more(self, after: int) -> bool:
        """Whether there is an item to begin now that this one is over."""
        return after in self.rests or bool(self.pending)

    def take(self, after: int | None = None) -> int | None:
        """The next item to begin: of the batch of the one that is over, else the first of another batch."""
        batch = self.rests.pop(after, None) if after is not None else None
        if batch is None:
            if not self.pending:
                return None
            batch = self.pending.popleft()
        self.open += 1
        if len(batch) > 1:
            self.rests[batch[0]] = batch[1:]
        return batch[0]

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
