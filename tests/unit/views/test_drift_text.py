"""Drift and leftovers in words."""

from __future__ import annotations

from flyteops.model.state import Effect, ObjectRef
from flyteops.reconcile import ABSENT, Drift, FieldDrift, Kept, Leftovers, ObjectDrift
from flyteops.views.drift import drift_wire, render_drift, render_leftovers

CLOCK = ObjectRef(api_version="a/v1", kind="CronWorkflow", namespace="n", name="daily")
OLD = ObjectRef(api_version="a/v1", kind="WorkflowTemplate", namespace="n", name="old\x1b[31m")
FIELDS = (
    FieldDrift(path="spec.suspend", applied=False, wanted=False, live=True),
    FieldDrift(path="spec.schedules[0]", applied="0 2 * * *", wanted="0 3 * * *", live=ABSENT),
)
FOUND = Drift(
    objects=(
        ObjectDrift(ref=CLOCK, address="launch_plan/daily", state="changed", fields=FIELDS),
        ObjectDrift(ref=OLD, address="", state="missing"),
    ),
    looked_at=7,
    cluster="https://k8s:6443",
)


def test_drift():
    assert render_drift(FOUND) == (
        "~ CronWorkflow/n/daily (launch_plan/daily) was changed\n"
        "    spec.suspend: applied false, live true\n"
        '    spec.schedules[0]: applied "0 2 * * *", live nothing, in git now "0 3 * * *"\n'
        "~ WorkflowTemplate/n/old\\x1b[31m is not there any more\n"
        "\n"
        "Drift: 2 of 7 objects differ from what was applied (https://k8s:6443).\n"
    )


def test_no_drift():
    assert render_drift(Drift(objects=(), looked_at=7, cluster="c")) == (
        "Drift: 0 of 7 objects differ from what was applied (c).\n"
    )


def test_drift_for_programs():
    (first, second) = drift_wire(FOUND)["objects"]
    assert first["fields"][1] == {"path": "spec.schedules[0]", "applied": "0 2 * * *", "wanted": "0 3 * * *"}
    assert (second["state"], second["fields"]) == ("missing", [])


def test_leftovers():
    effect = Effect(step=0, action="delete", ref=CLOCK, address="launch_plan/daily", uid="u")
    found = Leftovers(effects=(effect,), kept=(Kept(ref=OLD, why="an unfinished run uses it"),), total=4)
    assert render_leftovers(found) == (
        "  - CronWorkflow/n/daily (launch_plan/daily)\n"
        "    WorkflowTemplate/n/old\\x1b[31m stays: an unfinished run uses it\n"
        "\n"
        "Prune: 1 of 4 objects to delete.\n"
    )
