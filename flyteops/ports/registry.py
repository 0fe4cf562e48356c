"""The durable record of what was applied. Every write is fenced (decisions.md 16)."""

from __future__ import annotations

from typing import Protocol

from flyteops.model.state import Fence, PointerChange, Revision, Snapshot


class Registry(Protocol):
    """One registry for a project. Methods raise `Refused` for a broken rule and `OutsideFailed` for the outside."""

    def snapshot(self, domain: str) -> Snapshot:
        """One consistent snapshot, read in one transaction; never creates anything, not even a file."""

    def prepare(self) -> str:
        """Creates the registry when there is none, migrates an older one; returns its lineage."""

    def take_lease(self, domain: str, *, holder: str, ttl_ms: int) -> Fence:
        """Takes or takes over an expired lease; `Refused` when someone else holds it, saying who and until when."""

    def release_lease(self, fence: Fence) -> None:
        """Gives the lease back; silent when it was lost meanwhile."""

    def intend(self, fence: Fence, operation: str, changes: tuple[PointerChange, ...]) -> None:
        """Writes one journal row per change, state `intent`, and the new entity records. Safe to repeat."""

    def publish(
        self,
        fence: Fence,
        operation: str,
        domain: str,
        *,
        expected_generation: int,
        revision: Revision,
        changes: tuple[PointerChange, ...],
    ) -> int:
        """In one transaction: compare-and-swap of the generation, revision row, pointers, pointer history, journal
        rows to `confirmed`. Returns the new generation; `Refused` when the generation moved or the fence is stale.
        Repeating a published operation returns its generation again."""

    def history(self, domain: str, limit: int) -> tuple[Revision, ...]:
        """The newest revisions first."""

    def unfinished(self, domain: str) -> tuple[str, ...]:
        """Operations with an intent that was neither published nor superseded."""
