"""Runs plain `git` so that a repository's own configuration runs nothing; its refusals become our diagnostics.

May not write to a repository and never reaches a network.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from flyteops.model.diagnostics import Diagnostic
from flyteops.model.errors import InvalidProject, OutsideFailed

# What the repository itself may configure is hostile by assumption; the user's own configuration is not.
_SWITCHED_OFF = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "core.warnAmbiguousRefs=true"),
    *("-c", "protocol.allow=never"),
    *("-c", "submodule.recurse=false"),
)
# GIT_DIR and its like (set inside a hook) would point at another repository; where git finds the user's own
# configuration, and with it `safe.directory`, stays.
_KEPT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_EXEC_PATH", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_DEADLINE_S = 120  # local reads take milliseconds; longer means a hanging disk


def git_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for git: no variable that names a repository, no prompt, no lazy fetch, English messages."""
    kept = {name: value for name, value in environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    return kept | {
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def git(folder: Path, *arguments: str) -> bytes:
    """What `git ARGUMENTS` prints when run in `folder`; a failure is raised as a told fault."""
    done = run_git(folder, *arguments)
    if done.returncode:
        raise git_fault(folder, done.stderr.decode("utf-8", "replace"))
    return done.stdout


def run_git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Like `git`, but leaves it to the caller to judge the exit status."""
    try:
        return subprocess.run(
            ["git", *_SWITCHED_OFF, *arguments],
            cwd=folder,
            env=git_environment(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DEADLINE_S,
            check=False,
        )
    except FileNotFoundError as missing:
        raise _no_git(folder) from missing
    except subprocess.TimeoutExpired as late:
        raise OutsideFailed("git", f"no answer within {_DEADLINE_S} s", retryable=True) from late


def read_blobs(folder: Path, ids: list[str], *, most_bytes: int) -> Iterator[tuple[str, bytes | None]]:
    """Each id with its bytes, or None for a blob above `most_bytes`, from one `cat-file --batch`.

    The answers stream: an oversized blob is skipped, never held.
    """
    try:
        running = subprocess.Popen(
            ["git", *_SWITCHED_OFF, "cat-file", "--batch"],
            cwd=folder,
            env=git_environment(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError as missing:
        raise _no_git(folder) from missing
    with running:
        try:
            yield from _ask(running, folder, ids, most_bytes=most_bytes)
        finally:
            running.kill()


# 400 ids of 64 digits stay below a pipe's 64 KiB, so that writing them never waits for the answers to be read.
_ASKED_AT_ONCE = 400
_SKIPPED_AT_ONCE = 1 << 20


def _ask(
    running: subprocess.Popen[bytes], folder: Path, ids: list[str], *, most_bytes: int
) -> Iterator[tuple[str, bytes | None]]:
    answers, complaints = cast("IO[bytes]", running.stdout), cast("IO[bytes]", running.stderr)
    questions = cast("IO[bytes]", running.stdin).fileno()
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        asked = ids[start : start + _ASKED_AT_ONCE]
        with suppress(BrokenPipeError):  # git has ended; why stands in its stderr, read below
            os.write(questions, "".join(f"{each}\n" for each in asked).encode("ascii"))
        for each in asked:
            header = answers.readline().split()
            if len(header) == 3 and header[1] == b"blob":
                yield each, _content(answers, int(header[2]), most_bytes)
            elif header:
                raise InvalidProject([missing_objects(folder, f"object {each} is missing")])
            else:
                raise git_fault(folder, complaints.read().decode("utf-8", "replace"))


def _content(stream: IO[bytes], size: int, most_bytes: int) -> bytes | None:
    if size <= most_bytes:
        content = stream.read(size)
        stream.read(1)
        return content
    left = size + 1
    while left:
        left -= len(stream.read(min(left, _SKIPPED_AT_ONCE)))
    return None


def is_shallow(folder: Path) -> bool:
    """Whether the clone lacks history."""
    return run_git(folder, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def git_fault(folder: Path, said: str) -> InvalidProject | OutsideFailed:
    """What git's own words mean for the user."""
    first = next((line for line in said.splitlines() if line.startswith(("fatal:", "error:"))), said.strip())
    told = first.removeprefix("fatal: ").removeprefix("error: ")
    if "dubious ownership" in said or "unsafe repository" in said:
        return InvalidProject([_untrusted(folder)])
    if "not a git repository" in said or "must be run in a work tree" in said:
        return InvalidProject([_not_a_repository(folder)])
    if any(
        sign in said for sign in ("promisor remote", "missing blob", "missing tree", "unable to read", "bad object")
    ):
        return InvalidProject([missing_objects(folder, told)])
    return OutsideFailed(
        "git", told or "git failed without a word", retryable=False, way_out="see whether `git status` works there"
    )


def missing_objects(folder: Path, told: str) -> Diagnostic:
    """FO506: this clone does not hold what was asked for."""
    if is_shallow(folder):
        kind, way_out = "a shallow clone", "git fetch --unshallow (in CI: fetch-depth: 0)"
    elif run_git(folder, "config", "--get-regexp", r"^remote\..*\.promisor$").stdout:
        kind, way_out = "a partial clone", "git fetch --refetch --no-filter"
    else:
        kind, way_out = "damaged", "git fsck, then fetch the repository again"
    return Diagnostic(
        code="FO506",
        message=f"objects are missing in the repository of {folder}, which is {kind}: {told}",
        place=None,
        help=f"run {way_out}",
    )


def _not_a_repository(folder: Path) -> Diagnostic:
    return Diagnostic(
        code="FO501",
        message=f"{folder} is not in the work tree of a git repository",
        place=None,
        help="run git init there and commit, or go to the project's folder with -C DIR",
    )


def _untrusted(folder: Path) -> Diagnostic:
    return Diagnostic(
        code="FO505",
        message=f"git does not read {folder}: the repository belongs to another user",
        place=None,
        help="if you trust it, run git config --global --add safe.directory with the repository's folder",
    )


def _no_git(folder: Path) -> OutsideFailed | InvalidProject:
    if not folder.is_dir():
        return InvalidProject([_not_a_repository(folder)])
    return OutsideFailed(
        "git", "git is not installed", retryable=False, way_out="install it: apt install git, or brew install git"
    )
