"""What the keys of our own documents mean, and an example of each document: laid over the schemas that are published.

The schemas themselves stand beside the code that reads a document, and say only what is checked.
"""

from __future__ import annotations

from collections.abc import Mapping

from flyteops.model.digest import Json, JsonObject

CONSENT = {
    "apiVersion": "The language of this file.",
    "consent": "What somebody agreed to, each entry for one change.",
    "address": "The entity whose change is agreed to, or domain/NAME.",
    "rule": "The rule that would refuse it.",
    "reason": "Why it is agreed to; it is kept in the history.",
    "expires": "The last day on which it counts.",
}
DIAGNOSTICS = {
    "code": "The permanent code; `flyteops explain CODE` prints its page.",
    "severity": "An error refuses the project, a warning does not.",
    "message": "What is wrong, in a sentence.",
    "path": "The file, from the root of the project; null when the fault has no place.",
    "line": "First line, from 1.",
    "column": "First column, from 1, in code points.",
    "end_line": "Last line.",
    "end_column": "The column after the last.",
    "help": "The way out.",
}
LOCK = {
    "apiVersion": "The language of this file.",
    "images": "Digests of images, by reference, or by name and what they are built from.",
    "entities": "Digests of tasks of other projects, by PROJECT/DOMAIN/NAME@VERSION.",
}
PLAN = {
    "action": "What happens to the entity.",
    "adapted": "Consumers that change in the same plan.",
    "address": "The entity, kind/name.",
    "after": "The value after the apply; null when there is none.",
    "against": "The commit that the change is told against.",
    "basis": "What the size was computed from.",
    "before": "The value that is applied now; null when there is none.",
    "breaking": "Whether consumers may break.",
    "change": "What this change of the tree does.",
    "changes": "What an apply would do, in order.",
    "cluster": "Context and namespace of the domain's cluster; null when it has none.",
    "class": "The verdict of this axis.",
    "commit": "The commit that was planned; null for a work tree without one.",
    "consents": "Consents of the file and of the command line, and whether each counts.",
    "consumers": "Who uses what changes.",
    "cost": "Money, from the price table of node pools; null when unknown.",
    "deltas": "This change, and what is pending already, apart; null when nothing is compared.",
    "digest": "Digest of the content it stands beside.",
    "domain": "The domain that is planned.",
    "effect": "When the change takes effect.",
    "fields": "The values that change.",
    "file": "The file that the value was written in.",
    "files_digest": "Digest of the files that were read.",
    "format_version": "Version of this document.",
    "generation": "The registry's count of applies.",
    "gpu_hours": "From the last runs, or as declared; null when unknown.",
    "interface": "What happens to the interface.",
    "launch_plan": "The launch plan.",
    "launch_plans": "Launch plans that reach it.",
    "line": "The line in that file, from 1.",
    "lineage": "The identity of the registry.",
    "maybe": "Steps that may run again.",
    "message": "In a sentence.",
    "next": "The next moments it starts, in its zone.",
    "node": "The path of the step in its run.",
    "nodes": "The steps whose results count or are computed again.",
    "of": "All steps.",
    "outcome": "Whether the step is computed again.",
    "outside": "Whether consumers are outside of this project.",
    "path": "The dotted name of the value.",
    "pending": "What the tree that is compared against would do already.",
    "previous_address": "The former address of what was moved.",
    "previous_digest": "Digest of what is applied now.",
    "previous_version": "The version that is used now.",
    "project": "The project.",
    "protects": "What the rule protects.",
    "reach": "Who uses the entity, directly or through others.",
    "reason": "Why it was given.",
    "reasons": "Down to the ingredient of the cache key.",
    "recompute": "What of it must be computed again.",
    "refusals": "The rules that refuse an apply of this plan.",
    "registry": "The state of the registry that was planned against.",
    "rule": "The code of the rule.",
    "rules": "The rules of interfaces that the change touches.",
    "schedules": "The schedules that start the new version.",
    "size": "How much is computed again.",
    "state": "Whether the consent counts.",
    "steps": "Steps that run again.",
    "task": "The task of the step.",
    "timezone": "The zone of the schedule.",
    "tool_version": "The version of flyteops that made the plan.",
    "tree": "The files that were planned.",
    "uncommitted": "Files that differ from the commit.",
    "unchanged": "Entities that stay as they are.",
    "elsewhere": "Tasks of other projects and domains that stand for it.",
    "unfinished_runs": "Runs not over by the address they were started from; null when unknown.",
    "upcoming": "When the schedules it touches start next.",
    "version": "The version that will be used.",
    "warnings": "What refuses nothing.",
    "way_out": "What to do instead.",
    "when": "The moment from which it counts.",
    "workflow": "The workflow.",
    "workflows": "Workflows that use it.",
}
SNAPSHOT = {
    "actor": "Who applied it.",
    "address": "The entity, kind/name.",
    "commit": "The commit that was applied.",
    "created_ms": "When, in milliseconds since 1970 in UTC.",
    "digest": "SHA-256 of the rest.",
    "dirty": "Whether uncommitted files were applied with it.",
    "domain": "The domain.",
    "entities": "What is applied, by address.",
    "form": "The form of this document.",
    "generation": "The registry's count of applies.",
    "inputs": "Names of the inputs it gives.",
    "lineage": "The identity of the registry.",
    "outputs": "Names of the outputs it takes.",
    "payload": "The entity as it was compiled.",
    "plan_digest": "The plan that was applied.",
    "project": "The project.",
    "referrers": "Tasks of other projects and domains that stand for tasks of this one.",
    "revision": "The last apply; null when there was none.",
    "target": "The task it stands for.",
    "task": "The name of the task.",
    "tool": "The version of flyteops that applied it.",
    "tool_version": "The version of flyteops that wrote this.",
}
EXAMPLES: dict[str, Json] = {
    "project": {
        "apiVersion": "flyteops/v1",
        "project": "churn",
        "code": {"roots": ["src"]},
        "declarations": ["pipelines"],
        "domains": {"development": {"default": True}, "production": {"protect": {"prune_limit": "20%"}}},
        "defaults": {"task": {"retries": 1}},
    },
    "declarations": {
        "apiVersion": "flyteops/v1",
        "tasks": {"fit": {"function": "churn.model:fit", "retries": 3, "cache": True}},
        "workflows": {
            "train": {"inputs": {"rows": "int = 100"}, "nodes": {"fit": {"task": "fit", "inputs": ["rows"]}}},
        },
        "launch_plans": {"nightly": {"workflow": "train", "schedule": {"cron": "0 2 * * *"}}},
    },
    "consent": {
        "apiVersion": "flyteops/v1",
        "consent": [
            {"address": "task/prep", "rule": "FO-I107", "reason": "nobody uses it", "expires": "2026-12-31"},
        ],
    },
    "lock": {
        "apiVersion": "flyteops/v1",
        "images": {"ghcr.io/acme/base:v7": f"sha256:{'9f' * 32}", "train:1c3a5b7d9e0f2468": f"sha256:{'4e' * 32}"},
        "entities": {"nlp/production/embed@active": "c2" * 32},
    },
    "diagnostics": [
        {
            "code": "FO217",
            "severity": "error",
            "message": 'output "rows" does not exist on node "prep"',
            "path": "pipelines/train.yaml",
            "line": 31,
            "column": 24,
            "end_line": 31,
            "end_column": 34,
            "help": "write $prep, or name the output: tasks.prep.outputs: [rows]",
        }
    ],
    "plan": {
        "format_version": "1.3",
        "tool_version": "0.1.0",
        "cluster": None,
        "registry": {"lineage": "", "generation": 0},
        "tree": {"commit": None, "files_digest": "0" * 64, "uncommitted": []},
        "project": "churn",
        "domain": "development",
        "changes": [],
        "nodes": [],
        "unchanged": 0,
        "warnings": [],
        "size": {"steps": 0, "maybe": 0, "of": 0, "gpu_hours": None, "cost": None, "basis": ""},
        "upcoming": [],
        "deltas": None,
        "consents": [],
        "refusals": [],
        "unfinished_runs": None,
        "digest": "0" * 64,
    },
    "snapshot": {
        "form": "flyteops.snapshot.v1",
        "tool_version": "0.1.0",
        "lineage": "5f0c",
        "project": "churn",
        "domain": "development",
        "generation": 0,
        "revision": None,
        "entities": [],
        "digest": "0" * 64,
    },
    "launch-inputs": {"rows": 100, "region": "eu", "day": "2026-01-31"},
}


