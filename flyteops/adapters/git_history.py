"""Which commit comes before which, and where in its repository a project lies, by plain `git`.

A clone that lacks history answers `None`: it cannot know.
"""

from __future__ import annotations

from pathlib import Path

from flyteops.adapters.git_command import is_shallow, run_git


def ancestry(root: Path, older: str, newer: str) -> bool | None:
    """Whether `older` is `newer` or one of its ancestors; None when this clone does not hold enough to say."""
    if older == newer:
        return True
    done = run_git(root, "merge-base", "--is-ancestor", "--end-of-options", older, newer)
    if done.returncode == 0:
        return True
    if done.returncode != 1 or is_shallow(root):
        return None
    return False


def merge_base(root: Path, one: str, other: str) -> str | None:
    """The newest commit that both come from; None when there is none, or this clone does not hold it."""
    done = run_git(root, "merge-base", "--end-of-options", one, other)
    return done.stdout.decode("ascii").strip() or None if done.returncode == 0 else None


def folder_in_repository(root: Path) -> str:
    """The project's folder below the root of its repository, as in `ml/`; empty when it is the root."""
    done = run_git(root, "rev-parse", "--show-prefix")
    return done.stdout.decode("utf-8", "replace").rstrip("\n") if done.returncode == 0 else ""
