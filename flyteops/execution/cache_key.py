"""The cache key: JSON in, text out; needed inside a pod, so no dataclasses here."""

from __future__ import annotations

from flyteops.model.digest import Json, JsonObject, digest_of, value_digest

CODEC_VERSION = 1
"""Version of the wire form of values; another one means other keys."""


def key_ingredients(cache: JsonObject, inputs: list[tuple[str, Json, Json]]) -> JsonObject:
    """What makes the key, in clear: the invocation's `cache` block and the digests of inputs (name, T, V).

    An input that is ignored, or left to the function's own default, takes no part.
    """
    ignored = cache.get("ignore") or []
    if not isinstance(ignored, list | tuple):
        raise TypeError("cache.ignore is a list")
    digests: list[Json] = [
        [name, value_digest(of, value)] for name, of, value in sorted(inputs, key=_name) if name not in ignored
    ]
    found: JsonObject = {
        "task": cache["task"],
        "version": cache["version"],
        "interface": cache["interface"],
        "inputs": digests,
        "codec": CODEC_VERSION,
    }
    if cache.get("include"):
        found["include"] = cache["include"]
    return found


def cache_key(ingredients: JsonObject) -> str:
    """Hex digest of the ingredients; what is included counts only where something is."""
    parts: list[Json] = [ingredients[part] for part in ("task", "version", "interface", "inputs", "codec")]
    if "include" in ingredients:
        parts.append(ingredients["include"])
    return digest_of("flyteops.cache.v1", parts)


def cache_place(scope: str, ingredients: JsonObject) -> str:
    """The entry's key in the store: `cache/v1/<scope>/<task digest>/<key>.json`."""
    task = digest_of("flyteops.cache-task.v1", ingredients["task"])[:16]
    return f"cache/v1/{scope}/{task}/{cache_key(ingredients)}.json"


def _name(given: tuple[str, Json, Json]) -> str:
    return given[0]
