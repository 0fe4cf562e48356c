"""A stored payload as its user would spell it: the paths and values that a plan names. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping

from flyteops.model.digest import Json, JsonObject
from flyteops.model.ids import Kind
from flyteops.model.types import spelling
from flyteops.plan.stored_types import as_list, as_map, pairs, stored_type

_AMOUNTS = ("cpu", "memory", "ephemeral_storage")


def readable(kind: Kind, payload: Mapping[str, Json]) -> JsonObject:
    """The payload with the user's own names for its parts: settings at the top, references and types as text."""
    match kind:
        case Kind.TASK:
            return _task(payload)
        case Kind.WORKFLOW:
            return _workflow(payload)
        case Kind.LAUNCH_PLAN:
            return _launch_plan(payload)


def _task(payload: Mapping[str, Json]) -> JsonObject:
    rest = {key: value for key, value in payload.items() if key not in ("settings", "interface", "name")}
    return {**rest, **_settings(payload.get("settings")), "interface": _interface(payload.get("interface"))}


def _settings(wire: Json) -> JsonObject:
    settings = dict(as_map(wire))
    if "resources" in settings:
        resources = dict(as_map(settings["resources"]))
        for name in _AMOUNTS:
            if name in resources:
                resources[name] = _amount(resources[name])
        settings["resources"] = resources
    return settings


def _amount(wire: Json) -> Json:
    """One text where request and limit are the same, or where only one is given."""
    values = set(as_map(wire).values())
    return values.pop() if len(values) == 1 else wire


def _interface(wire: Json) -> JsonObject:
    document = as_map(wire)
    return {side: {name: _variable(each) for name, each in pairs(document.get(side))} for side in ("inputs", "outputs")}


def _variable(wire: Json) -> JsonObject:
    variable = dict(as_map(wire))
    variable["type"] = type_text(variable["type"])
    if "default" in variable:
        variable["default"] = as_map(variable["default"])["value"]
    return variable


def type_text(wire: Json) -> str:
    """A type as a user writes it; a record, whose name is not stored, with its fields."""
    fields = as_map(wire).get("record")
    if fields is None:
        return spelling(stored_type(wire))
    inner = ((as_list(each)[0], as_list(each)[1]) for each in as_list(fields))
    return "record{" + ", ".join(f"{name}: {type_text(of)}" for name, of in inner) + "}"


def _workflow(payload: Mapping[str, Json]) -> JsonObject:
    rest = {key: value for key, value in payload.items() if key not in ("interface", "name", "nodes", "outputs")}
    return {
        **rest,
        "interface": _interface(payload.get("interface")),
        "nodes": {name: _body(node) for name, node in as_map(payload.get("nodes")).items()},
        "outputs": {name: binding_value(each) for name, each in pairs(payload.get("outputs"))},
    }


def _body(wire: Json) -> JsonObject:
    body = dict(as_map(wire))
    for part in ("inputs", "over"):
        if part in body:
            body[part] = {name: binding_value(each) for name, each in as_map(body[part]).items()}
    if "settings" in body:
        body["overrides"] = _settings(body.pop("settings"))
    if "value" in body:
        body["value"] = binding_value(body["value"])
    if "switch" in body:
        cases = (as_map(each) for each in as_list(body["switch"]))
        body["switch"] = {
            str(number): {"when": condition_text(case["when"]), "then": _body(case["then"])}
            for number, case in enumerate(cases)
        }
        body["else"] = _body(body["else"])
    return body


def binding_value(wire: Json) -> Json:
    """A binding as a value: references as text, literals as they are."""
    binding = as_map(wire)
    if "ref" in binding:
        return binding["ref"]
    if "list" in binding:
        return [binding_value(item) for item in as_list(binding["list"])]
    if "map" in binding:
        return {name: binding_value(each) for name, each in as_map(binding["map"]).items()}
    return binding["value"]


def condition_text(wire: Json) -> str:
    """A stored condition as it is written after `when:`."""
    condition = as_map(wire)
    if "compare" in condition:
        operator, left, right = as_list(condition["compare"])
        return f"{_operand(left)} {operator} {_operand(right)}"
    if "in" in condition:
        operand, values = as_list(condition["in"])
        members = ", ".join(value_text(as_map(each)["value"]) for each in as_list(values))
        return f"{_operand(operand)} {'not in' if condition['negated'] else 'in'} [{members}]"
    if "none" in condition:
        return f"{_operand(condition['none'])} is {'not none' if condition['negated'] else 'none'}"
    if "truth" in condition:
        return _operand(condition["truth"])
    if "not" in condition:
        return f"not ({condition_text(condition['not'])})"
    word = "and" if "and" in condition else "or"
    return f" {word} ".join(_grouped(each, word) for each in as_list(condition[word]))


def _grouped(wire: Json, word: str) -> str:
    inner = condition_text(wire)
    other = "or" if word == "and" else "and"
    return f"({inner})" if other in as_map(wire) else inner


def _operand(wire: Json) -> str:
    operand = as_map(wire)
    return str(operand["ref"]) if "ref" in operand else value_text(operand["value"])


def _launch_plan(payload: Mapping[str, Json]) -> JsonObject:
    rest = {key: value for key, value in payload.items() if key not in ("default_inputs", "fixed_inputs", "name")}
    for side in ("default_inputs", "fixed_inputs"):
        rest[side] = {name: as_map(each)["value"] for name, each in as_map(payload.get(side)).items()}
    return rest


def _blob_text(blob: Mapping[str, Json]) -> str:
    """A file by its URI, and by the beginning of its content's digest when that is known."""
    digest = blob.get("sha256")
    return value_text(blob.get("uri")) + (f" ({digest[:8]})" if isinstance(digest, str) else "")


def value_text(value: Json) -> str:
    """A stored value on one line: text in quotes, a tagged union as its member, a duration in seconds, a file's URI."""
    if isinstance(value, Mapping):
        if set(value) == {"$u", "value"}:
            return value_text(value["value"])
        if len(value) == 1:
            ((tag, inner),) = value.items()
            if tag == "$blob":
                return _blob_text(as_map(inner))
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


def short_text(value: Json, limit: int = 72) -> str:
    """The same, cut to a length that fits into a sentence."""
    text = value_text(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
