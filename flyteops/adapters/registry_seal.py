"""Pointers of a generation: replayed from their history, and sealed. Pure: knows no engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from flyteops.model.digest import Json, digest_of
from flyteops.model.state import Revision

Pointers = dict[tuple[str, str], str]
"""(kind, name) to the digest of the record that it names."""
HistoryRow = tuple[int, str, str, str | None, str, str | None]
"""generation, kind, name, digest, action, previous (its address)."""


def seal_of(key: tuple[str, str], *, lineage: str, revision: Revision, pointers: Iterable[tuple[str, str, str]]) -> str:
    """A digest over all that a snapshot of this generation tells but the payloads, which have their own."""
    listed: Json = sorted(map(tuple, pointers))
    made: Json = [revision.commit, revision.dirty, revision.plan_digest, revision.actor, revision.tool]
    where: Json = [lineage, *key, revision.generation, revision.created_ms]
    return digest_of("flyteops.registry.seal.v1", where, made, listed)


def listed(pointers: Pointers) -> list[tuple[str, str, str]]:
    """Pointers as rows, sorted."""
    return sorted((kind, name, digest) for (kind, name), digest in pointers.items())


class Replay:
    """Walks the history of a domain's pointers forward, generation by generation."""

    def __init__(self, rows: Iterable[HistoryRow]) -> None:
        self._changes: dict[int, list[HistoryRow]] = defaultdict(list)
        for row in rows:
            self._changes[row[0]].append(row)
        self._generations = sorted(self._changes)
        self._at = 0
        self._pointers: Pointers = {}

    def up_to(self, generation: int) -> Pointers:
        """Where names pointed at this generation; only ever asked forward, and valid until the next call."""
        while self._at < len(self._generations) and self._generations[self._at] <= generation:
            self._step(self._changes[self._generations[self._at]])
            self._at += 1
        return self._pointers

    def _step(self, rows: list[HistoryRow]) -> None:
        """First what is left behind, then what is pointed at: a name that was moved away may be given anew."""
        for _, kind, name, _, _, previous in rows:
            self._pointers.pop((kind, name), None)
            if previous is not None:
                old_kind, _, old_name = previous.partition("/")
                self._pointers.pop((old_kind, old_name), None)
        for _, kind, name, digest, _, _ in rows:
            if digest is not None:
                self._pointers[kind, name] = digest
