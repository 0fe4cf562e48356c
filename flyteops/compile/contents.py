"""Files of the tree that declarations count by content: what images are built from, what a cache key includes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from flyteops.model.digest import digest_of, sha256_hex

LOCK_FILES = ("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "requirements.txt")
"""What may lock a project's packages, at its root: the first that is there counts."""


class Files:
    """Digests of files, each read once. Without a tree nothing is known of any file, and nothing is missed."""

    def __init__(self, read: Callable[[str], bytes | None], paths: Callable[[], tuple[str, ...]] | None) -> None:
        self._read = read
        self._paths = paths
        self._digests: dict[str, str | None] = {}

    @property
    def known(self) -> bool:
        """Whether there is a tree to look into."""
        return self._paths is not None

    def digest(self, path: str) -> str | None:
        """SHA-256 of a file; None when it is not there."""
        if path not in self._digests:
            data = self._read(path)
            self._digests[path] = None if data is None else sha256_hex(data)
        return self._digests[path]

    def packages(self, path: str) -> str | None:
        """Digest of a file of requirements without comments and blank lines; None when it is not there."""
        data = self._read(path)
        if data is None:
            return None
        lines = (re.sub(rb"(^|\s)#.*", b"", line).strip() for line in data.splitlines())
        return digest_of("flyteops.requirements.v1", [line.decode("utf-8", "replace") for line in lines if line])

    def lock_file(self) -> str | None:
        """The file that locks the project's packages."""
        return next((path for path in LOCK_FILES if self.digest(path) is not None), None)

    def matching(self, patterns: Iterable[str]) -> tuple[str, ...]:
        """Paths that a pattern names: `*` within a folder, `**` through folders; a folder stands for all in it."""
        wanted = [tuple(each.strip("/").split("/")) for each in patterns]
        paths = self._paths() if self._paths else ()
        return tuple(path for path in paths if any(_names(each, tuple(path.split("/"))) for each in wanted))


def _names(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether the pattern names the path or a folder that it lies in. Looks at each pair of parts once: a pattern of
    many stars takes no longer than its length times that of the path."""
    reached = {0}  # how many parts of the pattern may be used up
    for part in path:
        if len(pattern) in reached:
            return True  # a folder
        after: set[int] = set()
        for at in _through(reached, pattern):
            if at < len(pattern) and pattern[at] == "**":
                after.add(at)
            elif at < len(pattern) and _part(pattern[at], part):
                after.add(at + 1)
        reached = after
    return len(pattern) in _through(reached, pattern)


def _through(reached: set[int], pattern: tuple[str, ...]) -> set[int]:
    """The same, and what comes after each `**` that stands for nothing."""
    found = set(reached)
    for at in sorted(reached):
        step = at
        while step < len(pattern) and pattern[step] == "**":
            step += 1
            found.add(step)
    return found


def _part(pattern: str, text: str) -> bool:
    """Whether a part of a path is named by a part of a pattern, with `*` and `?`; greedy, and so linear."""
    star = -1
    at = kept = position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, kept, at = at, position, at + 1
        elif at < len(pattern) and pattern[at] in ("?", text[position]):
            at, position = at + 1, position + 1
        elif star >= 0:
            kept += 1
            at, position = star + 1, kept
        else:
            return False
    return all(each == "*" for each in pattern[at:])