def launch_inputs_schema() -> JsonObject:
    """Any inputs of a launch; `flyteops schema launch_plan/NAME` says which ones a plan takes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "flyteops inputs of a launch",
        "description": "Values by input, as `run --inputs` reads them. "
        "`flyteops schema launch_plan/NAME` prints the schema of one plan.",
        "type": "object",
        "propertyNames": {"pattern": "^[^\\d\\W]\\w*$"},
        "additionalProperties": {},
    }


def described(schema: JsonObject, *, words: Mapping[str, str], about: str, example: Json) -> JsonObject:
    """The schema with a description of each key that has none, of the whole, and an example of it."""
    found = _with_words(schema, words)
    assert isinstance(found, dict)  # noqa: S101 - an object stays one
    return {"description": about, **found, "examples": [example]}


def _with_words(value: Json, words: Mapping[str, str]) -> Json:
    if isinstance(value, list | tuple):
        return [_with_words(each, words) for each in value]
    if not isinstance(value, Mapping):
        return value
    found = {name: _with_words(each, words) for name, each in value.items()}
    properties = found.get("properties")
    if isinstance(properties, Mapping) and found.get("type") == "object":
        found["properties"] = {name: _said(each, words.get(name, "")) for name, each in properties.items()}
    return found


def _said(schema: Json, words: str) -> Json:
    if not isinstance(schema, Mapping) or not words or "description" in schema:
        return schema
    return {**schema, "description": words}
