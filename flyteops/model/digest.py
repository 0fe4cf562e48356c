"""Canonical JSON and the digests taken over it. Changing a byte here needs a new wire version, never an edit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Union

# PEP 695 aliases need Python 3.12; 3.11 spells the recursive alias with Union and forward references.
Json = Union[None, bool, int, float, str, Sequence["Json"], Mapping[str, "Json"]]
JsonObject = dict[str, Json]


# Made once: json.dumps with any of these makes a new encoder at every call.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: Json) -> bytes:
    """UTF-8 bytes of `value`: keys by code point, no spaces, no NaN (spell those as `{"$f": …}` first).

    Not RFC 8785: keys sort by code point and floats are Python's `repr`.
    """
    return _encode(value).encode("utf-8")


def ordered_pairs(pairs: Iterable[tuple[Json, Json]]) -> list[Json]:
    """The entries of a dict whose keys are no text, by key: like text keys, their order says nothing."""
    return [[key, value] for key, value in sorted(pairs, key=_key_order)]


def _key_order(pair: tuple[Json, Json]) -> tuple[int, bytes]:
    key = pair[0]
    return (key, b"") if isinstance(key, int) else (0, canonical(key))


def digest_of(domain_tag: str, *parts: Json) -> str:
    """Hex SHA-256 over a domain tag such as `flyteops.task.v1` and canonical parts, each closed by a NUL byte."""
    return digest_of_canonical(domain_tag, *map(canonical, parts))


def digest_of_canonical(domain_tag: str, *parts: bytes) -> str:
    """The same digest over parts whose canonical bytes are at hand."""
    return hashlib.sha256(b"".join((domain_tag.encode("ascii"), b"\0", *(part + b"\0" for part in parts)))).hexdigest()


def sha256_hex(data: bytes) -> str:
    """Hex SHA-256 of bytes, the content address of a blob."""
    return hashlib.sha256(data).hexdigest()


def without_places(value: Json) -> Json:
    """The wire value with each blob reduced to its content digest: the same bytes elsewhere are the same value."""
    if isinstance(value, dict):
        mark = "$data" if "$data" in value else "$blob"
        blob = value.get(mark)
        if len(value) == 1 and isinstance(blob, dict) and isinstance(blob.get("sha256"), str):
            return {mark: {"sha256": blob["sha256"]}}
        return {key: without_places(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_places(inner) for inner in value]
    return value


def value_digest(type_json: Json, value: Json) -> str:
    """`sha256("flyteops.value.v1" NUL canon(T) NUL canon(V'))`: what an input contributes to a cache key."""
    return digest_of("flyteops.value.v1", type_json, without_places(value))
