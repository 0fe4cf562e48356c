"""Applies of one commit that begin at once, before there is a registry."""

from __future__ import annotations

from pathlib import Path

from flyteops.adapters.registry_sqlite import SqliteRegistry
from flyteops.operations.applying import Author, apply
from flyteops.operations.planning import make
from flyteops.operations.sources import Sources
from tests.contract.memory_tree import MemoryTree
from tests.contract.records import CountedIds, SetClock

SOURCES = Sources(project="churn", domains=("dev",), declarations=("pipelines",), code_roots=("src",))
TREE = MemoryTree(
    {
        "pipelines/a.yaml": b"apiVersion: flyteops/v1\ntasks:\n  one: {function: 'm:f'}\n",
        "src/m.py": b"def f() -> int:\n    return 1\n",
    },
    commit="a" * 40,
)


def test_the_first_applies_of_a_commit_are_one(tmp_path: Path) -> None:
    clock, ids = SetClock(), CountedIds()

    def registry() -> SqliteRegistry:
        return SqliteRegistry(tmp_path / "r.db", project="churn", clock=clock, ids=ids, tool="t")

    def planned():
        return make(TREE, SOURCES, domain="dev", registry=registry())

    def applied(plan) -> int:
        author = Author(actor="ann", tool="t")
        given = {"clock": clock, "ids": ids, "author": author, "report": lambda line: None, "wait": lambda s: None}
        return apply(plan, registry=registry(), **given).generation

    before = planned()
    registry().prepare()
    behind = planned()
    assert (before.plan.lineage, behind.plan.lineage != "") == ("", True)
    assert [applied(before), applied(behind), applied(before)] == [1, 1, 1]
    assert len(registry().history("dev", 9)) == 1
    assert registry().verify() == ()
