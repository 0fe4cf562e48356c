"""A snapshot as a JSON document, so that a plan can be made where the registry cannot be reached. Pure.

It holds what the registry holds: names, digests and wire forms, which name secrets and never contain them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteops.model.digest import Json, JsonObject, digest_of
from flyteops.model.ids import EntityId, Kind
from flyteops.model.referring import Referrer
from flyteops.model.state import EntityRecord, Revision, Snapshot
from flyteops.model.wire import ENTITY_WIRE

FORM = "flyteops.snapshot.v1"


def snapshot_wire(snapshot: Snapshot, *, tool: str) -> JsonObject:
    """The document; `digest` is over everything else in it but the tool."""
    body: JsonObject = {
        "form": FORM,
        "lineage": snapshot.lineage,
        "project": snapshot.project,
        "domain": snapshot.domain,
        "generation": snapshot.generation,
        "revision": _revision(snapshot.revision),
        "entities": [
            {"address": str(entity), "digest": record.digest, "payload": record.payload}
            for entity, record in sorted(snapshot.entities.items(), key=lambda each: each[0])
        ],
    }
    if snapshot.referrers:
        body["referrers"] = [_referrer(each) for each in snapshot.referrers]
    return {**body, "digest": digest_of(FORM, body), "tool_version": tool}


def _referrer(each: Referrer) -> Json:
    return {
        "project": each.project,
        "domain": each.domain,
        "task": each.entity.name,
        "target": each.target.name,
        "inputs": list(each.inputs),
        "outputs": list(each.outputs),
    }


def _revision(revision: Revision | None) -> Json:
    if revision is None:
        return None
    return {
        "generation": revision.generation,
        "commit": revision.commit,
        "dirty": revision.dirty,
        "plan_digest": revision.plan_digest,
        "actor": revision.actor,
        "tool": revision.tool,
        "created_ms": revision.created_ms,
    }


def snapshot_of(document: JsonObject) -> Snapshot | None:
    """The snapshot of a document that fits the schema; None when a digest does not fit."""
    body = {name: value for name, value in document.items() if name not in ("digest", "tool_version")}
    if digest_of(FORM, body) != document["digest"]:
        return None
    entities: dict[EntityId, EntityRecord] = {}
    for each in document["entities"]:  # type: ignore[union-attr]
        kind, _, name = each["address"].partition("/")  # type: ignore[index, union-attr, call-overload]
        payload = each["payload"]  # type: ignore[index, call-overload]
        if digest_of(ENTITY_WIRE[Kind(kind)], payload) != each["digest"]:  # type: ignore[index, call-overload]
            return None
        entities[EntityId(Kind(kind), name)] = EntityRecord(digest=each["digest"], payload=payload)  # type: ignore[index, call-overload, arg-type]
    told = document["revision"]
    return Snapshot(
        lineage=str(document["lineage"]),
        project=str(document["project"]),
        domain=str(document["domain"]),
        generation=int(document["generation"]),  # type: ignore[arg-type]
        entities=entities,
        revision=Revision(**told) if told else None,  # type: ignore[arg-type]
        referrers=tuple(_referring(each) for each in document.get("referrers", [])),  # type: ignore[union-attr, arg-type]
    )


def _referring(each: Mapping[str, Any]) -> Referrer:
    return Referrer(
        project=each["project"],
        domain=each["domain"],
        entity=EntityId(Kind.TASK, each["task"]),
        target=EntityId(Kind.TASK, each["target"]),
        inputs=tuple(each["inputs"]),
        outputs=tuple(each["outputs"]),
    )


def snapshot_schema() -> JsonObject:
    """JSON Schema of the document."""
    sha: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    text: Json = {"type": "string"}
    whole: Json = {"type": "integer", "minimum": 0}
    kinds = "|".join(Kind)
    entity = _closed(address={"type": "string", "pattern": f"^({kinds})/."}, digest=sha, payload={"type": "object"})
    revision = _closed(
        generation=whole,
        commit=text,
        dirty={"type": "boolean"},
        plan_digest=text,
        actor=text,
        tool=text,
        created_ms=whole,
    )
    texts: Json = {"type": "array", "items": text}
    referrer = _closed(project=text, domain=text, task=text, target=text, inputs=texts, outputs=texts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "flyteops snapshot of a registry",
        **_closed(
            optional={"referrers": {"type": "array", "items": referrer}},
            form={"const": FORM},
            lineage=text,
            project=text,
            domain=text,
            generation=whole,
            revision={"anyOf": [{"type": "null"}, revision]},
            entities={"type": "array", "items": entity},
            digest=sha,
            tool_version=text,
        ),
    }


def _closed(optional: JsonObject | None = None, **properties: Json) -> JsonObject:
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": sorted(properties),
        "additionalProperties": False,
    }
