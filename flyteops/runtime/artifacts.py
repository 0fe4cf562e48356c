"""Versions of artifacts in the store: one create-only row each, `artifacts/v1/SCOPE/SHELF/MILLISECONDS-ID.json`.

Who published decides the scope: what a laptop publishes is found by that user's runs alone. The key begins with the
time, so that a listing is in order; the id comes from run and output, so that a repeated step adds nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from flyteops.model.digest import Json, JsonObject, canonical, digest_of
from flyteops.ports.store import BlobStore
from flyteops.runtime.committing import outputs_of
from flyteops.runtime.endings import INTERFACE, Ended
from flyteops.runtime.session import Session, parsed
from flyteops.runtime.stored import read_literal

ROW_VERSION = 1
_CUT = {"minute": "%Y-%m-%dT%H:%MZ", "hour": "%Y-%m-%dT%HZ", "day": "%Y-%m-%d", "month": "%Y-%m"}


def folder_of(scope: str, shelf: str) -> str:
    """Where the rows of an artifact are."""
    return f"artifacts/v{ROW_VERSION}/{scope}/{shelf}/"


def publish_outputs(session: Session, invocation: JsonObject, committed: JsonObject) -> None:
    """Writes a row for each artifact of the run; the commit that stands says when, so that every try says the same."""
    wanted = invocation.get("publishes")
    for each in wanted if isinstance(wanted, list) else ():
        if isinstance(each, dict):
            _publish(session, each, committed)


def _publish(session: Session, publication: JsonObject, committed: JsonObject) -> None:
    created = committed["committed_ms"]
    if not isinstance(created, int):
        raise Ended(INTERFACE, "a commit without a time")
    name, shelf, output = (str(publication[key]) for key in ("artifact", "shelf", "output"))
    identity = digest_of("flyteops.artifact.version.v1", shelf, session.run, output)
    row: JsonObject = {
        "v": ROW_VERSION,
        "id": identity,
        "artifact": name,
        "run": session.run,
        "output": output,
        "partitions": {key: _held(session, key, each) for key, each in _map(publication["partitions"]).items()},
        "time": _time(session, publication["time"], created),
        "value": outputs_of(committed)[output],
        "created_ms": created,
    }
    session.store.create(f"{folder_of(session.scope, shelf)}{created:015d}-{identity[:16]}.json", canonical(row))


def _held(session: Session, key: str, source: Json) -> str:
    """The text of a partition."""
    binding = _map(source)
    if "value" in binding:
        return str(binding["value"])
    value = _input(session, str(binding["input"]))
    if not isinstance(value, str):
        raise Ended(INTERFACE, f"the partition {key} has no text: the run was given none")
    return value


def _time(session: Session, wanted: Json, created_ms: int) -> Json:
    if not isinstance(wanted, dict):
        return None
    name = wanted.get("input")
    text = _input(session, name) if isinstance(name, str) else None
    if isinstance(text, str):
        moment = dt.datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    else:
        moment = dt.datetime.fromtimestamp(created_ms / 1000, dt.UTC)
    return moment.astimezone(dt.UTC).strftime(_CUT[str(wanted["granularity"])])


def _input(session: Session, name: str) -> Json:
    """An input's value, without the mark of a union's member."""
    document = session.inputs().get(name)
    if document is None:
        return None
    value = read_literal(session.store, document)[1]
    return value["value"] if isinstance(value, dict) and "$u" in value else value


def rows(store: BlobStore, scope: str, shelf: str) -> Iterator[JsonObject]:
    """The versions, newest first; what is no row is passed over."""
    for key in reversed(store.list(folder_of(scope, shelf))):
        data = store.get(key)
        row = parsed(data) if data is not None else None
        if row is not None and row.get("v") == ROW_VERSION:
            yield row


def newest(store: BlobStore, scope: str, query: JsonObject) -> JsonObject | None:
    """The newest version that has every partition of the query."""
    wanted = _map(query["partitions"])
    for row in rows(store, scope, str(query["shelf"])):
        held = _map(row["partitions"])
        if all(held.get(key) == value for key, value in wanted.items()):
            return row
    return None


def _map(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}
