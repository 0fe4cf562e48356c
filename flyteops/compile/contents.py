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
        wanted = re.compile("|".join(_regex(each) for each in patterns) or "(?!)")
        return tuple(path for path in self._paths() if wanted.fullmatch(path)) if self._paths else ()


def _regex(pattern: str) -> str:
    parts = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    words = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern.rstrip("/"))
    return "".join(parts.get(word) or re.escape(word) for word in words) + "(?:/.*)?"
