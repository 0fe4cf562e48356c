"""The published document: closed, valid against its schema, equal to the schema on disk."""

from __future__ import annotations

from dataclasses import replace

import jsonschema
import pytest

from flyteops.model.plan import ConsentState, Deltas, Plan, PlanContext, Refusal, Upcoming
from flyteops.plan import make_plan, plan_of, plan_schema, plan_wire
from tests.unit.plan import samples as s

FIT_CHANGED = s.with_task(
    replace(s.recoded(s.FIT, "1" * 64), interface=replace(s.FIT.interface, inputs=s.FIT.interface.inputs[1:]))
)
PLANS = {
    "empty": s.plan_from(s.SHOP, s.SHOP),
    "all new": make_plan(s.SHOP, s.NOTHING, tree=replace(s.TREE, commit=None, uncommitted=("a.yaml",))),
    "all gone": s.plan_from(s.SHOP, s.program(())),
    "breaking": s.plan_from(s.SHOP, FIT_CHANGED),
    "launch plan": s.plan_from(s.SHOP, s.with_launch_plan(replace(s.NIGHTLY, fixed_inputs=()))),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_every_sample_is_valid(plan: Plan) -> None:
    jsonschema.Draft202012Validator(plan_schema()).validate(plan_wire(plan, tool="0.1.0"))


def test_schema_itself_is_valid_and_closed() -> None:
    jsonschema.Draft202012Validator.check_schema(plan_schema())
    document = {**plan_wire(PLANS["empty"], tool="0.1.0"), "surprise": 1}
    assert not jsonschema.Draft202012Validator(plan_schema()).is_valid(document)


def test_document_of_a_change() -> None:
    plan = s.plan_from(s.SHOP, s.with_launch_plan(replace(s.NIGHTLY, schedule=None, description="now and then")))
    document = plan_wire(plan, tool="0.1.0")
    change = plan.changes[0]
    assert document == {
        "format_version": "1.3",
        "cluster": None,
        "tool_version": "0.1.0",
        "registry": {"lineage": "lineage-1", "generation": 1},
        "tree": {"commit": "c" * 40, "files_digest": "f" * 64, "uncommitted": []},
        "project": "shop",
        "domain": "development",
        "changes": [
            {
                "address": "launch_plan/nightly",
                "previous_address": None,
                "action": "update",
                "interface": {
                    "class": "compatible",
                    "rules": [
                        {
                            "rule": "FO-I126",
                            "message": "the schedule changed",
                            "breaking": False,
                            "consumers": [],
                            "adapted": [],
                            "outside": True,
                        }
                    ],
                },
                "recompute": {"class": "none", "reasons": []},
                "fields": [
                    {"path": "description", "before": None, "after": "now and then", "file": None, "line": None},
                    {
                        "path": "schedule",
                        "before": {"cron": "0 2 * * *", "timezone": "UTC", "catchup": "none", "overlap": "allow"},
                        "after": None,
                        "file": None,
                        "line": None,
                    },
                ],
                "effect": {
                    "when": "next_run",
                    "schedules": [
                        {
                            "launch_plan": "launch_plan/nightly",
                            "version": None,
                            "previous_version": change.effect.schedules[0].previous_version,
                        }
                    ],
                },
                "reach": {"workflows": [], "launch_plans": [], "elsewhere": []},
                "digest": change.digest,
                "previous_digest": change.previous_digest,
            }
        ],
        "nodes": [],
        "unchanged": 8,
        "warnings": [],
        "digest": plan.digest,
        "size": {"steps": 0, "maybe": 0, "of": 0, "gpu_hours": None, "cost": None, "basis": "unknown"},
        "upcoming": [],
        "deltas": None,
        "consents": [],
        "refusals": [],
        "unfinished_runs": None,
    }


CONTEXT = PlanContext(
    upcoming=(
        Upcoming(
            launch_plan="launch_plan/nightly",
            timezone="UTC",
            next=("2026-02-01T02:00:00+00:00",),
            version="a" * 64,
            previous_version=None,
            spoken="tonight 02:00 UTC",
        ),
    ),
    deltas=Deltas(against="b" * 40, change=PLANS["breaking"], pending=PLANS["all new"]),
    consents=(
        ConsentState(address="task/fit", rule="FO-I102", state="given", message="x", reason="y", file="z", line=1),
    ),
    refusals=(Refusal(rule="FO721", message="m", protects="p", way_out="w"),),
)


def test_what_stands_beside_a_plan_is_valid_and_no_part_of_the_digest() -> None:
    plan = PLANS["breaking"]
    document = plan_wire(plan, tool="0.1.0", context=CONTEXT)
    jsonschema.Draft202012Validator(plan_schema()).validate(document)
    assert document["digest"] == plan.digest
    without_records = tuple(replace(each, record=None) for each in plan.changes)
    said = tuple(replace(each, standing=False) for each in plan.nodes)
    assert plan_of(document) == replace(plan, changes=without_records, nodes=said)


def test_tool_version_is_no_part_of_the_digest() -> None:
    plan = PLANS["breaking"]
    assert plan_wire(plan, tool="1")["digest"] == plan_wire(plan, tool="2")["digest"] == plan.digest
