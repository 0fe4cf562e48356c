"""What the doctor looks at: the machine, git, the settings and where each came from, registry and store."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from flyteops.model.errors import InvalidProject, OutsideFailed, Refused
from flyteops.ports.store import StoreFailed
from flyteops.source.library import yaml_library
from flyteops.views.doctor import Finding

if TYPE_CHECKING:
    from flyteops.wiring import Workspace

LIMITS = (
    ("a declaration file", "1 MiB, 100,000 keys, depth 32"),
    ("aliases in a file", "1,000, multiplying its nodes by at most 10"),
    ("a condition", "4 KiB, depth 32"),
)


def examine(open_workspace: Callable[[], Workspace]) -> tuple[Finding, ...]:
    """Every finding; a project that cannot be opened is one of them."""
    findings = [*_machine()]
    try:
        workspace = open_workspace()
    except InvalidProject as invalid:
        for found in invalid.diagnostics:
            where = str(found.place) if found.place else ""
            findings.append(
                Finding(
                    group="project", name=found.code, value=found.message, origin=where, health="bad", help=found.help
                )
            )
        return tuple(findings)
    findings += [
        Finding(group="settings", name=name, value=value, origin=origin)
        for name, value, origin in workspace.settings.described()
    ]
    findings += [_interpreter(workspace), *_tree(workspace), _registry(workspace), _store(workspace), _cache(workspace)]
    findings += [Finding(group="limits", name=name, value=value) for name, value in LIMITS]
    return tuple(findings)


def _machine() -> list[Finding]:
    version, in_c = yaml_library()
    git = shutil.which("git")
    return [
        Finding(group="machine", name="python", value=platform.python_version(), origin=sys.executable),
        Finding(
            group="machine",
            name="git",
            value=git or "not found",
            health="good" if git else "bad",
            help="" if git else "install git (Debian: apt install git; macOS: xcode-select --install)",
        ),
        Finding(
            group="machine",
            name="yaml",
            value=f"PyYAML {version}, {'with' if in_c else 'without'} its C parser",
            health="good" if in_c else "note",
            help="" if in_c else "reading is about eight times slower; install a PyYAML wheel",
        ),
        Finding(group="machine", name="sqlite", value=sqlite3.sqlite_version),
    ]


def _interpreter(workspace: Workspace) -> Finding:
    from flyteops.wiring import user_python

    path, why = user_python(workspace.settings.root, None, workspace.environ)
    return Finding(group="project", name="tasks run with", value=path, origin=why)


def _tree(workspace: Workspace) -> list[Finding]:
    from flyteops.operations.sources import travelling

    uncommitted = workspace.tree.uncommitted()
    patterns = workspace.settings.code_include
    files = travelling(workspace.tree.paths(), workspace.sources)
    commit = workspace.tree.commit
    return [
        Finding(group="project", name="commit", value=commit[:12] if commit else "none yet"),
        Finding(
            group="project",
            name="uncommitted",
            value=f"{len(uncommitted)} files",
            health="note" if uncommitted else "good",
            help="apply takes commits only" if uncommitted else "",
        ),
        *([_travelling(len(files))] if patterns else []),
    ]


def _travelling(count: int) -> Finding:
    value = f"{count} file{'' if count == 1 else 's'} besides Python"
    return Finding(
        group="project",
        name="code.include",
        value=value,
        health="good" if count else "note",
        help="" if count else "no pattern names a file of the tree",
    )


def _registry(workspace: Workspace) -> Finding:
    try:
        registry = workspace.registry()
        snapshot = registry.snapshot(workspace.domain)
        described = registry.described()
    except (Refused, OutsideFailed) as failed:
        way_out = failed.way_out
        return Finding(group="project", name="registry", value=str(failed), health="bad", help=way_out)
    value = f"generation {snapshot.generation}" if snapshot.lineage else "none yet; apply makes it"
    value += f" ({described})"
    return Finding(group="project", name="registry", value=value, origin=snapshot.lineage)


def _store(workspace: Workspace) -> Finding:
    try:
        store = workspace.store()
        store.list("cache")
    except (StoreFailed, OutsideFailed, Refused) as failed:
        return Finding(group="project", name="store", value=str(failed), health="bad")
    return Finding(group="project", name="store", value=workspace.settings.store_at(workspace.domain))


def _cache(workspace: Workspace) -> Finding:
    from flyteops.wiring import PARSE_CACHE

    cache = workspace.parse_cache()
    value = cache.described() if cache else f"none ({PARSE_CACHE}, or the repository has files in .flyteops/)"
    return Finding(group="project", name="parse cache", value=value)
