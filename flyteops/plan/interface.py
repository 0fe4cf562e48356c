"""The interface axis: which named rules a change touches, and whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flyteops.model.digest import Json, canonical
from flyteops.model.entities import Variable
from flyteops.model.ids import EntityId, Kind
from flyteops.model.plan import InterfaceClass, InterfaceFinding
from flyteops.model.types import EnumOf, assignable, spelling
from flyteops.plan import rules
from flyteops.plan.consumers import Consumer, Consumers
from flyteops.plan.readable import short_text, untagged
from flyteops.plan.rules import Rule
from flyteops.plan.stored import stored_interface
from flyteops.plan.stored_types import as_map

Said = tuple[Rule, str, Callable[[Consumer], bool]]
"""A rule, what happened, and which users it touches."""


def interface_findings(
    entity: EntityId, before: Mapping[str, Json], after: Mapping[str, Json], *, consumers: Consumers
) -> tuple[InterfaceFinding, ...]:
    """The rules that apply between two payloads (docs/decisions/0006). A breaking rule breaks the consumers that the
    same plan does not adapt; one that touches nobody does not break."""
    said = _launch_plan(before, after) if entity.kind is Kind.LAUNCH_PLAN else _interfaces(before, after)
    # Whoever starts a workflow or a launch plan is outside of git: nothing here can adapt those calls.
    outside = entity.kind is not Kind.TASK
    found = []
    for rule, message, touches in said:
        users, adapted = consumers.of(entity, touches)
        finding = InterfaceFinding(
            rule=rule.code,
            message=message,
            breaking=rule.breaking and (outside or bool(users)),
            consumers=users,
            adapted=adapted,
            outside=outside,
        )
        found.append(finding)
    return tuple(sorted(found, key=lambda each: (each.rule, each.message)))


def interface_class(findings: tuple[InterfaceFinding, ...]) -> InterfaceClass:
    """The worst of the findings."""
    if not findings:
        return "same"
    return "breaking" if any(each.breaking for each in findings) else "compatible"


def _everyone(_: Consumer) -> bool:
    return True


def _gives(name: str) -> Callable[[Consumer], bool]:
    return lambda user: name in user.gives


def _leaves_out(name: str) -> Callable[[Consumer], bool]:
    return lambda user: name not in user.gives


def _reads(name: str) -> Callable[[Consumer], bool]:
    return lambda user: name in user.reads


def _interfaces(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Said]:
    if before.get("interface") == after.get("interface"):
        return
    old, new = stored_interface(before.get("interface")), stored_interface(after.get("interface"))
    yield from _inputs(_by_name(old.inputs), _by_name(new.inputs))
    yield from _outputs(_by_name(old.outputs), _by_name(new.outputs))


def _by_name(variables: tuple[Variable, ...]) -> dict[str, Variable]:
    return {variable.name: variable for variable in variables}


def _inputs(old: dict[str, Variable], new: dict[str, Variable]) -> Iterator[Said]:
    for name in old.keys() - new.keys():
        yield rules.INPUT_REMOVED, f"input {name} is gone", _gives(name)
    for name in new.keys() - old.keys():
        variable = new[name]
        if variable.required:
            yield rules.INPUT_ADDED, f"input {name}: {spelling(variable.type)} is new and has no default", _everyone
        else:
            yield rules.INPUT_ADDED_DEFAULT, f"input {name}: {spelling(variable.type)} is new", _everyone
    for name in old.keys() & new.keys():
        yield from _input_type(name, old[name], new[name])
        yield from _input_default(name, old[name], new[name])


def _input_type(name: str, old: Variable, new: Variable) -> Iterator[Said]:
    if old.type == new.type:
        return
    message = f"input {name}: {_types(old, new)}"
    if isinstance(old.type, EnumOf) and isinstance(new.type, EnumOf):
        gone = [value for value in old.type.values if value not in new.type.values]
        if gone:
            values = ", ".join(short_text(value) for value in gone)
            yield rules.ENUM_VALUE_REMOVED, f"input {name} does not take {values} any more", _gives(name)
            return
    rule = rules.INPUT_WIDENED if assignable(old.type, new.type) else rules.INPUT_TYPE
    yield rule, message, _gives(name)


def _types(old: Variable, new: Variable) -> str:
    before, after = spelling(old.type), spelling(new.type)
    return f"{before} -> {after}" if before != after else f"the fields of its {before} changed"


def _input_default(name: str, old: Variable, new: Variable) -> Iterator[Said]:
    if not old.required and new.required:
        yield rules.DEFAULT_REMOVED, f"input {name} has no default any more", _leaves_out(name)
    elif old.default is not None and new.default is not None:
        before, after = untagged(old.default.value), untagged(new.default.value)
        if canonical(before) != canonical(after):
            change = _default_change(name, short_text(before), short_text(after))
            yield rules.DEFAULT_CHANGED, change, _leaves_out(name)


def _default_change(name: str, before: str, after: str) -> str:
    """Values that had to be cut say nothing: the fields of the change tell what differs."""
    cut = before.endswith("…") or after.endswith("…")
    return f"default of input {name} changed" if cut else f"default of input {name}: {before} -> {after}"


def _outputs(old: dict[str, Variable], new: dict[str, Variable]) -> Iterator[Said]:
    for name in old.keys() - new.keys():
        yield rules.OUTPUT_REMOVED, f"output {name} is gone", _reads(name)
    for name in new.keys() - old.keys():
        yield rules.OUTPUT_ADDED, f"output {name}: {spelling(new[name].type)} is new", _everyone
    for name in old.keys() & new.keys():
        if old[name].type != new[name].type:
            narrowed = assignable(new[name].type, old[name].type)
            rule = rules.OUTPUT_NARROWED if narrowed else rules.OUTPUT_TYPE
            yield rule, f"output {name}: {_types(old[name], new[name])}", _reads(name)


def _launch_plan(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Said]:
    if before.get("workflow") != after.get("workflow"):
        message = f"runs workflow {after.get('workflow')}, before {before.get('workflow')}"
        yield rules.WORKFLOW_SWAPPED, message, _everyone
    old, new = as_map(before.get("fixed_inputs")), as_map(after.get("fixed_inputs"))
    for name in new.keys() - old.keys():
        yield rules.INPUT_FIXED, f"input {name} is fixed to {_given(new[name])}", _everyone
    for name in old.keys() - new.keys():
        yield rules.INPUT_UNFIXED, f"input {name} is free", _everyone
    old, new = as_map(before.get("default_inputs")), as_map(after.get("default_inputs"))
    for name in old.keys() & new.keys():
        if old[name] != new[name]:
            change = _default_change(name, _given(old[name]), _given(new[name]))
            yield rules.DEFAULT_CHANGED, change, _everyone
    if before.get("schedule") != after.get("schedule"):
        yield rules.SCHEDULE_CHANGED, "the schedule changed", _everyone


def _given(wire: Json) -> str:
    return short_text(as_map(wire)["value"])
