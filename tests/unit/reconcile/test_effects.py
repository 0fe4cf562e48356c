"""Wanted × recorded × live: every row of the table, and the order of what follows."""

from __future__ import annotations

import pytest

from flyteops.model.state import Effect, Fence, ObjectRecord, ObjectRef
from flyteops.ports.cluster import Live
from flyteops.reconcile import (
    CLUSTER_REF,
    Mark,
    Observation,
    Wanted,
    decide,
    effects_id,
    leftovers,
    marked,
    pending,
    selector,
    settled,
    unrecorded,
    used_templates,
)

API = "argoproj.io/v1alpha1"
OURS = "lineage-1"


def ref(name: str, kind: str = "WorkflowTemplate") -> ObjectRef:
    return ObjectRef(api_version=API, kind=kind, namespace="n", name=name)


def wanted(name: str, kind: str = "WorkflowTemplate", *, digest: str = "d1") -> Wanted:
    body = {"apiVersion": API, "kind": kind, "metadata": {"name": name, "namespace": "n"}, "spec": {"x": 1}}
    return Wanted(ref=ref(name, kind), body=body, digest=digest, address=f"workflow/{name}")


def record(name: str, kind: str = "WorkflowTemplate", *, digest: str = "d1", uid: str = "u1") -> ObjectRecord:
    return ObjectRecord(ref=ref(name, kind), digest=digest, uid=uid, address=f"workflow/{name}")


def live(
    name: str,
    kind: str = "WorkflowTemplate",
    *,
    uid: str = "u1",
    lineage: str = OURS,
    digest: str = "d1",
    x: int = 1,
    deleting: bool = False,
) -> Live:
    marks = {"flyteops/lineage": lineage, "flyteops/digest": digest} if lineage else {}
    metadata = {"name": name, "namespace": "n", "uid": uid, "resourceVersion": "7", "annotations": marks}
    if deleting:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return Live(ref=ref(name, kind), body={"apiVersion": API, "kind": kind, "metadata": metadata, "spec": {"x": x}})


def decided(wants=(), records=(), there=(), *, used: frozenset[str] | None = frozenset()):
    seen = Observation(live={each.ref: each for each in there}, used=used)
    return decide(tuple(wants), tuple(records), seen, lineage=OURS)


def apply(name: str, *, step: int = 0, digest: str = "d1") -> Effect:
    return Effect(step=step, action="apply", ref=ref(name), address=f"workflow/{name}", digest=digest)


def test_as_wanted_is_nothing_to_do():
    assert decided([wanted("a")], [record("a")], [live("a")]).empty


@pytest.mark.parametrize(
    ("records", "there"),
    [
        ([], []),
        ([record("a")], []),
        ([], [live("a")]),
        ([record("a", digest="d0")], [live("a", digest="d0")]),
        ([record("a", digest="d0")], [live("a")]),
        ([record("a")], [live("a", x=2)]),
        ([record("a")], [live("a", digest="d9")]),
        ([record("a")], [live("a", lineage="")]),
        ([record("a", uid="u0")], [live("a")]),
    ],
    ids=["new", "deleted", "unconfirmed", "changed", "lost", "edited", "mark", "no-mark", "adopted"],
)
def test_missing_or_different_is_applied(records, there):
    assert decided([wanted("a")], records, there).templates == (apply("a"),)


@pytest.mark.parametrize(
    ("records", "there"),
    [
        ([], [live("a", lineage="")]),
        ([], [live("a", lineage="another")]),
        ([record("a", uid="u0")], [live("a", lineage="")]),
    ],
)
def test_a_stranger_is_named_and_nothing_is_done_to_it(records, there):
    decision = decided([wanted("a")], records, there)
    assert (decision.empty, [each.ref for each in decision.strangers]) == (True, [ref("a")])


def test_an_empty_lineage_owns_nothing():
    seen = Observation(live={ref("a"): live("a", lineage="")}, used=frozenset())
    assert decide((wanted("a"),), (), seen, lineage="").strangers != ()


def test_what_is_still_being_deleted_is_waited_for():
    assert decided([wanted("a")], [record("a")], [live("a", deleting=True)]).leaving == (ref("a"),)


def test_templates_clocks_and_deletes_in_their_order():
    decision = decided(
        [wanted("c", "CronWorkflow"), wanted("b"), wanted("a")],
        [record("old"), record("z", "CronWorkflow")],
        [live("old"), live("z", "CronWorkflow")],
    )
    assert [(each.step, each.ref.name) for each in decision.templates] == [(0, "b"), (1, "a")]
    assert [(each.step, each.ref.name) for each in decision.clocks] == [(0, "c")]
    assert [(each.step, each.action, each.ref.name, each.uid) for each in decision.deletes] == [
        (0, "delete", "z", "u1"),
        (1, "delete", "old", "u1"),
    ]


