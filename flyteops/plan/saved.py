"""A plan read back from its document. Expects what fits the schema; entities' payloads are not part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flyteops.model.digest import Json, JsonObject, digest_of
from flyteops.model.ids import entity_id
from flyteops.model.plan import (
    Action,
    Change,
    ChangeEffect,
    EffectWhen,
    FieldChange,
    InterfaceClass,
    InterfaceFinding,
    NodeRecompute,
    Plan,
    Reach,
    RecomputeClass,
    ScheduledVersion,
    TreeIdentity,
)
from flyteops.plan.document import OUTSIDE_THE_DIGEST
from flyteops.plan.stored_types import as_list, as_map


def plan_of(document: JsonObject) -> Plan | None:
    """The plan of a document that fits the schema; None when its digest is wrong, that is, when it was edited."""
    body = {key: value for key, value in document.items() if key not in OUTSIDE_THE_DIGEST}
    if body["cluster"] is None:
        del body["cluster"]
    if digest_of("flyteops.plan.v1", body) != document["digest"]:
        return None
    registry, tree = as_map(document["registry"]), as_map(document["tree"])
    return Plan(
        project=str(document["project"]),
        domain=str(document["domain"]),
        lineage=str(registry["lineage"]),
        generation=cast("int", registry["generation"]),
        tree=TreeIdentity(
            commit=cast("str | None", tree["commit"]),
            files_digest=str(tree["files_digest"]),
            uncommitted=_texts(tree["uncommitted"]),
        ),
        changes=tuple(_change(as_map(each)) for each in as_list(document["changes"])),
        nodes=tuple(_node(as_map(each)) for each in as_list(document["nodes"])),
        unchanged=cast("int", document["unchanged"]),
        warnings=_texts(document["warnings"]),
        digest=str(document["digest"]),
        cluster=str(document["cluster"] or ""),
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(each) for each in as_list(value))


def _change(wire: Mapping[str, Json]) -> Change:
    entity = entity_id(str(wire["address"]))
    assert entity is not None  # noqa: S101 - the digest says that we wrote it
    interface, recompute = as_map(wire["interface"]), as_map(wire["recompute"])
    effect, reach = as_map(wire["effect"]), as_map(wire["reach"])
    return Change(
        entity=entity,
        previous=entity_id(str(wire["previous_address"])),
        action=cast("Action", wire["action"]),
        digest=cast("str | None", wire["digest"]),
        previous_digest=cast("str | None", wire["previous_digest"]),
        interface=cast("InterfaceClass", interface["class"]),
        findings=tuple(_finding(as_map(each)) for each in as_list(interface["rules"])),
        recompute=cast("RecomputeClass", recompute["class"]),
        reasons=_texts(recompute["reasons"]),
        fields=tuple(_field(as_map(each)) for each in as_list(wire["fields"])),
        record=None,
        effect=ChangeEffect(
            when=cast("EffectWhen", effect["when"]),
            schedules=tuple(_scheduled(as_map(each)) for each in as_list(effect["schedules"])),
        ),
        reach=Reach(
            workflows=_texts(reach["workflows"]),
            launch_plans=_texts(reach["launch_plans"]),
            elsewhere=_texts(reach["elsewhere"]),
        ),
    )


def _scheduled(wire: Mapping[str, Json]) -> ScheduledVersion:
    return ScheduledVersion(
        launch_plan=str(wire["launch_plan"]),
        version=cast("str | None", wire["version"]),
        previous_version=cast("str | None", wire["previous_version"]),
    )


def _finding(wire: Mapping[str, Json]) -> InterfaceFinding:
    return InterfaceFinding(
        rule=str(wire["rule"]),
        message=str(wire["message"]),
        breaking=bool(wire["breaking"]),
        consumers=_texts(wire["consumers"]),
        adapted=_texts(wire["adapted"]),
        outside=bool(wire["outside"]),
    )


def _field(wire: Mapping[str, Json]) -> FieldChange:
    return FieldChange(
        path=str(wire["path"]),
        before=wire["before"],
        after=wire["after"],
        file=cast("str | None", wire["file"]),
        line=cast("int | None", wire["line"]),
    )


def _node(wire: Mapping[str, Json]) -> NodeRecompute:
    return NodeRecompute(
        workflow=str(wire["workflow"]),
        launch_plan=cast("str | None", wire["launch_plan"]),
        node=str(wire["node"]),
        task=str(wire["task"]),
        outcome=cast("RecomputeClass", wire["outcome"]),
        reasons=_texts(wire["reasons"]),
    )
