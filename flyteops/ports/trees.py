"""A tree of files: the work tree or a commit's blobs, read the same way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Tree(Protocol):
    """Paths are relative to the project's folder, with `/`, sorted; symlinks and submodules are never followed."""

    @property
    def commit(self) -> str | None:
        """Full id of the commit read, or of HEAD under a work tree; None before the first commit."""

    def paths(self) -> tuple[str, ...]:
        """Every regular file: tracked and, in a work tree, untracked but not ignored."""

    def irregular(self) -> tuple[str, ...]:
        """Paths that are symlinks or submodules, so that a reference to one can be refused by name."""

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths that are files of the work tree which git ignores; their content is never read. A
        commit knows nothing of such files."""

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None when there is no such file."""

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """SHA-256 (hex) of the bytes that `read` gives, of each of the paths that is a file; a tree may know them
        without reading."""

    def uncommitted(self) -> tuple[str, ...]:
        """Paths that differ from `commit`; empty for a commit's own tree."""
