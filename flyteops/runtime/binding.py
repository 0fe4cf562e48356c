"""Where an input's value comes from: the run's inputs, the commits of other steps, literals of the invocation."""

from __future__ import annotations

from flyteops.model.digest import Json, JsonObject
from flyteops.runtime.committing import outputs_of
from flyteops.runtime.converting import convert, entered
from flyteops.runtime.endings import INTERFACE, STORE, Ended, Mismatch
from flyteops.runtime.session import Session
from flyteops.runtime.shapes import fields_of, items_of, kind_of, spelt
from flyteops.runtime.stored import read_literal


class Absent(Exception):
    """The run was given no value for an input: the function's own default counts."""


Given = tuple[str, Json, Json]
"""Name, T, V."""


def bound_inputs(session: Session, inputs: Json) -> tuple[list[Given], list[str]]:
    """Every input's value in its wanted type, and the names left to the function's defaults."""
    given: list[Given] = []
    left: list[str] = []
    for each in map(input_of, items_of(inputs)):
        name, of = str(each["name"]), each["type"]
        try:
            given.append((name, of, bound(session, each["binding"], of)))
        except Absent:
            left.append(name)
        except Mismatch as found:
            raise Ended(INTERFACE, f"input {name}{found.at}: {found.message}") from None
    return given, left


def input_of(each: Json) -> JsonObject:
    """One INPUT of an invocation."""
    if isinstance(each, dict):
        return each
    raise Ended(INTERFACE, "an input of the invocation is no object")


def bound(session: Session, binding: Json, of: Json) -> Json:
    """The value of a binding as one of type `of`."""
    if not isinstance(binding, dict):
        raise Mismatch("a binding is no object")
    if "list" in binding:
        return _list(session, items_of(binding["list"]), of)
    if "map" in binding and isinstance(entries := binding["map"], dict):
        return _map(session, entries, of)
    source, value = raw(session, binding)
    return convert(value, source, of)


def raw(session: Session, binding: JsonObject) -> tuple[Json, Json]:
    """Type and value of a literal or reference, as stored, at the reference's path."""
    if "value" in binding:
        return binding["type"], binding["value"]
    if "input" in binding:
        inputs = session.inputs()
        name = str(binding["input"])
        if name not in inputs:
            raise Absent(name)
        of, value = read_literal(session.store, inputs[name])
    else:
        step, output = str(binding["step"]), str(binding["output"])
        committed = session.commit(step)
        if committed is None:
            raise Ended(STORE, f"the step {step} has not committed")
        outputs = outputs_of(committed)
        if output not in outputs:
            raise Ended(INTERFACE, f"the step {step} has no output {output}")
        of, value = read_literal(session.store, outputs[output])
    for segment in items_of(binding.get("path") or []):
        of, value = _into(of, value, segment)
    return of, value


def _into(of: Json, value: Json, segment: Json) -> tuple[Json, Json]:
    kind, content = kind_of(of)
    try:
        match kind:
            case "union":
                return _into(*entered(value, of), segment)
            case "list" if isinstance(value, list):
                return content, value[int(str(segment))]
            case "dict" if isinstance(value, dict):
                return items_of(content)[1], value[str(segment)]
            case "record" if isinstance(value, dict):
                types = {name: inner for name, inner, _ in fields_of(content)}
                if str(segment) in types and str(segment) not in value:
                    raise Mismatch(f"the field {segment!r} was left out, and only its class knows its default")
                return types[str(segment)], value[str(segment)]
            case "json" if isinstance(value, dict):
                return of, value[str(segment)]
            case "json" if isinstance(value, list):
                return of, value[int(str(segment))]
    except (KeyError, IndexError, ValueError):
        raise Mismatch(f"the value has no part {segment!r}") from None
    raise Mismatch(f"{spelt(of)} has no part {segment!r}")


def _list(session: Session, items: list[Json], of: Json) -> Json:
    kind, content = kind_of(of)
    if kind == "union":
        return _first_member(session, {"list": items}, of)
    if kind not in ("list", "json"):
        raise Mismatch(f"a list does not fit {spelt(of)}")
    item = content if kind == "list" else "json"
    return [bound(session, each, item) for each in items]


def _map(session: Session, entries: JsonObject, of: Json) -> Json:
    kind, content = kind_of(of)
    match kind:
        case "union":
            return _first_member(session, {"map": entries}, of)
        case "json":
            return {name: bound(session, each, "json") for name, each in entries.items()}
        case "dict":
            return {name: bound(session, each, items_of(content)[1]) for name, each in entries.items()}
        case "record":
            return _fields(session, entries, content)
    raise Mismatch(f"a map does not fit {spelt(of)}")


def _fields(session: Session, entries: JsonObject, content: Json) -> Json:
    fields = fields_of(content)
    types = {name: inner for name, inner, _ in fields}
    for name in entries:
        if name not in types:
            raise Mismatch(f"unknown field {name!r}", f".{name}")
    for name, _, required in fields:
        if required and name not in entries:
            raise Mismatch(f"the field {name!r} is missing", f".{name}")
    return {name: bound(session, each, types[name]) for name, each in entries.items()}


def _first_member(session: Session, binding: JsonObject, of: Json) -> Json:
    from flyteops.runtime.converting import tagged

    for member in items_of(kind_of(of)[1]):
        try:
            return tagged(bound(session, binding, member), member)
        except Mismatch:
            continue
    raise Mismatch(f"the value fits no member of {spelt(of)}")
