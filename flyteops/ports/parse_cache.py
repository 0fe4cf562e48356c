"""A place for what may be thrown away at any time: what one plan learnt of the files, for the next."""

from __future__ import annotations

from typing import Protocol


class ParseCache(Protocol):
    """Losing it, or finding half of it, costs time and nothing else; it raises nothing."""

    @property
    def stamp(self) -> str:
        """What made it: another tool, another build of it, or another Python has another stamp."""

    def load(self, name: str) -> bytes | None:
        """What was kept under a name, or None."""

    def save(self, name: str, data: bytes) -> None:
        """Keeps the bytes whole, or does nothing."""

    def described(self) -> str:
        """Where it is, for people."""
