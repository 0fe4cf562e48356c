"""Who uses an entity: nodes of workflows and launch plans, as they were applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from flyteops.model.digest import Json
from flyteops.model.frozen import frozen
from flyteops.model.ids import EntityId, Kind
from flyteops.model.state import Snapshot
from flyteops.plan.stored import called_in
from flyteops.plan.stored_types import as_list, as_map


@dataclass(slots=True, kw_only=True)
class Consumer:
    """One user of an entity: its address, the inputs it gives, and which outputs are read behind it."""

    address: str
    owner: EntityId | None
    """None for a user in another project or domain: no plan of ours adapts it."""
    gives: frozenset[str]
    reads: frozenset[str] = field(default_factory=frozenset)


@frozen(kw_only=False)
class Consumers:
    """Users by entity."""

    by_entity: Mapping[EntityId, tuple[Consumer, ...]]
    changed: frozenset[EntityId] = frozenset()
    """Entities that the same plan changes, moves or retires: their uses are adapted, since the program fits."""

    def of(self, entity: EntityId, wanted: Callable[[Consumer], bool]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Addresses of the users for whom `wanted` holds, sorted: those that stay as they are, and the adapted."""
        found = [each for each in self.by_entity.get(entity, ()) if wanted(each)]
        kept = {each.address for each in found if each.owner not in self.changed}
        adapted = {each.address for each in found if each.owner in self.changed}
        return tuple(sorted(kept)), tuple(sorted(adapted))


def consumers_of(wanted: frozenset[EntityId], snapshot: Snapshot, changed: frozenset[EntityId]) -> Consumers:
    """The users of the wanted entities in what was applied: who comes new with a plan cannot be broken by it."""
    found: dict[EntityId, list[Consumer]] = {each: [] for each in wanted}
    for each in snapshot.referrers:
        if each.target in found:
            gives, reads = frozenset(each.inputs), frozenset(each.outputs)
            found[each.target].append(Consumer(address=str(each), owner=None, gives=gives, reads=reads))
    for entity, record in snapshot.entities.items():
        if entity.kind is Kind.LAUNCH_PLAN:
            payload = record.payload
            target = EntityId(Kind.WORKFLOW, str(payload["workflow"]))
            if target in found:
                given = {*as_map(payload.get("default_inputs")), *as_map(payload.get("fixed_inputs"))}
                found[target].append(Consumer(address=str(entity), owner=entity, gives=frozenset(given)))
        elif entity.kind is Kind.WORKFLOW:
            _collect(entity, record.payload, found, snapshot)
    return Consumers({entity: tuple(users) for entity, users in found.items()}, changed)


def _collect(
    workflow: EntityId, payload: Mapping[str, Json], found: Mapping[EntityId, list[Consumer]], snapshot: Snapshot
) -> None:
    nodes = {
        **as_map(payload.get("nodes")),
        **({"on_failure": payload["on_failure"]} if "on_failure" in payload else {}),
    }
    users: list[tuple[str, Consumer]] = []
    for name, node in nodes.items():
        for entity, gives in _calls(node, snapshot):
            if entity in found:
                consumer = Consumer(address=f"{workflow}.{name}", owner=workflow, gives=gives)
                found[entity].append(consumer)
                users.append((name, consumer))
    if users:
        read = _outputs_read(payload)
        for name, consumer in users:
            consumer.reads = read.get(name, frozenset())


def _calls(body: Json, snapshot: Snapshot) -> Iterator[tuple[EntityId, frozenset[str]]]:
    document = as_map(body)
    gives = frozenset({*as_map(document.get("inputs")), *as_map(document.get("over"))})
    for kind, name in called_in({key: each for key, each in document.items() if key not in ("switch", "else")}):
        entity = EntityId(kind, name)
        yield entity, gives
        if kind is Kind.LAUNCH_PLAN:
            yield _launched(entity, gives, snapshot)
    for case in as_list(document.get("switch")):
        yield from _calls(as_map(case)["then"], snapshot)
    if "else" in document:
        yield from _calls(document["else"], snapshot)


def _launched(plan: EntityId, gives: frozenset[str], snapshot: Snapshot) -> tuple[EntityId, frozenset[str]]:
    """The workflow of a plan that a node launches, with what node and plan give it."""
    record = snapshot.entities.get(plan)
    if record is None:
        return EntityId(Kind.WORKFLOW, plan.name), gives
    given = {*as_map(record.payload.get("default_inputs")), *as_map(record.payload.get("fixed_inputs"))}
    return EntityId(Kind.WORKFLOW, str(record.payload["workflow"])), gives | given


def _outputs_read(payload: Mapping[str, Json]) -> dict[str, frozenset[str]]:
    """Outputs by node that anything in the workflow refers to."""
    read: dict[str, set[str]] = {}
    for text in _references(payload):
        node, _, rest = text.removeprefix("$").partition(".")
        output = rest.partition(".")[0].partition("[")[0]
        read.setdefault(node, set()).add(output)
    return {node: frozenset(outputs) for node, outputs in read.items()}


def _references(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        text = value.get("ref")
        if isinstance(text, str):
            yield text
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _references(each)
