"""`moved:`: what keeps its history under a new name."""

from __future__ import annotations

from dataclasses import replace

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.rings import rings_of
from flyteops.model.diagnostics import Related
from flyteops.model.entities import Task
from flyteops.model.ids import EntityId, Kind, entity_id
from flyteops.model.program import Move
from flyteops.source.tree import Scalar

_Pair = tuple[Scalar, Scalar]


def read_moves(pairs: tuple[_Pair, ...], *, known: frozenset[str], faults: Faults) -> tuple[Move, ...]:
    """The moves; `known` are the addresses of what is declared. Chains are legal, rings are not."""
    moves: list[tuple[_Pair, EntityId, EntityId]] = []
    by_source: dict[str, Scalar] = {}
    for source, target in pairs:
        one, other = _address(source, faults), _address(target, faults)
        if one is None or other is None:
            continue
        if one.kind is not other.kind:
            faults.add(
                "FO275",
                f"{source.text} cannot become {target.text}: the kind changes",
                at=target.place,
                help="retire the one and declare the other",
            )
            continue
        earlier = by_source.setdefault(source.text, source)
        if earlier is not source:
            faults.add(
                "FO273",
                f"{source.text} is moved twice",
                at=source.place,
                help="keep one of the lines",
                related=(Related(place=earlier.place, label="moved here already"),),
            )
            continue
        moves.append(((source, target), one, other))
    whole = _check(moves, known, faults)
    return tuple(sorted((Move(source=one, target=other) for _, one, other in moves), key=_order)) if whole else ()


def _order(move: Move) -> str:
    return str(move.source)


def _address(scalar: Scalar, faults: Faults) -> EntityId | None:
    found = entity_id(scalar.text)
    if found is None:
        faults.add(
            "FO273",
            f'"{scalar.text}" is not an address',
            at=scalar.place,
            help=f"write kind/name, where kind is one of {', '.join(Kind)}",
        )
    return found


def _check(moves: list[tuple[_Pair, EntityId, EntityId]], known: frozenset[str], faults: Faults) -> bool:
    before = len(faults.found)
    sources = {source.text for (source, _), _, _ in moves}
    edges = {source.text: [target.text] for (source, target), _, _ in moves}
    places = {source.text: source.place for (source, _), _, _ in moves}
    rings = rings_of(edges)
    for ring in rings:
        faults.add(
            "FO274",
            f"moved goes in a ring: {' → '.join((*ring, ring[0]))}",
            at=places[ring[0]],
            help="take one of the lines away",
        )
    in_rings = {name for ring in rings for name in ring}
    for (source, target), _, _ in moves:
        if source.text in in_rings:
            continue
        if source.text in known:
            faults.add(
                "FO273",
                f"{source.text} is still declared, so it has not moved",
                at=source.place,
                help=f"delete the declaration of {source.text}, or this line",
            )
        if target.text not in known and target.text not in sources:
            faults.add(
                "FO273",
                f"{target.text} is not declared, so nothing can move there",
                at=target.place,
                help=suggestion(target.text, known, kinds="addresses"),
            )
    return len(faults.found) == before


def keyed_by_first_name(tasks: dict[str, Task], moves: tuple[Move, ...]) -> dict[str, Task]:
    """The tasks, those that were moved with the name that their results are kept under: the first of the chain."""
    came_from = {move.target.name: move.source.name for move in moves if move.target.kind is Kind.TASK}
    keyed = dict(tasks)
    for name in came_from.keys() & tasks.keys():
        first = name
        while first in came_from:
            first = came_from[first]
        keyed[name] = replace(tasks[name], keyed_as=first)
    return keyed
