"""The schemas that are published, by name: what `flyteops schema` prints and `schemas/` holds."""

from __future__ import annotations

from flyteops.model.digest import JsonObject
from flyteops.views.schema_words import CONSENT, DIAGNOSTICS, EXAMPLES, LOCK, PLAN, SNAPSHOT, described

PUBLISHED: dict[str, str] = {
    "project": "flyteops.yaml: the settings of a project.",
    "declarations": "Files of tasks, workflows and launch plans; overlays of a domain too.",
    "consent": "The file of consents to changes that a rule would refuse.",
    "lock": "flyteops.lock: what images and tasks of other projects are pinned to.",
    "plan": "A saved plan, as `plan --out` writes it.",
    "snapshot": "What `registry snapshot` writes, and `plan --snapshot` reads.",
    "diagnostics": "What `-o json` prints of faults.",
    "launch-inputs": "The file of `run --inputs`, of any launch plan.",
}
"""What each is for."""
ALIASES = {"overlay": "declarations", "launch_inputs": "launch-inputs", "settings": "project"}


def published_schema(name: str) -> JsonObject:
    """The schema of a name in `PUBLISHED`."""
    schema, words = _schema(name)
    return described(schema, words=words, about=PUBLISHED[name], example=EXAMPLES[name])


def _schema(name: str) -> tuple[JsonObject, dict[str, str]]:
    match name:
        case "project":
            from flyteops.settings import project_schema

            return project_schema(), {}
        case "declarations":
            from flyteops.source.schemas import declaration_schema

            return declaration_schema(), {}
        case "consent":
            from flyteops.operations.consenting import consent_schema

            return consent_schema(), CONSENT
        case "lock":
            from flyteops.operations.locking import lock_schema

            return lock_schema(), LOCK
        case "plan":
            from flyteops.plan.document import plan_schema

            return plan_schema(), PLAN
        case "snapshot":
            from flyteops.model.snapshot_wire import snapshot_schema

            return snapshot_schema(), SNAPSHOT
        case "diagnostics":
            from flyteops.views.json import diagnostics_schema

            return diagnostics_schema(), DIAGNOSTICS
        case _:
            from flyteops.views.schema_words import launch_inputs_schema

            return launch_inputs_schema(), {}
