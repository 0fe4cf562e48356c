"""The options of Flyte's decorators, spelt as YAML says them. They are told, never applied."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Union

from flyteops.model.flyte_names import ACCELERATORS
from flyteops.model.frozen import frozen

_UNIT_S = {"weeks": "w", "days": "d", "hours": "h", "minutes": "m", "seconds": "s", "milliseconds": "ms"}
_QUANTITIES = {"cpu": "cpu", "mem": "memory", "gpu": "gpu", "ephemeral_storage": "ephemeral_storage"}
_MEANINGLESS = frozenset({
    "execution_mode", "node_dependency_hints", "task_resolver", "name", "docs", "deck_fields", "ttl_seconds",
    "replica_count", "pickle_untyped", "metadata",
})  # fmt: skip
"""What says nothing that a run would do otherwise."""
_UNKNOWN = "…"
_FLAGS = frozenset({"cache_serialize", "deprecated", "disable_deck", "enable_deck", "interruptible", "retries"})
_Value = Union[dict[str, str], str]
"""Fields of a map, or text as it stands in YAML."""


@frozen
class Option:
    """An option as it is written in Python, the key of a task in YAML that says it, and the YAML."""

    name: str
    key: str
    yaml: str
    fields: tuple[str, ...] = ()
    """The fields of the key's map that it says; a version of a cache is none, since the digest of the code is one."""


def options_of(keywords: Sequence[ast.keyword], *, actor: str | None = None) -> tuple[Option, ...]:
    """What the options would be in YAML, one per key of a task; what a run does not see is left out."""
    found: dict[str, list[tuple[str, _Value]]] = {}
    if actor is not None:
        found["actor"] = [(f"{actor}.task", actor.replace(".", "-").replace("_", "-").lower())]
    for each in keywords:
        for key, value in _spelt(each) if each.arg is not None else ():
            found.setdefault(key, []).append((each.arg or "", value))
    return tuple(
        Option(
            name=", ".join(dict.fromkeys(name for name, _ in parts)),
            key=key,
            yaml=f"{key}: {_joined(parts)}",
            fields=tuple(
                field for _, value in parts if isinstance(value, dict) for field in value if field != "version"
            ),
        )
        for key, parts in found.items()
    )


def _joined(parts: list[tuple[str, _Value]]) -> str:
    """One value of several: maps are laid together, and a request and a limit become one entry."""
    fields: dict[str, str] = {}
    requests = next((value for name, value in parts if name == "requests" and isinstance(value, dict)), {})
    for name, value in parts:
        if isinstance(value, str):
            if value != "true":
                return value
            continue
        for field, text in value.items():
            both = name == "limits" and field in requests and requests[field] != text
            alone = name == "limits" and field == "cpu" and not both
            if both or alone:
                fields[field] = f"{{request: {requests.get(field, text)}, limit: {text}}}"
            else:
                fields[field] = text
    if not fields:
        return "true"
    return "{" + ", ".join(f"{name}: {text}" for name, text in fields.items()) + "}"


def _spelt(keyword: ast.keyword) -> Iterator[tuple[str, _Value]]:
    name, value = str(keyword.arg), keyword.value
    if name in _MEANINGLESS or (isinstance(value, ast.Constant) and value.value is None):
        return
    off = name == "disable_deck"  # the one flag that says the opposite of its key
    if name in _FLAGS and (_is(value, wanted=off) or _plain(value) == "0"):
        return
    if name in ("enable_deck", "disable_deck"):
        yield "deck", "true"
    elif name == "cache":
        yield from _cache(value)
    else:
        key, spell = _SPELT.get(name, (name, lambda _: _UNKNOWN))
        yield key, spell(value)


def _cache(value: ast.expr) -> Iterator[tuple[str, _Value]]:
    if _is(value, wanted=False):
        return
    if not isinstance(value, ast.Call):
        yield "cache", "true" if _is(value, wanted=True) else _UNKNOWN
        return
    fields: dict[str, str] = {}
    for each in value.keywords:
        match each.arg:
            case "version":
                fields["version"] = _text(each.value)
            case "serialize":
                fields["serialize"] = _plain(each.value)
            case "ignored_inputs":
                fields["ignore"] = _list(each.value)
    yield "cache", fields or "true"


