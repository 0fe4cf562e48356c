"""What git lists, as text: names that can be shown, modes and ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from flyteops.adapters.git_command import git
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.errors import InvalidProject

OWN_FOLDER = ".flyteops/"
"""The embedded registry and store: never part of the tree, ignored by git or not."""
LINK, SUBMODULE = "120000", "160000"
FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
Entries = tuple[dict[str, tuple[str, str]], bool]
"""Mode and id of each blob by path, and whether there are any in our own folder."""


def list_files(root: Path) -> bytes:
    """What git lists of a work tree: tracked, and untracked but not ignored."""
    return git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")


def list_tree(root: Path, commit: str) -> bytes:
    """What git lists of a commit: mode, kind and id, a tab, and the name of every blob."""
    if not FULL_ID.fullmatch(commit):
        raise InvalidProject([bad_ref(commit, "a tree is read at a full commit id")])
    return git(root, "ls-tree", "-r", "-z", commit)


def entries_of(listed: bytes) -> Entries:
    """Mode and id of every blob of a commit below the project's folder; a name that is not UTF-8 counts as a link.
    And whether there are blobs in our own folder, which are left out."""
    if not listed:
        return {}, False
    entries: dict[str, tuple[str, str]] = {}
    own = False
    split = [line.split(b"\t", 1) for line in listed.split(b"\0")[:-1]]
    headers = b"\n".join([header for header, _ in split]).decode("ascii").split("\n")
    names = names_of(b"".join([raw + b"\0" for _, raw in split]))
    for header, (path, readable) in zip(headers, names, strict=True):
        mode, _, blob = header.split(" ")
        if path.startswith(OWN_FOLDER):
            own = True
        else:
            entries[path] = (mode if readable else LINK, blob)
    return entries, own


def names_of(listed: bytes) -> Iterator[tuple[str, bool]]:
    """The names of a list of git's as text, and whether each can be shown."""
    try:
        text = listed.decode("utf-8")
    except UnicodeDecodeError:
        text = "\n"
    if text.replace("\0", "").isprintable():  # as good as always
        return ((name, True) for name in text.split("\0")[:-1])
    return map(_name, listed.split(b"\0")[:-1])


def _name(raw: bytes) -> tuple[str, bool]:
    """A path as text, and whether it is UTF-8 without control characters; what is not is escaped."""
    try:
        path = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace"), False
    if path.isprintable():
        return path, True
    return path.encode("unicode_escape").decode("ascii"), False


def bad_ref(ref: str, why: str) -> Diagnostic:
    """FO504: what was given names no commit."""
    return Diagnostic(
        code="FO504",
        message=f"{ref!r} does not name a commit: {why}",
        place=None,
        help="give a full commit id, or a full name such as refs/heads/main",
    )
