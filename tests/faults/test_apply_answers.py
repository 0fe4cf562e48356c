"""F25 to F36: answers lost after the effect, refused calls, cut and old lists, strangers, another cluster."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import replace

import pytest

from flyteops.model.errors import OutsideFailed, Refused
from flyteops.model.state import ObjectRef
from flyteops.operations.drifting import look_for_drift
from flyteops.operations.pruning import look_for_leftovers, prune
from flyteops.ports.cluster import ClusterFailed
from flyteops.reconcile import LINEAGE
from tests.contract.records import LEASE_MS

from .deploying import DOMAIN, ONE, THREE, TO, TWO, WRITES, converged, deploy, objects_in, planned_of, side_of
from .test_apply_kills import World

MUTATING = ("apply", "delete")
LATER = tuple(each for each in sorted(WRITES) if each != "release_lease")


def template(world: World, prefix: str) -> ObjectRef:
    return next(ref for ref in sorted(objects_in(world.cluster), key=str) if ref.name.startswith(prefix))


def run(world: World, program, **options):
    lines: list[str] = []
    applied = deploy(
        program, world.registry, world.cluster, clock=world.clock, ids=world.ids, report=lines.append, **options
    )
    return applied, lines


@pytest.mark.parametrize("parallelism", [1, 4])
def test_every_answer_to_a_write_is_lost(parallelism):
    """F27 at 100 %: the effect happens, and the caller is told that it did not."""
    world = World()

    def lose(verb: str) -> None:
        if verb in MUTATING:
            raise ClusterFailed("unknown", "connection reset")

    world.cluster.after = lose
    for program in (ONE, TWO, ONE):
        run(world, program, parallelism=parallelism)
        converged(program, world.registry, world.cluster)
    made = [each for each in world.cluster.calls if each == "apply"]
    assert len(made) == 6 + 6 + 6, "nothing is written twice"


@pytest.mark.parametrize("verb", LATER)
def test_every_answer_of_the_registry_is_lost_once(verb):
    """The registry did what it was told, and its answer does not come; the same command again ends it."""
    world = World()
    run(world, ONE)
    lost = 0
    for skip in range(40):
        trial = copy.deepcopy(world)
        method, count = getattr(trial.registry, verb), [0]

        def losing(*args, method=method, count=count, skip=skip, **kwargs):
            answer = method(*args, **kwargs)
            count[0] += 1
            if count[0] == skip + 1:
                raise OutsideFailed("registry", "connection lost", retryable=True)
            return answer

        setattr(trial.registry, verb, losing)
        try:
            run(trial, TWO)
        except OutsideFailed:
            lost += 1
            trial.clock.ms += LEASE_MS + 1
        else:
            break
        run(trial, TWO)
        converged(TWO, trial.registry, trial.cluster)
    assert lost >= 1


@pytest.mark.parametrize("reason", ["busy", "unreachable", "forbidden", "unauthenticated", "unknown", "terminating"])
def test_a_call_that_fails_at_any_place_is_told_and_mended(reason):
    """F26 to F31: before the effect, at every call in turn; the journal is kept and the next run ends it."""
    world = World()
    run(world, ONE)
    before = len(world.cluster.calls)
    whole = copy.deepcopy(world)
    run(whole, TWO)
    for at in range(len(whole.cluster.calls) - before):
        trial = copy.deepcopy(world)
        start = len(trial.cluster.calls)

        def failing(verb: str, trial=trial, start=start, at=at) -> None:
            if len(trial.cluster.calls) == start + at + 1:
                raise ClusterFailed(reason, "no")

        trial.cluster.before = failing
        with contextlib.suppress(OutsideFailed):
            run(trial, TWO)
        trial.cluster.before = lambda verb: None
        run(trial, TWO)
        converged(TWO, trial.registry, trial.cluster)


def test_a_list_that_is_cut_deletes_nothing():
    """F29: what is unknown is never deleted."""
    world = World()
    run(world, ONE)
    world.cluster.before = lambda verb: _raise_on("list", verb)
    before = world.cluster.bodies()
    with pytest.raises(OutsideFailed) as failed:
        run(world, TWO)
    assert failed.value.message == f"the objects in namespace {TO.namespace}: a later page did not come"
    assert world.cluster.bodies() == before


def _raise_on(wanted: str, verb: str) -> None:
    if verb == wanted:
        raise ClusterFailed("partial", "a later page did not come")


def test_unknown_runs_keep_their_templates():
    """Templates stay when it cannot be learnt which runs are unfinished; the next apply takes them."""
    world = World()
    run(world, ONE)
    old = {ref for ref in objects_in(world.cluster) if ref.kind == "WorkflowTemplate"}
    whole_list = type(world.cluster).list

    def cut(api_version, kind, namespace, *, selector):
        if kind == "Workflow":
            raise ClusterFailed("partial", "410 Gone")
        return whole_list(world.cluster, api_version, kind, namespace, selector=selector)

    world.cluster.list = cut
    _, lines = run(world, TWO)
    assert old <= set(objects_in(world.cluster))
    assert f"kept {min(old, key=str)}: which runs are unfinished could not be learnt" in lines
    del world.cluster.list
    run(world, TWO)
    converged(TWO, world.registry, world.cluster)


def test_a_template_stays_while_an_unfinished_run_uses_it():
    world = World()
    run(world, ONE)
    used = template(world, "left-")
    workflow = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "left-run", "namespace": TO.namespace, "labels": {"submitted": "by-hand"}},
        "spec": {"workflowTemplateRef": {"name": used.name}},
    }
    live = world.cluster.put(workflow)
    _, lines = run(world, TWO)
    assert f"kept {used}: an unfinished run uses it" in lines
    assert used in objects_in(world.cluster)
    # Nothing else is to do: no lease, nothing written, however often.
    epoch = world.registry._domains[DOMAIN].epoch
    assert run(world, TWO) == (run(world, TWO)[0], [])
    assert world.registry._domains[DOMAIN].epoch == epoch
    workflow["metadata"]["labels"]["workflows.argoproj.io/completed"] = "true"
    world.cluster.put(workflow)
    run(world, TWO)
    world.cluster.lose(live.ref)
    converged(TWO, world.registry, world.cluster)


def test_an_old_list_is_not_believed_over_the_object_itself():
    """F30: a server whose lists are behind makes neither a duplicate nor a wrong delete."""
    world = World()
    world.cluster.old = {}
    run(world, ONE)
    run(world, TWO)
    world.cluster.old = None
    run(world, TWO)
    converged(TWO, world.registry, world.cluster)


def test_a_stranger_in_the_way_is_refused_and_untouched():
    world = World()
    run(world, ONE)
    nightly = template(world, "nightly-")
    other = World()
    stranger = copy.deepcopy(world.cluster.stored[nightly]["object"])
    for key in ("uid", "resourceVersion"):
        del stranger["metadata"][key]
    stranger["metadata"]["annotations"] = {LINEAGE: "another"}
    other.cluster.put(stranger)
    before = other.cluster.bodies()
    with pytest.raises(Refused) as refused:
        run(other, ONE)
    assert (refused.value.code, refused.value.message) == (
        "FO760",
        f"not applied by this registry, and in the way: {nightly} (of registry another)",
    )
    assert other.cluster.bodies() == before
    assert other.registry.snapshot(DOMAIN).lineage == "", "nothing was written"


def test_recreated_by_hand_is_a_stranger_and_never_deleted():
    """F34: the name is the same, the object is not; what we recorded is gone, and the stranger stays."""
    world = World()
    run(world, ONE)
    right = template(world, "right-")
    body = copy.deepcopy(world.cluster.stored[right]["object"])
    for key in ("uid", "resourceVersion", "annotations"):
        del body["metadata"][key]
    world.cluster.lose(right)
    stranger = world.cluster.put(body)
    run(world, TWO)
    assert objects_in(world.cluster)[right].uid == stranger.uid
    assert all(each.ref != right for each in world.registry.objects(DOMAIN))
    world.cluster.lose(right)
    converged(TWO, world.registry, world.cluster)


def test_deleted_and_edited_by_hand_is_drift_and_the_next_apply_heals_it():
    world = World()
    run(world, ONE)
    gone, clock = template(world, "left-"), next(r for r in objects_in(world.cluster) if r.name.startswith("nightly-")
                                                  and r.kind == "CronWorkflow")  # fmt: skip
    world.cluster.lose(gone)
    edited = copy.deepcopy(world.cluster.stored[clock]["object"])
    edited["spec"]["suspend"] = True
    world.cluster.put(edited, manager="kubectl-edit")
    lineage = world.registry.snapshot(DOMAIN).lineage
    found = look_for_drift(side_of(ONE, world.cluster), world.registry.objects(DOMAIN), lineage=lineage, applied=())
    assert [(each.ref, each.state, [(f.path, f.applied, f.live) for f in each.fields]) for each in found.objects] == [
        (clock, "changed", [("spec.suspend", False, True)]),
        (gone, "missing", []),
    ]
    assert run(world, ONE)[0].changed is False, "an apply with nothing to change looks at the registry only"
    with pytest.raises(Refused) as refused:
        run(world, TWO)
    assert (refused.value.code, refused.value.message.partition(": ")[0]) == ("FO763", str(clock))
    edited["spec"]["suspend"] = False
    world.cluster.put(edited, manager="flyteops")
    run(world, TWO)
    converged(TWO, world.registry, world.cluster)


def test_a_mark_removed_by_hand_is_put_back():
    world = World()
    run(world, ONE)
    ref = template(world, "right-")
    del world.cluster.stored[ref]["object"]["metadata"]["annotations"]
    run(world, TWO)
    run(world, ONE)
    converged(ONE, world.registry, world.cluster)


def test_another_cluster_is_refused_until_it_is_named():
    """F36; and a cluster that was built anew gets everything again."""
    world = World()
    run(world, ONE)
    world.cluster.name, world.cluster.stored = "cluster-two", {}
    with pytest.raises(Refused) as refused:
        run(world, TWO)
    assert (refused.value.code, refused.value.message) == (
        "FO761",
        "this is cluster cluster-two at memory; the domain was applied to cluster cluster-one",
    )
    assert world.cluster.bodies() == {}
    run(world, ONE, accepted="cluster-two")
    converged(ONE, world.registry, world.cluster)
    run(world, TWO)
    converged(TWO, world.registry, world.cluster)


def test_a_cluster_without_argo_is_refused_before_anything_is_written():
    """F32."""
    world = World()
    world.cluster.lacking = ("namespace churn-production", "WorkflowTemplate (argoproj.io/v1alpha1)")
    with pytest.raises(Refused) as refused:
        run(world, ONE)
    assert (refused.value.code, refused.value.message) == (
        "FO762",
        "the cluster lacks namespace churn-production, WorkflowTemplate (argoproj.io/v1alpha1)",
    )
    assert (world.registry.snapshot(DOMAIN).lineage, world.cluster.bodies()) == ("", {})


def test_what_the_server_does_not_take_is_told_before_the_first_effect():
    world = World()

    def deny(verb: str) -> None:
        if verb == "dry_run":
            raise ClusterFailed("invalid", "spec.x: unknown field")

    world.cluster.before = deny
    with pytest.raises(Refused) as refused:
        run(world, ONE)
    assert refused.value.code == "FO764"
    assert (world.registry.snapshot(DOMAIN).lineage, world.cluster.bodies()) == ("", {})


def test_a_finalizer_delays_and_is_told():
    """F35."""
    world = World()
    run(world, ONE)
    held = template(world, "right-")
    world.cluster.stored[held]["object"]["metadata"]["finalizers"] = ["example.com/hold"]
    _, lines = run(world, TWO)
    assert f"{held} is being deleted; its finalizers hold it: example.com/hold" in lines
    world.cluster.lose(held)
    run(world, TWO)
    converged(TWO, world.registry, world.cluster)


def test_a_restored_older_registry_adopts_and_deletes_nothing():
    """F12: the cluster is ahead of the registry; what is wanted is adopted, the rest is left for a prune."""
    world = World()
    run(world, ONE)
    backup = copy.deepcopy(world.registry)
    run(world, TWO)
    world.registry = backup
    before = set(objects_in(world.cluster))
    run(world, THREE)
    assert before <= set(objects_in(world.cluster)), "what no record names is not deleted by an apply"
    planned, side = planned_of(THREE, world.registry), side_of(THREE, world.cluster)
    left = look_for_leftovers(planned, side, registry=world.registry, limit=None)
    wanted = {each.ref for each in side.wanted}
    assert {each.ref for each in (*left.effects, *left.kept)} == set(objects_in(world.cluster)) - wanted
    with pytest.raises(Refused) as refused:
        look_for_leftovers(planned, side, registry=world.registry, limit=0.2)
    assert refused.value.code == "FO768"
    outside = {"registry": world.registry, "clock": world.clock, "ids": world.ids}
    gone = prune(planned, side, left, **outside, report=lambda line: None, wait=lambda seconds: None)
    assert set(gone) == {each.ref for each in left.effects}
    left = look_for_leftovers(planned, side, registry=world.registry, limit=None)
    prune(planned, side, left, **outside, report=lambda line: None, wait=lambda seconds: None)
    converged(THREE, world.registry, world.cluster)


def test_a_prune_needs_an_applied_tree_and_known_runs():
    world = World()
    run(world, ONE)
    with pytest.raises(Refused) as refused:
        look_for_leftovers(
            planned_of(TWO, world.registry), side_of(TWO, world.cluster), registry=world.registry, limit=None
        )
    assert refused.value.code == "FO767"
    world.cluster.before = lambda verb: _raise_on("list", verb)
    with pytest.raises(OutsideFailed):
        look_for_leftovers(
            planned_of(ONE, world.registry), side_of(ONE, world.cluster), registry=world.registry, limit=None
        )


def test_a_writer_that_wakes_late_does_not_write_over_the_next():
    """F05 in the cluster: an object written under a later epoch stops the older holder."""
    world = World()
    run(world, ONE)
    late = copy.deepcopy(world.registry)

    def overtake(verb: str) -> None:
        if verb == "apply":
            world.cluster.before = lambda verb: None
            for stored in world.cluster.stored.values():
                stored["object"]["metadata"]["annotations"]["flyteops/epoch"] = "99"
                stored["object"]["metadata"]["resourceVersion"] += "9"

    nightly = replace(
        ONE, launch_plans={**ONE.launch_plans, "nightly": replace(ONE.launch_plans["nightly"], active=False)}
    )
    world.cluster.before = overtake
    world.registry = late
    with pytest.raises(Refused) as refused:
        run(world, nightly)
    assert refused.value.code == "FO714"