def _resources(value: ast.expr) -> _Value:
    if not isinstance(value, ast.Call):
        return _UNKNOWN
    known = {_QUANTITIES[each.arg]: each.value for each in value.keywords if each.arg in _QUANTITIES}
    return {name: _range(quantity) for name, quantity in known.items()} or _UNKNOWN


def _range(value: ast.expr) -> str:
    # Resources(cpu=("1", "2")) says request and limit at once.
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == 2:
        request, limit = map(_plain, value.elts)
        return f"{{request: {request}, limit: {limit}}}"
    return _plain(value)


def _secrets(value: ast.expr) -> str:
    if not isinstance(value, ast.List | ast.Tuple):
        return _UNKNOWN
    keys = []
    for each in value.elts:
        said = {one.arg: one.value for one in each.keywords} if isinstance(each, ast.Call) else {}
        keys.append(_plain(said["key"]) if "key" in said else _plain(said["group"]) if "group" in said else _UNKNOWN)
    return "[" + ", ".join(keys) + "]"


def _duration(value: ast.expr) -> str:
    if isinstance(value, ast.Constant) and isinstance(value.value, int):
        return f"{value.value}s"
    if not isinstance(value, ast.Call) or value.args:
        return _UNKNOWN
    parts = {each.arg: each.value for each in value.keywords}
    if not parts or any(name not in _UNIT_S or not isinstance(of, ast.Constant) for name, of in parts.items()):
        return _UNKNOWN
    return "".join(f"{_plain(parts[name])}{unit}" for name, unit in _UNIT_S.items() if name in parts)


def _name(value: ast.expr) -> str:
    """The name under which YAML would declare what Python has in a variable."""
    last = value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
    return last.replace("_", "-").lower() or _UNKNOWN


def _map(value: ast.expr) -> _Value:
    if not isinstance(value, ast.Dict) or not all(isinstance(key, ast.Constant) for key in value.keys):
        return _UNKNOWN
    return {_plain(key): _plain(of) for key, of in zip(value.keys, value.values, strict=True) if key is not None}


def _list(value: ast.expr) -> str:
    if not isinstance(value, ast.List | ast.Tuple):
        return _UNKNOWN
    return "[" + ", ".join(map(_plain, value.elts)) + "]"


def _text(value: ast.expr) -> str:
    return f'"{value.value}"' if isinstance(value, ast.Constant) and isinstance(value.value, str) else _UNKNOWN


def _plain(value: ast.expr) -> str:
    match value:
        case ast.Constant(value=bool() as flag):
            return "true" if flag else "false"
        case ast.Constant(value=int() | float() as number):
            return str(number)
        case ast.Constant(value=str() as text):
            safe = text.replace("-", "").replace("_", "").replace("/", "").replace(".", "").isalnum()
            return text if safe and not text.replace(".", "").isdigit() else f'"{text}"'
        case _:
            return _UNKNOWN


def _is(value: ast.expr, *, wanted: bool) -> bool:
    return isinstance(value, ast.Constant) and value.value is wanted


def _named(value: ast.expr) -> str:
    return _plain(value) if isinstance(value, ast.Constant) else _name(value)


def _accelerator(value: ast.expr) -> _Value:
    last = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    return {"accelerator": ACCELERATORS.get(last, _UNKNOWN)}


_SPELT: dict[str, tuple[str, Callable[[ast.expr], _Value]]] = {
    "accelerator": ("resources", _accelerator),
    "cache_ignore_input_vars": ("cache", lambda value: {"ignore": _list(value)}),
    "cache_serialize": ("cache", lambda value: {"serialize": _plain(value)}),
    "cache_version": ("cache", lambda value: {"version": _text(value)}),
    "container_image": ("image", _named),
    "deprecated": ("deprecated", _plain),
    "environment": ("env", _map),
    "interruptible": ("interruptible", _plain),
    "limits": ("resources", _resources),
    "pod_template": ("pod_template", _named),
    "pod_template_name": ("pod_template", _named),
    "requests": ("resources", _resources),
    "resources": ("resources", _resources),
    "retries": ("retries", _plain),
    "secret_requests": ("secrets", _secrets),
    "shared_memory": ("resources", lambda value: {"shared_memory": _plain(value)}),
    "task_config": ("cluster", lambda _: _UNKNOWN),
    "timeout": ("timeout", _duration),
}
"""The key of a task that says an option, and how its value is spelt there."""
