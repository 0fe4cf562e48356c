"""Going back in a domain with a cluster: the commit of then gives what the generation held, or nothing moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flyteops.adapters.cluster_files import FilesCluster
from flyteops.model.errors import Refused
from flyteops.model.ids import EntityId, Kind
from flyteops.operations.applying import Author, apply
from flyteops.operations.cluster_wanted import side_for
from flyteops.operations.planning import make
from flyteops.operations.rolling_back import commit_of, look_back, plan_back
from flyteops.operations.sources import Sources
from tests.contract.memory_registry import MemoryRegistry
from tests.contract.memory_tree import MemoryTree
from tests.contract.records import CountedIds, SetClock
from tests.unit.argo.programs import PINNED, TARGET

SOURCES = Sources(project="churn", domains=("production",), declarations=("pipelines",), code_roots=("src",))
PLACE = "context (current), namespace churn-production"
FUNCTION = b"def greet() -> str:\n    return 'hello'\n"
TO = replace(TARGET, default_image=f"ghcr.io/acme/base@sha256:{PINNED}")


def tree(cron: str, commit: str, *, more: str = "") -> MemoryTree:
    text = (
        "apiVersion: flyteops/v1\nworkflows:\n  hello:\n    nodes: {greet: {task: 'words:greet'}}\n"
        f"launch_plans:\n  daily: {{workflow: hello, schedule: {{cron: '{cron}'}}}}\n{more}"
    )
    return MemoryTree({"pipelines/a.yaml": text.encode(), "src/words.py": FUNCTION}, commit=commit * 40)


class Place:
    """A registry and a cluster that two commits were applied to."""

    def __init__(self, folder) -> None:
        self.clock, self.ids = SetClock(), CountedIds()
        self.registry = MemoryRegistry(project="churn", clock=self.clock)
        self.cluster = FilesCluster(folder, ids=self.ids)

    def planned(self, of: MemoryTree):
        return make(of, SOURCES, domain="production", registry=self.registry, cluster=PLACE)

    def apply(self, planned) -> int:
        return apply(
            planned,
            registry=self.registry,
            clock=self.clock,
            ids=self.ids,
            author=Author(actor="ann", tool="flyteops 0.1.0"),
            report=lambda line: None,
            wait=lambda seconds: None,
            side=side_for(planned.program, cluster=self.cluster, target=TO),
        ).generation

    def objects(self) -> set[str]:
        kinds = ("WorkflowTemplate", "CronWorkflow")
        listed = [self.cluster.list("argoproj.io/v1alpha1", kind, TO.namespace, selector="") for kind in kinds]
        return {f"{each.ref} {each.body['spec'].get('schedules')}" for of_kind in listed for each in of_kind}


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path / "cluster")


def test_objects_go_back_with_the_pointers(place):
    first = tree("@daily", "a")
    place.apply(place.planned(first))
    objects, held = place.objects(), dict(place.registry.snapshot("production").entities)
    more = "  weekly: {workflow: hello, schedule: {cron: '@weekly'}}\n"
    place.apply(place.planned(tree("@hourly", "b", more=more)))
    assert place.objects() != objects
    found = look_back("production", 1, registry=place.registry)
    assert commit_of(found) == "a" * 40
    assert {str(each.entity) for each in found.changes} == {"launch_plan/daily", "launch_plan/weekly"}
    planned = plan_back(found, first, SOURCES, registry=place.registry, places=(PLACE, PLACE))
    assert place.apply(planned) == 3
    assert (place.objects(), dict(place.registry.snapshot("production").entities)) == (objects, held)
    again = look_back("production", 1, registry=place.registry)
    assert again.changes == ()
    assert place.apply(plan_back(again, first, SOURCES, registry=place.registry, places=(PLACE, PLACE))) == 3


def refused(call) -> str:
    with pytest.raises(Refused) as told:
        call()
    assert told.value.code == "FO736"
    return told.value.message


def test_what_was_not_committed_does_not_come_back(place):
    uncommitted = MemoryTree(
        {path: tree("@daily", "a").read(path) or b"" for path in tree("@daily", "a").paths()},
        commit="a" * 40,
        uncommitted=("pipelines/a.yaml",),
    )
    place.apply(place.planned(uncommitted))
    found = look_back("production", 1, registry=place.registry)
    assert "it was applied from files that were not committed" in refused(lambda: commit_of(found))


def test_a_commit_that_gives_something_else_today_is_refused(place):
    place.apply(place.planned(tree("@daily", "a")))
    place.apply(place.planned(tree("@hourly", "b")))
    found = look_back("production", 1, registry=place.registry)
    other = tree("@monthly", "a", more="  weekly: {workflow: hello}\n")

    def back():
        return plan_back(found, other, SOURCES, registry=place.registry, places=(PLACE, PLACE))

    assert (
        refused(back)
        .split(": ", 1)[1]
        .startswith(
            "its commit gives another launch_plan/daily, launch_plan/weekly today than it gave to flyteops 0.1.0"
        )
    )
    assert place.registry.snapshot("production").generation == 2


@pytest.mark.parametrize(("then", "told"), [("", "to no cluster"), ("context old, namespace x", "context old")])
def test_another_place_is_refused(place, then, told):
    place.apply(place.planned(tree("@daily", "a")))
    found = look_back("production", 1, registry=place.registry)
    message = refused(
        lambda: plan_back(found, tree("@daily", "a"), SOURCES, registry=place.registry, places=(then, PLACE))
    )
    assert f"its objects went to another place: {told}" in message


def test_the_entities_are_those_of_the_commit(place):
    place.apply(place.planned(tree("@daily", "a")))
    assert set(place.registry.snapshot("production").entities) == {
        EntityId(Kind.TASK, "words:greet"),
        EntityId(Kind.WORKFLOW, "hello"),
        EntityId(Kind.LAUNCH_PLAN, "daily"),
    }
