"""Plan: program against snapshot. Reads only; runs no user code."""

from __future__ import annotations

from dataclasses import dataclass

from flyteops.model.digest import sha256_hex
from flyteops.model.plan import Plan, TreeIdentity
from flyteops.model.program import Program
from flyteops.model.state import Snapshot
from flyteops.operations.sources import Sources, declaration_paths, load_program
from flyteops.plan import make_plan
from flyteops.ports.registry import Registry
from flyteops.ports.trees import Tree

SETTINGS_FILE = "flyteops.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan with what it was made of."""

    plan: Plan
    program: Program
    snapshot: Snapshot


def make(tree: Tree, sources: Sources, *, domain: str, registry: Registry) -> Planned:
    """The plan of a tree against the registry, for one domain."""
    program = load_program(tree, sources, domain=domain)
    snapshot = registry.snapshot(domain)
    plan = make_plan(program, snapshot, tree=identify(tree, sources))
    return Planned(plan=plan, program=program, snapshot=snapshot)


def identify(tree: Tree, sources: Sources) -> TreeIdentity:
    """Which tree it is: its commit, the digest of the declarations and settings, and what is uncommitted.

    User code enters through the digests of tasks, so that it need not be read twice.
    """
    paths = [SETTINGS_FILE, *declaration_paths(tree, sources.declarations)]
    lines = [f"{sha256_hex(tree.read(path) or b'')} {path}\n" for path in paths]
    return TreeIdentity(
        commit=tree.commit,
        files_digest=sha256_hex("".join(lines).encode("utf-8")),
        uncommitted=tree.uncommitted(),
    )
