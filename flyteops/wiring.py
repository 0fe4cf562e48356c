"""Settings to adapters to bound operations: the only place that constructs an adapter."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flyteops.adapters.git_trees import CommitTree, WorkTree, resolve
from flyteops.model.errors import Refused
from flyteops.model.frozen import frozen
from flyteops.settings import SETTINGS_FILE, Settings, load_settings, settings_from
from flyteops.source.credentials import Allowed

if TYPE_CHECKING:
    from flyteops.adapters.clock import RandomIds, SystemClock
    from flyteops.adapters.registry_snapshot import SnapshotFile
    from flyteops.argo.target import ArgoVersion, Target
    from flyteops.model.plan import Plan, Timing
    from flyteops.model.program import Program
    from flyteops.operations.applying import Author
    from flyteops.operations.cluster_side import ClusterSide
    from flyteops.operations.planning import Planned
    from flyteops.operations.sources import Sources
    from flyteops.plan import History, Verdict
    from flyteops.ports.cluster import Cluster
    from flyteops.ports.images import ImageRegistry
    from flyteops.ports.parse_cache import ParseCache
    from flyteops.ports.registry import KeptRegistry
    from flyteops.ports.secrets import SecretPlace
    from flyteops.ports.store import CleanableStore
    from flyteops.ports.trees import Tree

PARSE_CACHE = "FLYTEOPS_PARSE_CACHE"
"""The variable that turns the parse cache off."""
PLAIN_IMAGE = "python:3.12-slim"
"""For tasks without an image in a domain without `default_image`; the emitter notes that it is not pinned."""

SHOWN_BYTES = 4 * 1024 * 1024
"""Lines of a file that stand further behind are not shown beside a fault: a file of any size costs no more."""


@frozen
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
        from flyteops.operations.sources import Sources

        return Sources(
            project=settings.project,
            domains=tuple(settings.domains),
            declarations=settings.declarations,
            code_roots=settings.code_roots,
            code_include=tuple(
                (pattern, settings.places.get(f"code.include.{at}")) for at, pattern in enumerate(settings.code_include)
            ),
            default_image_places={
                domain.default_image: place
                for name, domain in settings.domains.items()
                if domain.default_image and (place := settings.places.get(f"domains.{name}.default_image"))
            },
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
        """The largest share of entities that one apply may retire; a protected domain has one in any case."""
        from flyteops.plan import DEFAULT_PRUNE_LIMIT

        domain = self.settings.domains[self.domain]
        if domain.prune_limit is None and domain.protected:
            return DEFAULT_PRUNE_LIMIT
        return domain.prune_limit

    @property
    def folder(self) -> str:
        """The project's folder in its repository, as in `ml/`, for who counts paths from there."""
        from flyteops.adapters.git_history import folder_in_repository

        return folder_in_repository(self.settings.root)

    @property
    def cluster_place(self) -> str:
        """Where the domain's objects go, with variables put in: part of a plan's identity; empty without a cluster."""
        cluster = self.settings.domains[self.domain].cluster
        if cluster is None:
            return ""
        argo = f", argo {cluster.argo}" if cluster.argo else ""
        return f"context {cluster.context or '(current)'}, namespace {self._namespace}{argo}"

    @property
    def _namespace(self) -> str:
        """The namespace of the domain: the declared one, or the one it would have."""
        cluster = self.settings.domains[self.domain].cluster
        told = cluster.namespace if cluster else None
        return told or f"{self.settings.project}-{self.domain}".replace("_", "-")

    def base_commit(self, ref: str) -> str:
        """The commit that a change is told against: the newest that both `ref` and the tree come from."""
        from flyteops.adapters.git_history import merge_base

        base = resolve(self.settings.root, ref)
        return (merge_base(self.settings.root, base, self.tree.commit) if self.tree.commit else None) or base

    def history(self, planned: Planned) -> History:
        """Where the planned commit stands to the applied one; `ahead` when there is nothing to compare."""
        from flyteops.adapters.git_command import is_shallow
        from flyteops.adapters.git_history import ancestry, merge_base

        revision, commit = planned.snapshot.revision, planned.plan.tree.commit
        if revision is None or not revision.commit or commit is None or not planned.plan.changes:
            return "ahead"
        root = self.settings.root
        forward = ancestry(root, revision.commit, commit)
        if forward:
            return "ahead"
        backward = ancestry(root, commit, revision.commit)
        if backward:
            return "behind"
        if forward is None or backward is None:
            return "shallow" if is_shallow(root) else "unknown"
        return "apart" if merge_base(root, revision.commit, commit) else "unrelated"

    def verdict(self, planned: Planned, *, allow: tuple[str, ...] = ()) -> Verdict:
        """What the rules of the domain say to a plan; `allow` are consents of the command line."""
        from flyteops.operations.consenting import allowed, verdict_of
        from flyteops.plan import Rules
        from flyteops.plan.consents import CONSENT_FILE

        domain = self.settings.domains[self.domain]
        if allow and domain.protected:
            raise Refused(
                "FO702",
                f"domain {self.domain} is protected: consent on the command line does not count there",
                protects="what is permitted there was reviewed with the change",
                way_out=f"write the consent into {CONSENT_FILE} of the same commit",
            )
        revision = planned.snapshot.revision
        history = self.history(planned)
        applied = None
        known = history not in ("unknown", "shallow")
        if revision is not None and revision.commit and known and CONSENT_FILE in self.tree.paths():
            applied = CommitTree(self.settings.root, revision.commit)
        now = datetime.fromtimestamp(system_clock().now_ms() / 1000, UTC)
        rules = Rules(
            prune_limit=self.prune_limit,
            consent=domain.consent,
            history=history,
            today=now.date(),
            linear=domain.protected,
        )
        return verdict_of(
            planned, self.tree, applied_tree=applied, rules=rules, extra=allowed(allow, domain=self.domain)
        )

    def snapshot_file(self, path: Path) -> SnapshotFile:
        """A snapshot in a file, for a plan where no registry can be reached."""
        from flyteops.adapters.registry_snapshot import SnapshotFile

        return SnapshotFile(path, project=self.settings.project)

    def registry(self, *, writing: bool = False) -> KeptRegistry:
        """The registry of the settings; refused under CI when writing would make a new embedded one."""
        scheme, rest = self.settings.registry_at()
        project, tool = self.settings.project, f"flyteops {tool_version()}"
        match scheme:
            case "postgresql":
                from flyteops.adapters.registry_postgres import PostgresRegistry

                return PostgresRegistry(self.settings.registry, project=project, ids=system_ids(), tool=tool)
            case "store":
                from flyteops.adapters.registry_store import DEFAULT_PREFIX, StoreRegistry

                prefix = rest.strip("/") or DEFAULT_PREFIX
                store, clock, ids = self.store(), system_clock(), system_ids()
                return StoreRegistry(store, project=project, clock=clock, ids=ids, tool=tool, prefix=prefix)
            case _:
                return self._embedded(tool, writing=writing)

    def _embedded(self, tool: str, *, writing: bool) -> KeptRegistry:
        from flyteops.adapters.registry_sqlite import SqliteRegistry, refuse_embedded_in_ci

        path, project = self.settings.registry_path(), self.settings.project
        registry = SqliteRegistry(path, project=project, clock=system_clock(), ids=system_ids(), tool=tool)
        if writing:
            refuse_embedded_in_ci(registry.lineage(), environ=self.environ)
        return registry

    def timings(self, plan: Plan, *, user: str, remote: bool = False) -> dict[str, Timing]:
        """How long the plan's tasks took: in the domain's own runs, else in those of this user. A store that is no
        folder of this machine is asked only when `remote`: a plan needs no network."""
        from flyteops.operations.measuring import timings_of

        if not remote and not self.settings.keeps_here(self.domain):
            return {}
        return timings_of(plan, self.store(), scopes=(self.domain, user))

    def image_registry(self) -> ImageRegistry:
        """Whoever knows the digests of images; nothing is asked yet."""
        from flyteops.adapters.image_registry import HttpImageRegistry

        return HttpImageRegistry()

    def applied_task(self, project: str, domain: str, task: str) -> tuple[str | None, str]:
        """The digest of a task of another project that shares this registry; or none, and why."""
        from flyteops.model.errors import OutsideFailed
        from flyteops.model.ids import EntityId, Kind

        other = replace(self, settings=replace(self.settings, project=project))
        try:
            record = other.registry().snapshot(domain).entities.get(EntityId(Kind.TASK, task))
        except Refused as error:
            return None, error.message
        except OutsideFailed as error:
            return None, f"{error.service}: {error.message}"
        return (record.digest, "") if record else (None, f"{project}/{domain} has no task {task}")

    def parse_cache(self) -> ParseCache | None:
        """Where a plan keeps what it learnt of the files; None when it is turned off, for the tree of a commit, and
        where the repository itself has files in that place: what came with the code is not to be believed. With it the
        work tree recalls what an earlier plan learnt of files that look as they did."""
        if self.environ.get(PARSE_CACHE, "on").lower() in ("off", "0", "no", "false"):
            return None
        if not isinstance(self.tree, WorkTree) or self.tree.holds_own_folder:
            return None
        from flyteops.adapters.file_digests import FileDigests
        from flyteops.adapters.parse_cache import FolderCache
        from flyteops.source.library import yaml_library

        cache = FolderCache(self.settings.root, tool=f"{tool_version()} {yaml_library()}")
        self.tree.recall(FileDigests(cache))
        return cache

    def begin(self) -> None:
        """Lets git list the work tree while the rest of a command is imported."""
        if isinstance(self.tree, WorkTree):
            self.tree.begin()

    def keep(self) -> None:
        """Writes down what a plan with a cache learnt of the files, for the next."""
        if isinstance(self.tree, WorkTree):
            self.tree.keep()

    def store(self) -> CleanableStore:
        """The object store of the domain: a folder, or a bucket."""
        where = self.settings.store_at(self.domain)
        if where.startswith("/"):
            from flyteops.adapters.store_file import FileStore

            return FileStore(where)
        from flyteops.adapters.store_object import ObjectStore

        return ObjectStore(where)

    def secret_places(self) -> tuple[SecretPlace, ...]:
        """Where values of secrets lie on this machine, the first that knows one counts."""
        import shutil

        from flyteops.adapters.git_command import run_git
        from flyteops.adapters.secret_places import FileSecrets, SopsSecrets, VariableSecrets

        root = self.settings.root

        def ignored(path: Path) -> bool:
            # 128: no repository at all, so nothing that could be committed by mistake.
            return run_git(root, "check-ignore", "-q", str(path.relative_to(root))).returncode in (0, 128)

        sops = SopsSecrets(root, program=shutil.which("sops"))
        return VariableSecrets(self.environ), FileSecrets(root, ignored=ignored), sops

    def target(self) -> Target:
        """What emitted objects are for: the domain's cluster as declared, or the place it would have."""
        from flyteops.argo import RunnerInstall, Target

        domain = self.settings.domains[self.domain]
        cluster = domain.cluster
        return Target(
            namespace=self._namespace,
            store=self.settings.store_of(self.domain),
            default_image=self._pinned(domain.default_image or PLAIN_IMAGE),
            argo=_argo_version(cluster.argo if cluster else None),
            cache_scope=self.domain,
            runner=RunnerInstall(image=f"flyteops-runtime:{tool_version()}"),
        )

    def _pinned(self, image: str) -> str:
        """The reference with the digest that the lock knows."""
        from flyteops.operations.locking import read_pins

        digest = read_pins(self.tree).images.get(image)
        return image if digest is None or "@" in image else f"{image}@{digest}"

    def cluster(self) -> Cluster | None:
        """The cluster of the domain, or None when it has none; nothing is asked of it yet."""
        declared = self.settings.domains[self.domain].cluster
        if declared is None:
            return None
        from flyteops.adapters.cluster_kubernetes import KubernetesCluster

        return KubernetesCluster(kubeconfig=self.environ.get("KUBECONFIG") or None, context=declared.context)

    def cluster_side(
        self,
        program: Program,
        *,
        parallelism: int | None = None,
        accepted: str = "",
        pinned: bool = True,
        wait_s: float = 0.0,
    ) -> ClusterSide | None:
        """What the program wants in the domain's cluster; None when the domain has none."""
        cluster = self.cluster()
        if cluster is None:
            return None
        from flyteops.operations.cluster_side import PARALLELISM
        from flyteops.operations.cluster_wanted import side_for

        return side_for(
            program,
            cluster=cluster,
            target=self.target(),
            parallelism=parallelism or PARALLELISM,
            accepted_cluster=accepted,
            pinned=pinned,
            wait_s=wait_s,
        )

    def runs_not_over(self) -> Mapping[str, int] | None:
        """How many runs of each address are not over in the domain's cluster; None when it has none, or does not
        answer."""
        cluster = self.cluster()
        if cluster is None:
            return None
        from flyteops.argo.names import label_value
        from flyteops.operations.cluster_health import runs_not_over
        from flyteops.reconcile import selector

        ours = selector(label_value(self.settings.project), label_value(self.domain))
        return runs_not_over(cluster, namespace=self.target().namespace, selector=ours)

    def require_cluster(self, side: ClusterSide | None) -> ClusterSide:
        """The cluster of the domain; Refused when it has none."""
        if side is None:
            raise Refused(
                "FO769",
                f"domain {self.domain} has no cluster",
                protects="nothing is looked for, and nothing deleted, in a cluster that nobody named",
                way_out="declare it in flyteops.yaml (`cluster: {namespace: ...}`), or name another domain with -d",
            )
        return side

    def require_appliable(self, *, allow_dirty: bool) -> None:
        """Raises Refused when this domain cannot be applied to by this build, or does not permit what is asked."""
        domain = self.settings.domains[self.domain]
        if domain.cluster is not None and self.settings.store_of(self.domain).startswith("file:"):
            raise Refused(
                "FO766",
                f"domain {self.domain} has a cluster, and its store is a folder of this machine",
                protects="pods of a cluster cannot reach a `file:` store: every run would fail at its first output",
                way_out="name a store that pods reach (`store: s3://bucket/prefix`), or take `cluster:` out",
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
        from flyteops.source.parsing import lines_of

        return lines_of(data[:SHOWN_BYTES].decode("utf-8", "replace"))


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
    from flyteops.operations.applying import Author

    return Author(actor=os.environ.get("GITHUB_ACTOR") or user, tool=f"flyteops {tool_version()}")


def user_python(root: Path, asked: str | None, environ: Mapping[str, str]) -> tuple[str, str]:
    """The interpreter of user code and why it was chosen: --python, the project's .venv,
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