@pytest.mark.parametrize(
    ("used", "why"),
    [(frozenset({"old"}), "an unfinished run uses it"), (None, "which runs are unfinished could not be learnt")],
)
def test_a_template_in_use_or_perhaps_in_use_stays(used, why):
    decision = decided([], [record("old")], [live("old")], used=used)
    assert (decision.deletes, [(each.ref.name, each.why) for each in decision.kept]) == ((), [("old", why)])


def test_a_clock_goes_whoever_runs():
    assert decided([], [record("z", "CronWorkflow")], [live("z", "CronWorkflow")], used=None).deletes != ()


def test_only_what_is_recorded_is_deleted():
    assert decided([], [], [live("unrecorded"), live("foreign", lineage="")]).empty


def test_a_record_whose_object_is_gone_or_another_is_forgotten_by_its_uid():
    for there in ([], [live("old", uid="u2")]):
        (only,) = decided([], [record("old")], there, used=None).deletes
        assert (only.action, only.uid) == ("delete", "u1")


def test_the_record_of_the_cluster_is_no_object():
    cluster = ObjectRecord(ref=CLUSTER_REF, digest="c", uid="c", address="cluster")
    assert decided([wanted("a")], [record("a"), cluster], [live("a")]).empty
    assert not pending((wanted("a"),), (record("a"), cluster))


def test_what_the_registry_alone_shows():
    assert pending((wanted("a"),), ())
    assert pending((), (record("a"),))
    assert pending((wanted("a", digest="d2"),), (record("a"),))
    assert unrecorded((wanted("a"), wanted("b", digest="d2")), (record("a"), record("b"))) == (
        wanted("b", digest="d2"),
    )


def test_leftovers_are_recorded_or_marked():
    there = [live("old"), live("lost"), live("foreign", lineage=""), live("used"), live("a")]
    seen = Observation(live={each.ref: each for each in there}, used=frozenset({"used"}))
    found = leftovers((wanted("a"),), (record("old"), record("a")), seen, lineage=OURS)
    assert [each.ref.name for each in found.effects] == ["lost", "old"]
    assert ([each.ref.name for each in found.kept], found.total) == (["used"], 4)


def test_an_effect_whose_end_nobody_saw_is_what_the_cluster_shows():
    effect = apply("a", digest="d2")
    assert settled(effect, None, None, lineage=OURS).action == "delete"
    assert settled(effect, live("a", lineage="another"), None, lineage=OURS).action == "delete"
    end = settled(effect, live("a", digest="d1", uid="u5"), None, lineage=OURS)
    assert (end.action, end.digest, end.uid) == ("apply", "d1", "u5")
    end = settled(effect, live("a", lineage="", uid="u5"), record("a", uid="u5"), lineage=OURS)
    assert (end.action, end.digest, end.uid) == ("apply", "", "u5")


def test_what_runs_and_clocks_refer_to():
    run = Live(ref=ref("r", "Workflow"), body={"spec": {"workflowTemplateRef": {"name": "a"}}})
    inline = Live(ref=ref("i", "Workflow"), body={"spec": {"templates": []}})
    odd = Live(ref=ref("o", "Workflow"), body={"spec": "odd"})

    def clock(name: str, template: str) -> Live:
        spec = {"workflowSpec": {"workflowTemplateRef": {"name": template}}}
        return Live(ref=ref(name, "CronWorkflow"), body={"spec": spec})

    going = frozenset({ref("going", "CronWorkflow")})
    clocks = (clock("stays", "b"), clock("going", "c"))
    assert used_templates((run, inline, odd), clocks, going=going) == {"a", "b"}


def test_marks_are_added_and_the_body_is_left_alone():
    made = wanted("a")
    mark = Mark(lineage=OURS, operation="op", fence=Fence(holder="h", epoch=3, name="churn/dev"))
    body = marked(made, mark)
    assert body["metadata"]["annotations"] == {
        "flyteops/lineage": OURS,
        "flyteops/operation": "op",
        "flyteops/digest": "d1",
        "flyteops/epoch": "3",
    }
    assert "annotations" not in made.body["metadata"]


def test_an_operation_is_named_by_what_it_does():
    assert effects_id("op", "templates", (apply("a"),)) == effects_id("op", "templates", (apply("a", step=4),))
    others = [("op", "clocks", (apply("a"),)), ("op2", "templates", (apply("a"),)), ("op", "templates", ())]
    assert len({effects_id(*each) for each in (*others, ("op", "templates", (apply("a"),)))}) == 4


def test_the_selector_is_what_the_emitter_writes():
    assert (
        selector("churn", "dev") == "app.kubernetes.io/managed-by=flyteops,flyteops/project=churn,flyteops/domain=dev"
    )
