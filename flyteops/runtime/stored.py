"""Literal documents in the store: `{"v": 1, "type": T, "value": V, "digest": D}`, a large value kept apart.

A value whose JSON is longer than 64 KiB is an object of its own, by content, and the document says
`"ref": {"uri", "sha256", "size"}` instead of `"value"`.
"""

from __future__ import annotations

import json
import re
import sys

from flyteops.model.digest import Json, JsonObject, canonical, sha256_hex, value_digest
from flyteops.ports.store import BlobStore
from flyteops.runtime.endings import STORE, Ended

WIRE_VERSION = 1
INLINE_LIMIT = 64 * 1024
PICKLE = f"pickle+py{sys.version_info[0]}.{sys.version_info[1]}"
"""How a pickle of this Python is marked."""
_PREFIX = re.compile(r"(?:(?!\.{1,2}/)[A-Za-z0-9_.-]+/)+[0-9a-f]{64}")


def data_key(sha256: str) -> str:
    """The content-addressed place of bytes."""
    return f"data/{sha256[:2]}/{sha256}"


def blob_key(store: BlobStore, blob: dict[str, Json]) -> str:
    """Where in the store the bytes of a stored file are: by content, in the shared place or below a prefix of its run
    that only its address says."""
    key = data_key(str(blob.get("sha256")))
    root, uri = store.uri(key).removesuffix(key), str(blob.get("uri"))
    inside = uri.removeprefix(root)
    return inside if inside != uri and inside.endswith(f"/{key}") and _PREFIX.fullmatch(inside) else key


def keep_literal(store: BlobStore, of: Json, value: Json) -> JsonObject:
    """The document of a value; stores a large one."""
    data = canonical(value)
    document: JsonObject = {"v": WIRE_VERSION, "type": of, "digest": value_digest(of, value)}
    if len(data) <= INLINE_LIMIT:
        return {**document, "value": value}
    sha256 = sha256_hex(data)
    key = data_key(sha256)
    store.create(key, data)
    return {**document, "ref": {"uri": store.uri(key), "sha256": sha256, "size": len(data)}}


def read_literal(store: BlobStore, document: Json) -> tuple[Json, Json]:
    """Type and value of a document."""
    if not isinstance(document, dict) or document.get("v") != WIRE_VERSION or "type" not in document:
        raise Ended(STORE, "a stored value has another form than this version reads")
    if "value" in document:
        return document["type"], document["value"]
    ref = document.get("ref")
    if not isinstance(ref, dict):
        raise Ended(STORE, "a stored value has neither `value` nor `ref`")
    data = store.get(data_key(str(ref["sha256"])))
    if data is None or sha256_hex(data) != ref["sha256"]:
        raise Ended(STORE, f"the stored value {ref['sha256']} is missing or damaged")
    return document["type"], json.loads(data)


def inlined(store: BlobStore, document: Json) -> JsonObject:
    """The document with its value inside, however large."""
    of, value = read_literal(store, document)
    return {"v": WIRE_VERSION, "type": of, "value": value}


def present(store: BlobStore, document: Json) -> bool:
    """Whether the value is the one that was digested, and every object it refers to still there with its size."""
    from flyteops.runtime.converting import each_blob, holds_blob
    from flyteops.runtime.endings import Mismatch

    found = True

    def look(blob: dict[str, Json], kind: str) -> Json:
        nonlocal found
        found = found and _blob_present(store, blob, kind)
        return blob

    ref = document.get("ref") if isinstance(document, dict) else None
    if isinstance(ref, dict) and store.size(data_key(str(ref.get("sha256")))) != ref.get("size"):
        return False
    try:
        of, value = read_literal(store, document)
        if not isinstance(document, dict) or document.get("digest") != value_digest(of, value):
            return False
        if holds_blob(of):
            each_blob(value, of, look)
    except (Ended, Mismatch):
        return False
    return found


def _blob_present(store: BlobStore, blob: dict[str, Json], kind: str) -> bool:
    if kind == "directory":
        from flyteops.runtime.directories import directory_present

        return directory_present(store, blob)
    # What another Python has pickled is of no use to those who come after this one.
    return store.size(blob_key(store, blob)) == blob.get("size") and (kind != "pickle" or blob["format"] == PICKLE)
