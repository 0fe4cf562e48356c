"""One create-only document per step: exactly one attempt wins whatever pods do."""

from __future__ import annotations

import os
import time

from flyteops.model.digest import Json, JsonObject, canonical, digest_of
from flyteops.runtime.endings import STORE, Ended
from flyteops.runtime.session import Session, parsed

_ERROR_LIMIT = 64 * 1024
_PART_LIMIT = 16 * 1024


def commit(session: Session, step: str, outputs: JsonObject, *, cached: str | None = None) -> JsonObject:
    """Commits the outputs, or takes what another attempt has committed; returns the commit that stands."""
    nonce = f"{session.attempt}-{os.urandom(8).hex()}"
    document: JsonObject = {
        "v": 1,
        "run": session.run,
        "step": step,
        "attempt": session.attempt,
        "nonce": nonce,
        "outputs": outputs,
        "digest": outputs_digest(outputs),
        "cached": cached,
        "committed_ms": time.time_ns() // 1_000_000,
    }
    key = session.commit_key(step)
    if session.store.create(key, canonical(document)):
        return document
    stands = session.document(key)
    if stands is None:
        raise Ended(STORE, f"{key} can neither be written nor read")
    if stands.get("nonce") != nonce and stands.get("digest") != document["digest"]:
        session.note("nondeterministic", f"another attempt of {step} committed other outputs first; they stand")
    return stands


def outputs_digest(outputs: JsonObject) -> str:
    """Hex digest over the outputs' own digests."""
    parts: dict[str, Json] = {
        name: document.get("digest") for name, document in outputs.items() if isinstance(document, dict)
    }
    return digest_of("flyteops.outputs.v1", parts)


def outputs_of(committed: JsonObject) -> JsonObject:
    """The output documents of a commit or a cache entry."""
    outputs = committed.get("outputs")
    if not isinstance(outputs, dict):
        raise Ended(STORE, "a commit without outputs")
    return outputs


def error_document(session: Session, step: str, ended: Ended, cause: str) -> JsonObject:
    """Why an attempt failed, at most 64 KiB."""
    return {
        "v": 1,
        "run": session.run,
        "step": step,
        "attempt": session.attempt,
        "exit_code": ended.code,
        "cause": cause,
        "type": ended.kind[:256],
        "message": _clean(session.mask(ended.message)[:_PART_LIMIT]),
        "traceback": _clean(session.mask(ended.traceback)[-_PART_LIMIT:]),
    }


def write_error(session: Session, step: str, document: JsonObject) -> None:
    """Stores `error.json`, best effort: the exit code says the same in short."""
    data = canonical(document)
    if len(data) > _ERROR_LIMIT:
        data = canonical({**document, "traceback": "", "message": str(document["message"])[:2048]})
    try:
        session.store.create(session.error_key(step), data)
    except Exception:  # noqa: BLE001 - the failure told is the user's, not ours
        return


def _clean(text: str) -> str:
    """Text that can be encoded, whatever a user's exception said."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


__all__ = ["commit", "error_document", "outputs_digest", "outputs_of", "parsed", "write_error"]
