"""Whole repositories, by GitPython: making one for `init` and the demo, naming one for `doctor`.

May not stand on a plan's path: importing GitPython costs as much as a small plan.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from flyteops.adapters.git_command import run_git
from flyteops.model.errors import OutsideFailed
from flyteops.model.frozen import frozen

if TYPE_CHECKING:
    import git

_NAME, _MAIL = "flyteops", "flyteops@localhost"  # used only where the user has no identity of their own
_SECRET = re.compile(r"(?<=://)[^/@\s]+(?=@)")


@frozen
class Repository:
    """What `doctor` says of a repository; `branch` is None on a detached HEAD, `remote` carries no password."""

    top: Path
    branch: str | None
    remote: str | None


def top_of(folder: Path) -> Path | None:
    """The top folder of the repository around `folder`, or None when there is none (or git does not trust it)."""
    done = run_git(folder, "rev-parse", "--show-toplevel")
    top = done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
    return Path(top) if done.returncode == 0 and top else None


def repository_of(folder: Path) -> Repository | None:
    """Top folder, branch and remote of the repository around `folder`."""
    top = top_of(folder)
    if top is None:
        return None
    repo = _git().Repo(top)
    with repo:
        branch = None if repo.head.is_detached else repo.head.reference.name
        remotes = {remote.name: remote for remote in repo.remotes}
        remote = remotes.get("origin") or next(iter(remotes.values()), None)
        url = next(remote.urls, None) if remote else None
    return Repository(top=top, branch=branch, remote=_SECRET.sub("***", url) if url else None)


def new_repository(folder: Path, *, message: str) -> str:
    """Makes a repository of `folder` with one commit of everything in it; needs no global identity. Its commit id."""
    module = _git()
    try:
        module.Repo.init(folder, expand_vars=False, env=_located(folder), initial_branch="main").close()
    except module.GitCommandError as failed:
        raise OutsideFailed("git", str(failed.stderr).strip(), retryable=False) from failed
    return commit_everything(folder, message=message)


def commit_everything(folder: Path, *, message: str) -> str:
    """Commits all changes of the repository whose top is `folder`, without hooks; its commit id."""
    module = _git()
    with module.Repo(folder) as repo:
        repo.git.update_environment(**_located(folder))
        try:
            repo.git.add("--all")
        except module.GitCommandError as failed:
            raise OutsideFailed("git", str(failed.stderr).strip(), retryable=False) from failed
        author = _identity(repo)
        return str(repo.index.commit(message, author=author, committer=author, skip_hooks=True).hexsha)


def _located(folder: Path) -> dict[str, str]:
    """Says where the repository is, whatever a hook's environment claims."""
    inner = folder / ".git"
    return {"GIT_DIR": str(inner), "GIT_WORK_TREE": str(folder), "GIT_INDEX_FILE": str(inner / "index")}


def _identity(repo: git.Repo) -> git.Actor:
    """The user's own name and address where configured, ours where not."""
    reader = repo.config_reader()
    name, mail = reader.get_value("user", "name", _NAME), reader.get_value("user", "email", _MAIL)
    actor: git.Actor = _git().Actor(str(name), str(mail))
    return actor


def _git() -> ModuleType:
    try:
        import git
    except ImportError as missing:  # GitPython looks for the executable when it is imported
        raise OutsideFailed(
            "git", "git is not installed", retryable=False, way_out="install it: apt install git, or brew install git"
        ) from missing
    return git
