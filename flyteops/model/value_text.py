"""A stored value as a person reads it, on one line. Nothing is cut or hidden here."""

from __future__ import annotations

from collections.abc import Mapping

from flyteops.model.digest import Json


def value_text(value: Json) -> str:
    """A stored value on one line: text in quotes, a tagged union as its member, a duration in seconds, a file's URI."""
    if isinstance(value, Mapping):
        if set(value) == {"$u", "value"}:
            return value_text(value["value"])
        if len(value) == 1:
            ((tag, inner),) = value.items()
            if tag in ("$blob", "$data"):
                return _blob_text(inner)
            if tag == "$us" and isinstance(inner, int):
                return f"{inner / 1_000_000:g}s"
            if tag == "$f":
                return str(inner)
        return "{" + ", ".join(f"{name}: {value_text(each)}" for name, each in sorted(value.items())) + "}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(each) for each in value) + "]"
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _blob_text(blob: Json) -> str:
    """A file by its URI, and by the beginning of its content's digest and the number of its rows, as far as known."""
    if not isinstance(blob, Mapping):
        return value_text(blob)
    digest, rows = blob.get("sha256"), blob.get("rows")
    known = [digest[:8]] if isinstance(digest, str) else []
    known += [f"{rows:,} row{'s' if rows != 1 else ''}"] if isinstance(rows, int) else []
    return value_text(blob.get("uri")) + (f" ({', '.join(known)})" if known else "")
