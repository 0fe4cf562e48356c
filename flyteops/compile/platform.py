"""Workspaces, roles, policies and quotas: what their tables cannot say, and their fields as they are kept."""

from __future__ import annotations

from collections.abc import Callable

from flyteops.compile.faults import suggestion
from flyteops.compile.fields import int_of, place_in, seconds_in, text_in, texts_in
from flyteops.compile.known import Known
from flyteops.compile.layers import Declared
from flyteops.compile.resources import lower_resources
from flyteops.compile.whole import is_whole
from flyteops.model.declarations import Declaration
from flyteops.model.digest import Json, JsonObject
from flyteops.model.ids import SECTIONS, EntityId, Kind
from flyteops.model.surroundings import secret_wire
from flyteops.model.wire import image_wire, resources_wire
from flyteops.source.fields.platform import ACTIONS, BUILT_IN
from flyteops.source.quantities import quantity_nano
from flyteops.source.tree import Mapping, Scalar

IDLE_S, MAX_S = 20 * 60.0, 24 * 3600.0
"""How long a workspace stays unused, and how long it runs at most: nobody's forgotten machine costs a second day."""
_PRINCIPALS = ("users", "groups", "service_accounts", "github")
_AMOUNTS = ("cpu", "memory", "ephemeral_storage")
_COUNTS = ("gpu", "pods", "runs")


def compile_platform(known: Known) -> dict[EntityId, Declaration]:
    """Every declared one without a fault."""
    found: dict[EntityId, Declaration] = {}
    for kind, lower in _LOWER.items():
        for name, declared in known.declared(SECTIONS[kind]).items():
            known.bodies[f"{kind}/{name}"] = (declared.place, declared.body)
            before = len(known.faults.found)
            fields = lower(known, declared) if is_whole(declared, faults=known.faults) else {}
            if len(known.faults.found) == before and declared.sound:
                found[EntityId(kind, name)] = Declaration(kind=kind, name=name, fields=_given(fields))
    return found


def _given(fields: dict[str, Json]) -> JsonObject:
    return {key: value for key, value in fields.items() if value is not None and value not in ("", [], {})}


def _workspace(known: Known, declared: Declared) -> dict[str, Json]:
    written = declared.body
    body = known.profiles.expand(written, faults=known.faults)
    known.bodies[f"workspace/{declared.name}"] = (declared.place, body)
    resources = body.get("resources")
    image = known.profiles.images.lower(body, written, owner=f"workspace/{declared.name}", faults=known.faults)
    idle, longest = seconds_in(body, "idle") or IDLE_S, seconds_in(body, "max") or MAX_S
    if longest > MAX_S:
        _refuse_time(known, body, "max", "a workspace runs for a day at most", "write max: 1d, or less")
    elif idle > longest:
        field = "idle" if body.get("idle") is not None else "max"
        _refuse_time(known, body, field, "idle is longer than max", "a machine that may stay unused may run as long")
    asked = lower_resources(resources, faults=known.faults) if isinstance(resources, Mapping) else None
    return {
        "image": image_wire(image) if image is not None else None,
        "resources": resources_wire(asked) if asked is not None else None,
        "secrets": {each.target or each.secret: secret_wire(each) for each in known.surroundings.secrets_of(body)},
        "disk": text_in(body, "disk"),
        "idle_s": idle,
        "max_s": longest,
        "on_startup": text_in(body, "on_startup"),
        "service_account": text_in(body, "service_account"),
        "description": text_in(body, "description"),
    }


def _refuse_time(known: Known, body: Mapping, field: str, message: str, way_out: str) -> None:
    known.faults.add("FO382", message, at=place_in(body, field), help=way_out)


def _role(known: Known, declared: Declared) -> dict[str, Json]:
    if declared.name in BUILT_IN:
        known.faults.add(
            "FO383",
            f'the role "{declared.name}" is built in',
            at=declared.place,
            help=f"policies may name {', '.join(BUILT_IN)} as they are; give this one another name",
        )
    said = texts_in(declared.body, "actions")
    actions: list[Json] = [each for each in ACTIONS if each in said]
    return {"actions": actions, "description": text_in(declared.body, "description")}


def _policy(known: Known, declared: Declared) -> dict[str, Json]:
    body = declared.body
    role = body.get("role")
    roles = [*BUILT_IN, *known.declared("roles")]
    if isinstance(role, Scalar) and role.text not in roles:
        known.faults.add(
            "FO384", f'there is no role "{role.text}"', at=role.place, help=suggestion(role.text, roles, kinds="roles")
        )
    given: dict[str, Json] = {name: sorted(set(texts_in(body, name))) for name in _PRINCIPALS}
    if not any(given.values()):
        known.faults.add(
            "FO385",
            f'the policy "{declared.name}" gives its role to nobody',
            at=declared.place,
            help=f"add one of {', '.join(_PRINCIPALS)}",
        )
    return {"role": text_in(body, "role"), **given, "description": text_in(body, "description")}


def _quota(known: Known, declared: Declared) -> dict[str, Json]:
    body = declared.body
    fields: dict[str, Json] = {name: text_in(body, name) for name in _AMOUNTS}
    fields.update({name: int_of(body.get(name)) for name in _COUNTS})
    if all(value is None for value in fields.values()):
        known.faults.add(
            "FO386",
            f'the quota "{declared.name}" bounds nothing',
            at=declared.place,
            help=f"add one of {', '.join((*_AMOUNTS, *_COUNTS))}",
        )
    _refuse_too_large(known, declared)
    return {**fields, "description": text_in(body, "description")}


def _refuse_too_large(known: Known, declared: Declared) -> None:
    """A pod that asks for more than the whole quota would wait for ever."""
    for name in ("cpu", "memory", "ephemeral_storage", "gpu"):
        node = declared.body.get(name)
        bound = quantity_nano(node.text) if isinstance(node, Scalar) else None
        if node is None or bound is None:
            continue
        for task in sorted(known.tasks):
            wanted = _wanted(known, task, name)
            amount = quantity_nano(wanted) if wanted else None
            if wanted and amount is not None and amount > bound:
                known.faults.add(
                    "FO387",
                    f'one pod of task/{task} asks for {name} {wanted}, more than the quota "{declared.name}" has',
                    at=node.place,
                    label="such a pod would wait for ever",
                    help="raise the quota, or let the task ask for less",
                )


def _wanted(known: Known, task: str, name: str) -> str | None:
    found = known.tasks[task]
    if found is None:
        return None
    resources = found.settings.resources
    if name == "gpu":
        return str(resources.gpu) if resources.gpu else None
    amount = {"cpu": resources.cpu, "memory": resources.memory}.get(name, resources.ephemeral_storage)
    return (amount.request or amount.limit) if amount is not None else None


_LOWER: dict[Kind, Callable[[Known, Declared], dict[str, Json]]] = {
    Kind.WORKSPACE: _workspace,
    Kind.ROLE: _role,
    Kind.POLICY: _policy,
    Kind.QUOTA: _quota,
}
