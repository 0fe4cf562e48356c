"""A tree of files: the work tree or a commit's blobs, read the same way."""

from __future__ import annotations

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

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None when there is no such file."""

    def uncommitted(self) -> tuple[str, ...]:
        """Paths that differ from `commit`; empty for a commit's own tree."""
