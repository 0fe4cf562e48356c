"""Objects as YAML text: every piece of text quoted as JSON, keys sorted, the same bytes every time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from flyteops.model.digest import Json, JsonObject
from flyteops.model.objects import ClusterObject

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"})
# What JSON leaves as it is and YAML does not take raw, or treats as a line break.
_RAW = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def object_text(body: JsonObject) -> str:
    """The object as one YAML document."""
    return "".join(f"{line}\n" for line in _map(body, ""))


def file_name(of: ClusterObject) -> str:
    """`<kind>-<name>.yaml`, in small letters."""
    return f"{of.kind.lower()}-{of.name}.yaml"


def _map(value: Mapping[str, Json], indent: str) -> Iterator[str]:
    for key in sorted(value):
        yield from _entry(f"{indent}{_key(key)}:", value[key], indent)


def _entry(head: str, value: Json, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield head
        yield from _map(value, indent + "  ")
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield head
        for item in value:
            yield from _item(item, indent + "  ")
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: Json, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        lines = _map(value, indent + "  ")
        yield f"{indent}- {next(lines).lstrip(' ')}"
        yield from lines
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield f"{indent}-"
        for item in value:
            yield from _item(item, indent + "  ")
    else:
        yield f"{indent}- {_scalar(value)}"


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) and key.lower() not in _WORDS else _quoted(key)


def _scalar(value: Json) -> str:
    if isinstance(value, str):
        return _quoted(value)
    # An empty map or list, a number, true, false, null: JSON's spelling is YAML's.
    return json.dumps(value)


def _quoted(text: str) -> str:
    return _RAW.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False))
