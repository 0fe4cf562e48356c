"""An apply to a cluster as a test drives it: two programs, a registry and a cluster that can be killed at any call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from flyteops.model.digest import digest_of
from flyteops.model.entities import Interface, LaunchPlan, Node, Schedule, TaskCall, Workflow
from flyteops.model.plan import TreeIdentity
from flyteops.model.program import Program
from flyteops.operations.applying import Applied, Author, apply
from flyteops.operations.cluster_side import ClusterSide
from flyteops.operations.cluster_wanted import side_for
from flyteops.operations.planning import Planned
from flyteops.plan import make_plan
from flyteops.ports.cluster import Cluster
from flyteops.ports.registry import Registry
from flyteops.reconcile import CLUSTER_REF
from tests.contract.records import CountedIds, SetClock
from tests.unit.argo.programs import PINNED, TARGET, program_of, said, task, var

DOMAIN = "production"
TO = replace(TARGET, default_image=f"ghcr.io/acme/base@sha256:{PINNED}")
WRITES = frozenset(("prepare", "take_lease", "release_lease", "intend", "publish", "intend_effects", "confirm_effect"))


def flow(name: str, text: str) -> Workflow:
    node = Node(name="greet", body=TaskCall(task="tell", inputs=(said("text", text),)), outputs=())
    return Workflow(name=name, interface=Interface(), nodes=(node,), outputs=())


def plan_of(name: str, workflow: str, *, cron: str = "0 2 * * *") -> LaunchPlan:
    return LaunchPlan(name=name, workflow=workflow, schedule=Schedule(cron=cron))


TELL = task("tell", (var("text"),), ())
ONE = program_of(TELL, flow("left", "hi"), flow("right", "hi"), plan_of("nightly", "left"), plan_of("weekly", "right"))
TWO = program_of(
    TELL,
    flow("left", "ho"),
    flow("extra", "hi"),
    plan_of("nightly", "left"),
    plan_of("hourly", "extra", cron="0 * * * *"),
)
THREE = program_of(TELL, flow("left", "hey"), plan_of("nightly", "left", cron="30 2 * * *"))
PROGRAMS = {"one": ONE, "two": TWO, "three": THREE}


class Dead(BaseException):
    """The process is gone: nothing after this runs, no clean-up either."""


@dataclass
class Points:
    """Counts the moments at which a process may die, and kills it at the n-th; then every call says so."""

    at: int = 0
    passed: int = 0
    dead: bool = False
    seen: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        if self.dead:
            raise Dead
        self.passed += 1
        self.seen.append(name)
        if self.passed == self.at:
            self.dead = True
            raise Dead

    def around(self, of: Any) -> Any:
        """The object with a point before and after each of its calls."""
        return Around(of, self.point)


class Around:
    """Calls `point` before and after every method of something."""

    def __init__(self, of: Any, point: Callable[[str], None]) -> None:
        self._of = of
        self._point = point

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._of, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self._point(f"before {name}")
            answer = found(*args, **kwargs)
            self._point(f"after {name}")
            return answer

        return call


def planned_of(program: Program, registry: Registry) -> Planned:
    snapshot = registry.snapshot(DOMAIN)
    tree = TreeIdentity(commit=digest_of("commit", str(sorted(program.workflows)))[:40], files_digest="f" * 64)
    return Planned(plan=make_plan(program, snapshot, tree=tree), program=program, snapshot=snapshot)


SIDES: dict[int, ClusterSide] = {}
"""Emitted once for each program: what is tested here comes after."""


def side_of(program: Program, cluster: Cluster, *, parallelism: int = 1, accepted: str = "") -> ClusterSide:
    if id(program) not in SIDES:
        SIDES[id(program)] = side_for(program, cluster=cluster, target=TO)
    return replace(SIDES[id(program)], cluster=cluster, parallelism=parallelism, accepted_cluster=accepted)


def deploy(
    program: Program,
    registry: Registry,
    cluster: Cluster,
    *,
    clock: SetClock,
    ids: CountedIds,
    parallelism: int = 1,
    accepted: str = "",
    report: Callable[[str], None] = lambda line: None,
) -> Applied:
    """Plans and applies, as the command does."""

    def wait(seconds: float) -> None:
        clock.ms += int(seconds * 1000)

    return apply(
        planned_of(program, registry),
        registry=registry,
        clock=clock,
        ids=ids,
        author=Author(actor="ann", tool="flyteops 0.1.0"),
        report=report,
        wait=wait,
        side=side_of(program, cluster, parallelism=parallelism, accepted=accepted),
    )


def converged(program: Program, registry: Registry, cluster: Any) -> None:
    """The cluster holds exactly what the program wants, every object recorded with its uid, and nothing is open."""
    wanted = {each.ref: each for each in side_of(program, cluster).wanted}
    records = {each.ref: each for each in registry.objects(DOMAIN) if each.ref != CLUSTER_REF}
    assert {ref: each.digest for ref, each in records.items()} == {ref: each.digest for ref, each in wanted.items()}
    assert registry.open_effects(DOMAIN) == ()
    assert planned_of(program, registry).plan.changes == ()
    assert {str(ref) for ref in wanted} == {str(ref) for ref in objects_in(cluster)}
    for ref, each in wanted.items():
        live = objects_in(cluster)[ref]
        assert live.uid == records[ref].uid
        assert live.body["spec"] == each.body["spec"]
        assert live.annotation("flyteops/lineage") == registry.snapshot(DOMAIN).lineage


def objects_in(cluster: Any) -> dict:
    found = [
        *cluster.list("argoproj.io/v1alpha1", "WorkflowTemplate", TO.namespace, selector=""),
        *cluster.list("argoproj.io/v1alpha1", "CronWorkflow", TO.namespace, selector=""),
    ]
    return {each.ref: each for each in found}
