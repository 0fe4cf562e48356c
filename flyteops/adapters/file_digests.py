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


def look(found: os.stat_result) -> str:
    """What a file looks like without reading it."""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


class FileDigests:
    """Digests of the files of one work tree, as it was looked at when this was made."""

    def __init__(self, cache: ParseCache | None = None) -> None:
        self._cache = cache
        self._since_ns = time.time_ns()

    def of(self, files: Mapping[str, str]) -> dict[str, Digests]:
        """What is known of those of the files that look as they did; each is given with what it looks like."""
        found = {}
        for line in _read(self._cache.load(_NAME)) if self._cache else ():
            path, looked, content, blob = line.split("\0")
            if files.get(path) == looked:
                found[path] = Digests(content, blob)
        return found

    def keep(self, files: Mapping[str, str], known: Mapping[str, Digests], *, learnt: int) -> None:
        """Writes down what is known of the files by now, when enough of it was learnt; but of none that may still be
        changing."""
        if self._cache is not None and learnt > _WORTH_KEEPING:
            settled = {path: (files[path], found) for path, found in known.items() if self._is_settled(files[path])}
            self._cache.save(_NAME, _written(settled))

    def _is_settled(self, seen: str) -> bool:
        _, changed, touched, _ = seen.split(" ")
        return max(int(changed), int(touched)) < self._since_ns - _SETTLED_NS


def _written(known: Mapping[str, tuple[str, Digests]]) -> bytes:
    """The document: a line for the format, a line with the digest of the rest, a line for every file."""
    lines = [f"{path}\0{seen}\0{found.content}\0{found.blob}" for path, (seen, found) in known.items()]
    body = "\n".join(lines).encode("utf-8")
    return _FORMAT + hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body


def _read(data: bytes | None) -> list[str]:
    """The lines that were written; none of anything else, whatever it is."""
    if data is None or not data.startswith(_FORMAT):
        return []
    digest, _, body = data[len(_FORMAT) :].partition(b"\n")
    if not body or hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        return []
    # With that digest it was written by us: a line has four parts.
    return body.decode("utf-8").split("\n")
