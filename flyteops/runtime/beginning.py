"""`begin`, the first pod of a run on a cluster: what was given becomes the run's inputs document, once.

The launcher hands values over by a key of the store, never through the engine; the engine gives the scheduled time
only. On a laptop the local run writes the document itself.
"""

from __future__ import annotations

import json

from flyteops.model.digest import Json, JsonObject, canonical
from flyteops.runtime.artifacts import newest
from flyteops.runtime.converting import convert
from flyteops.runtime.endings import INTERFACE, STORE, Ended
from flyteops.runtime.session import Session, keep_scheduled, parsed
from flyteops.runtime.stored import keep_literal, read_literal


def begin(session: Session, invocation: JsonObject, *, kickoff: str, inputs: str) -> None:
    """Writes `runs/RUN/inputs.json` create-only: the launcher's values at the key `inputs` over the launch plan's,
    but never over fixed ones, and the scheduled time into the plan's kickoff input."""
    if kickoff and "{{" not in kickoff:
        keep_scheduled(session.store, session.run, kickoff)
    launched = _launched(session, inputs)
    documents: JsonObject = {}
    for each in _list(invocation["inputs"]):
        name = str(each["name"])
        given = launched.pop(name, None)
        if given is not None and each.get("fixed"):
            raise Ended(INTERFACE, f"the input {name} is fixed by the launch plan")
        if kickoff and name == invocation.get("kickoff"):
            given = {"v": 1, "type": "datetime", "value": _time(kickoff)}
        found = (
            given if given is not None else _of_query(session, name, each.get("query")) or _of_plan(each.get("given"))
        )
        if found is None:
            if each.get("required"):
                raise Ended(INTERFACE, f"the run was started without its input {name}")
            continue
        of, value = read_literal(session.store, found)
        documents[name] = keep_literal(session.store, each["type"], convert(value, of, each["type"]))
    if launched:
        raise Ended(INTERFACE, f"the run has no input {', '.join(sorted(launched))}")
    # A second pod of the same run finds the document: what began is not begun again with other values.
    session.store.create(session.inputs_key(), canonical(documents))


def _launched(session: Session, key: str) -> JsonObject:
    if not key:
        return {}
    data = session.store.get(key)
    document = None if data is None else parsed(data)
    if document is None:
        raise Ended(STORE, f"the run's inputs {key} are missing or damaged")
    return dict(document)


def _of_plan(given: Json) -> Json:
    return {"v": 1, **given} if isinstance(given, dict) else None


def _of_query(session: Session, name: str, query: Json) -> Json:
    """The newest version of the artifact that the input is looked for among."""
    if not isinstance(query, dict):
        return None
    row = newest(session.store, session.scope, query)
    if row is None:
        held = f" with {json.dumps(query['partitions'])}" if query["partitions"] else ""
        raise Ended(INTERFACE, f"the input {name}: there is no version of the artifact {query['artifact']}{held}")
    return row["value"]


def _time(text: str) -> str:
    """The scheduled time; a run started by hand gets the engine's tag as it stands."""
    if "{{" in text:
        raise Ended(INTERFACE, f"the scheduled time is not a time but {text!r}: start the run from its schedule")
    return text


def _list(value: Json) -> list[JsonObject]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
