"""A tree in memory, for tests of what reads trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flyteops.model.digest import sha256_hex


class MemoryTree:
    """Files given as a map; passes the same contract as the trees of git."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        *,
        commit: str | None = None,
        irregular: tuple[str, ...] = (),
        uncommitted: tuple[str, ...] = (),
        ignored: tuple[str, ...] = (),
    ) -> None:
        self._files = dict(files)
        self._commit = commit
        self._irregular = irregular
        self._uncommitted = uncommitted
        self._ignored = frozenset(ignored)

    @property
    def commit(self) -> str | None:
        return self._commit

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    def irregular(self) -> tuple[str, ...]:
        return tuple(sorted(self._irregular))

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        return self._ignored.intersection(paths)

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        return {path: sha256_hex(self._files[path]) for path in paths if path in self._files}

    def uncommitted(self) -> tuple[str, ...]:
        return tuple(sorted(self._uncommitted))
