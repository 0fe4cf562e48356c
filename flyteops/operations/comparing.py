"""Diff: two domains, two commits, a generation and a commit. Reads trees and registries; writes nothing."""

from __future__ import annotations

from flyteops.model.state import Snapshot
from flyteops.operations.planning import records_of
from flyteops.operations.sources import Sources, load_program
from flyteops.plan.comparing import Side
from flyteops.ports.trees import Tree


def side_of_tree(name: str, tree: Tree, sources: Sources, *, domain: str) -> Side:
    """What a tree says, as a registry would hold it."""
    program = load_program(tree, sources, domain=domain)
    return Side(name=name, entities=records_of(program), origins=program.origins)


def side_of_snapshot(name: str, snapshot: Snapshot) -> Side:
    """What a registry holds."""
    return Side(name=name, entities=snapshot.entities)
