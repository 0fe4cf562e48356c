"""Settings to adapters to bound operations: the only place that constructs an adapter."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flyteops.adapters.git_trees import CommitTree, WorkTree, resolve
from flyteops.model.errors import Refused
from flyteops.operations.applying import Author
from flyteops.operations.sources import Sources
from flyteops.settings import SETTINGS_FILE, Settings, load_settings, settings_from
from flyteops.source.credentials import Allowed

if TYPE_CHECKING:
    from flyteops.adapters.clock import RandomIds, SystemClock
    from flyteops.adapters.registry_sqlite import SqliteRegistry
    from flyteops.adapters.store_file import FileStore
    from flyteops.argo.target import ArgoVersion, Target
    from flyteops.ports.trees import Tree

PLAIN_IMAGE = "python:3.12-slim"
"""For tasks without an image in a domain without `default_image`; the emitter notes that it is not pinned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A project as one command sees it: its settings, its tree, and what the adapters need."""

    settings: Settings
    tree: Tree
    environ: Mapping[str, str]

    @property
    def domain(self) -> str:
        """The domain asked for, or the default one."""
        return self.settings.domain

    @property
    def sources(self) -> Sources:
        """What reading the declarations needs of the settings."""
        settings = self.settings
        return Sources(
            project=settings.project,
            domains=tuple(settings.domains),
            declarations=settings.declarations,
            code_roots=settings.code_roots,
            defaults=settings.defaults_tree,
            allowed=tuple(
                Allowed(path=each.path, line=each.line, sha256=each.sha256) for each in settings.allow_literals
            ),
            default_images={
                name: domain.default_image for name, domain in settings.domains.items() if domain.default_image
            },
        )

    @property
    def prune_limit(self) -> float | None:
        """The largest share of entities that one apply may retire."""
        return self.settings.domains[self.domain].prune_limit

    def registry(self, *, writing: bool = False) -> SqliteRegistry:
        """The registry of the settings; refused under CI when writing would make a new embedded one."""
        from flyteops.adapters.registry_sqlite import SqliteRegistry, refuse_embedded_in_ci

        path = self.settings.registry_path()
        registry = SqliteRegistry(
            path, project=self.settings.project, clock=system_clock(), ids=system_ids(), tool=tool_version()
        )
        if writing:
            refuse_embedded_in_ci(registry.snapshot(self.domain).lineage, environ=self.environ)
        return registry

    def store(self) -> FileStore:
        """The object store of the domain."""
        from flyteops.adapters.store_file import FileStore

        return FileStore(self.settings.store_path(self.domain))

    def target(self) -> Target:
        """What emitted objects are for: the domain's cluster as declared, or the place it would have."""
        from flyteops.argo import RunnerInstall, Target

        domain = self.settings.domains[self.domain]
        cluster = domain.cluster
        return Target(
            namespace=(cluster.namespace if cluster else None)
            or f"{self.settings.project}-{self.domain}".replace("_", "-"),
            store=self.settings.store_of(self.domain),
            default_image=domain.default_image or PLAIN_IMAGE,
            argo=_argo_version(cluster.argo if cluster else None),
            runner=RunnerInstall(image=f"flyteops-runtime:{tool_version()}"),
        )

    def require_appliable(self, *, allow_dirty: bool) -> None:
        """Raises Refused when this domain cannot be applied to by this build, or does not permit what is asked."""
        domain = self.settings.domains[self.domain]
        if domain.cluster is not None:
            raise Refused(
                "FO700",
                f"domain {self.domain} has a cluster, and applying to a cluster is not supported yet",
                protects="an apply that only wrote the registry would say that pods run what they do not run",
                way_out="use `flyteops render --out DIR` and apply the files with kubectl, or take `cluster:` out",
            )
        if allow_dirty and domain.protected:
            raise Refused(
                "FO702",
                f"domain {self.domain} is protected and takes commits only",
                protects="what runs there can always be named by a commit",
                way_out="commit, then apply; --allow-dirty is for domains without `protect:`",
            )

    def lines_of(self, path: str) -> list[str] | None:
        """The lines of a file of the tree, to show where a fault is."""
        data = self.tree.read(path) if path in self.tree.paths() else _read_outside(self.settings.root / path)
        if data is None:
            return None
        return data.decode("utf-8", "replace").splitlines()


def open_workspace(
    start: Path, *, environ: Mapping[str, str], flags: Mapping[str, str], commit: str | None = None
) -> Workspace:
    """The project around `start`: from the work tree, or settings and files alike from a commit."""
    settings = load_settings(start, environ=environ, flags=flags)
    if commit is None:
        return Workspace(settings=settings, tree=WorkTree(settings.root), environ=environ)
    tree = CommitTree(settings.root, resolve(settings.root, commit))
    data = tree.read(SETTINGS_FILE)
    if data is not None:
        settings = settings_from(SETTINGS_FILE, data, root=settings.root, environ=environ, flags=flags)
    return Workspace(settings=settings, tree=tree, environ=environ)


def _argo_version(asked: str | None) -> ArgoVersion:
    """The newest known version that is not newer than the one asked for; 4.0, which 4.1 reads too, when none is."""
    match asked:
        case "4.1":
            return "4.1"
        case "3.7":
            return "3.7"
        case _:
            return "4.0"


def _read_outside(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def system_clock() -> SystemClock:
    """The machine's clock."""
    from flyteops.adapters.clock import SystemClock

    return SystemClock()


def system_ids() -> RandomIds:
    """Identifiers from the operating system's randomness."""
    from flyteops.adapters.clock import RandomIds

    return RandomIds()


def tool_version() -> str:
    """The version of this tool, as its distribution says."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("flyteops")
    except PackageNotFoundError:
        return "0+unknown"


def author(user: str) -> Author:
    """Who applies, for the history."""
    return Author(actor=os.environ.get("GITHUB_ACTOR") or user, tool=f"flyteops {tool_version()}")


def user_python(root: Path, asked: str | None, environ: Mapping[str, str]) -> tuple[str, str]:
    """The interpreter of user code and why it was chosen (decisions.md 18): --python, the project's .venv,
    VIRTUAL_ENV, else this one."""
    if asked:
        return asked, "--python"
    candidates = [(root / ".venv" / "bin" / "python", ".venv of the project")]
    if environ.get("VIRTUAL_ENV"):
        candidates.append((Path(environ["VIRTUAL_ENV"]) / "bin" / "python", "VIRTUAL_ENV"))
    for path, why in candidates:
        if path.is_file():
            return str(path), why
    return sys.executable, "the interpreter of flyteops"
