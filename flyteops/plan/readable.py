"""A stored payload as its user would spell it: the paths and values that a plan names. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping

from flyteops.execution.schedule import spelled
from flyteops.model.digest import Json, JsonObject
from flyteops.model.ids import Kind
from flyteops.model.types import spelling
from flyteops.model.value_text import value_text
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
        case Kind.ARTIFACT | Kind.WORKSPACE | Kind.ROLE | Kind.POLICY | Kind.QUOTA:
            return _spelled(_settings({key: value for key, value in payload.items() if key != "name"}))


def _task(payload: Mapping[str, Json]) -> JsonObject:
    rest = {key: value for key, value in payload.items() if key not in ("settings", "interface", "name")}
    if "container" in rest:
        container = as_map(rest["container"])
        rest["container"] = {**container, "command": [_argument(each) for each in as_list(container.get("command"))]}
    if "manifest" in rest:
        rest |= {**as_map(rest["manifest"]), "manifest": as_map(rest["manifest"])["sha256"]}
        rest.pop("sha256", None)
    if "cluster" in rest:
        rest["cluster"] = _cluster(as_map(rest["cluster"]))
    if "fixed_inputs" in rest:
        fixed = as_map(rest["fixed_inputs"])
        rest["fixed_inputs"] = {name: untagged(as_map(each)["value"]) for name, each in fixed.items()}
    return {**rest, **_settings(payload.get("settings")), "interface": _interface(payload.get("interface"))}


def _cluster(wire: Mapping[str, Json]) -> JsonObject:
    """The options below the name of their framework, as they are written."""
    options = {name: value for name, value in wire.items() if name not in ("framework", "options")}
    conf: JsonObject = {"conf": wire["options"]} if "options" in wire else {}
    return {str(wire["framework"]): {**options, **conf}}


def _argument(wire: Json) -> Json:
    """An item of a command as it is written."""
    if isinstance(wire, str):
        return f"${wire}" if wire.startswith("$") else wire
    name = as_map(wire).get("input")
    return "$output_dir" if name is None else f"$inputs.{name}"


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
        variable["default"] = untagged(as_map(variable["default"])["value"])
    elif variable.get("required") is False:
        variable["default"] = {"decided": "in the pod"}  # a default that is no literal: only the code knows it
    return variable


def untagged(value: Json) -> Json:
    """The value without the marks that say which member of a union it is: a reader sees the type beside it."""
    if isinstance(value, Mapping):
        if set(value) == {"$u", "value"}:
            return untagged(value["value"])
        return {name: untagged(each) for name, each in value.items()}
    return [untagged(each) for each in value] if isinstance(value, list | tuple) else value


def type_text(wire: Json) -> str:
    """A type as a user writes it; a record, whose name is not stored, with its fields."""
    fields = as_map(wire).get("record")
    if fields is None:
        return spelling(stored_type(wire))
    inner = ((as_list(each)[0], as_list(each)[1]) for each in as_list(fields))
    return "record{" + ", ".join(f"{name}: {type_text(of)}" for name, of in inner) + "}"


def _workflow(payload: Mapping[str, Json]) -> JsonObject:
    rest = {key: value for key, value in payload.items() if key not in ("interface", "name", "nodes", "outputs")}
    if "on_failure" in rest:
        rest["on_failure"] = _body(rest["on_failure"])
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
    if "title" in body:
        body["overrides"] = {**as_map(body.get("overrides")), "name": body.pop("title")}
    if "sleep_s" in body:
        body["sleep"] = _duration(body.pop("sleep_s"))
    for gate in ("approve", "wait_for_input"):
        if gate in body:
            body[gate] = _gate(as_map(body[gate]))
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


def _gate(gate: Mapping[str, Json]) -> JsonObject:
    shown = dict(gate)
    if "value" in shown:
        shown["value"] = binding_value(shown["value"])
    if "type" in shown:
        shown["type"] = type_text(shown["type"])
    if "timeout_s" in shown:
        shown["timeout"] = _duration(shown.pop("timeout_s"))
    return shown


def _duration(seconds: Json) -> str:
    number = float(str(seconds))
    return spelled(int(number)) if number == int(number) else f"{number:g}s"


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
    if "jitter_s" in as_map(rest.get("schedule")):
        rest["schedule"] = _spelled(as_map(rest["schedule"]))
    return rest


def _spelled(fields: Mapping[str, Json]) -> JsonObject:
    """Durations under the names and in the spelling that their user gave them."""
    told: JsonObject = {}
    for key, value in fields.items():
        if key.endswith("_s") and isinstance(value, int | float) and value == int(value) and value > 0:
            told[key.removesuffix("_s")] = spelled(int(value))
        else:
            told[key] = value
    return told


def short_text(value: Json, limit: int = 72) -> str:
    """The same, cut to a length that fits into a sentence."""
    return _cut(value_text(value), limit)


def short_pair(before: Json, after: Json, limit: int = 72) -> tuple[str, str]:
    """Two values side by side: when they are long and begin alike, both begin shortly before they differ."""
    texts = value_text(before), value_text(after)
    if max(map(len, texts)) <= limit:
        return texts
    alike = next(
        (at for at, (one, other) in enumerate(zip(*texts, strict=False)) if one != other), min(map(len, texts))
    )
    begin = max(0, alike - limit // 4) if alike > limit // 2 else 0
    one, other = (f"…{text[begin:]}" if begin else text for text in texts)
    return _cut(one, limit), _cut(other, limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
