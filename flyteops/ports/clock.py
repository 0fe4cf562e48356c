"""Time and chance come in from the outside, so that a test can decide them."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Wall time for records and display, monotonic time for waiting; never used for order."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""

    def monotonic_s(self) -> float:
        """Seconds since some fixed moment."""


class Ids(Protocol):
    """Fresh identifiers."""

    def fresh(self) -> str:
        """A lower-case text of 20 characters [a-z0-9] that starts with a letter and was never given before."""
