"""The durable record of what was applied. Every write is fenced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from flyteops.model.state import (
    Effect,
    Fence,
    Garbage,
    Misfit,
    ObjectRecord,
    PointerChange,
    Revision,
    Snapshot,
)


class Snapshots(Protocol):
    """What a plan reads of a registry, and all that a file can stand for."""

    def snapshot(self, domain: str) -> Snapshot:
        """What is applied to the domain now; generation 0 when nothing ever was."""


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

    def objects(self, domain: str) -> tuple[ObjectRecord, ...]:
        """The cluster objects this registry owns in the domain, sorted by reference."""

    def intend_effects(self, fence: Fence, operation: str, effects: tuple[Effect, ...]) -> None:
        """Writes one journal row per effect, state `intent`, before anything outside is touched. Safe to repeat."""

    def confirm_effect(self, fence: Fence, operation: str, effect: Effect, *, uid: str) -> None:
        """The effect was seen in the cluster: its journal row becomes `confirmed`, and the object's record is written
        (apply) or taken away (delete). Safe to repeat."""

    def open_effects(self, domain: str) -> tuple[tuple[str, Effect], ...]:
        """Effects with an intent and no confirmation, each with its operation: what a killed apply may have done."""

    def snapshot_at(self, domain: str, generation: int) -> Snapshot:
        """The pointers of an older generation with their records; `Refused` when it never was or is no longer whole."""

    def history(self, domain: str, limit: int) -> tuple[Revision, ...]:
        """The newest revisions first."""

    def unfinished(self, domain: str) -> tuple[str, ...]:
        """Operations with an intent that was neither published nor superseded."""


class KeptRegistry(Registry, Protocol):
    """A registry that lasts: it can be looked over and cleaned."""

    def described(self) -> str:
        """What it is and where, for people; without a password. Asks the outside."""

    def counts(self, domain: str, limit: int) -> Mapping[int, Mapping[str, int]]:
        """For the newest generations: how many pointers each created, updated, moved and retired."""

    def verify(self) -> tuple[Misfit, ...]:
        """Recomputes every digest and seal of the project, in all its domains; what does not fit."""

    def garbage(self, domain: str, keep: int) -> tuple[Garbage, ...]:
        """What no pointer, no open intent and none of the last `keep` revisions needs."""

    def drop(self, fence: Fence, keep: int, garbage: tuple[Garbage, ...]) -> int:
        """Drops of the given what is still garbage; how many. Older generations are then no longer whole."""
