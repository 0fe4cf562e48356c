"""What earlier commands learnt of the files of a work tree: digests of bytes, by size, times and inode.

git's index does the same for `git status`. A file is believed unchanged while its size, its inode, and the times of its
last change of content and of its inode are; nothing but the kernel sets the last of these. A file that was touched
within two seconds before it was looked at is not kept: a second change in the same tick of the clock would not show.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from flyteops.ports.parse_cache import ParseCache

_NAME = "files"
_FORMAT = b"flyteops.files.v1\n"
_SETTLED_NS = 2_000_000_000
"""Coarser than the clock of any file system: FAT counts in steps of two seconds."""
_WORTH_KEEPING = 16
"""As many files read anew are not written down: reading them again costs less."""


class Digests(NamedTuple):
    """Of one file: SHA-256 of its bytes, and the id that git gives them; empty where nobody asked yet."""

    content: str = ""
    blob: str = ""


_NOTHING = Digests()


def look(found: os.stat_result) -> str:
    """What a file looks like without reading it."""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


class FileDigests:
    """Digests of the files of one work tree, as it was looked at when this was made."""

    def __init__(self, cache: ParseCache | None = None) -> None:
        self._cache = cache
        self._since_ns = time.time_ns()
        self._now: dict[str, tuple[str, Digests]] = {}
        self._news = 0

    @cached_property
    def _known(self) -> dict[str, str]:
        return _read(self._cache.load(_NAME)) if self._cache else {}

    def of(self, path: str, seen: str) -> Digests:
        """What is known of the file that looks like this."""
        now = self._now.get(path)
        if now is not None:
            return now[1]
        before, found = self._known.get(path), _NOTHING
        if before is not None and before.startswith(seen + "\0"):
            _, content, blob = before.split("\0")
            found = Digests(content, blob)
        self._now[path] = (seen, found)
        return found

    def learn(self, path: str, seen: str, *, content: str = "", blob: str = "") -> None:
        """Notes what reading the file gave; of one that may still be changing, for this command only."""
        before = self.of(path, seen)
        self._now[path] = (seen, Digests(content or before.content, blob or before.blob))
        self._news += 1

    def keep(self) -> None:
        """Writes down what is known of the files of now, when that is enough more than before."""
        if self._cache is not None and self._news > _WORTH_KEEPING:
            kept = {path: each for path, each in self._now.items() if self._is_settled(each[0]) and any(each[1])}
            self._cache.save(_NAME, _written(kept))
            self._news = 0

    def _is_settled(self, seen: str) -> bool:
        _, changed, touched, _ = seen.split(" ")
        return max(int(changed), int(touched)) < self._since_ns - _SETTLED_NS


def _written(known: Mapping[str, tuple[str, Digests]]) -> bytes:
    """The document: a line for the format, a line with the digest of the rest, a line for every file."""
    lines = [f"{path}\0{seen}\0{found.content}\0{found.blob}" for path, (seen, found) in known.items()]
    body = "\n".join(lines).encode("utf-8")
    return _FORMAT + hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body


def _read(data: bytes | None) -> dict[str, str]:
    """What was written, the rest of each line by its path; nothing for anything else, whatever it is."""
    if data is None or not data.startswith(_FORMAT):
        return {}
    digest, _, body = data[len(_FORMAT) :].partition(b"\n")
    if not body or hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        return {}
    # With that digest it was written by us: a line has four parts.
    return dict([line.split("\0", 1) for line in body.decode("utf-8").split("\n")])
