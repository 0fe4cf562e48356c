"""Which steps must be waited for, without those already implied, and how a large graph is cut into pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flyteops.execution.steps import Decide, Join, Step

Needs = Mapping[str, tuple[str, ...]]


def topological(needs: Needs) -> list[str]:
    """Every key after those it needs; what hangs together stays together, ties by name."""
    ordered: dict[str, None] = {}
    for root in sorted(needs):
        stack = [(root, iter(needs[root]))]
        while stack:
            key, rest = stack[-1]
            following = next((name for name in rest if name not in ordered), None)
            if following is None:
                ordered[key] = None
                stack.pop()
            else:
                stack.append((following, iter(needs[following])))
    return list(ordered)


def direct_needs(steps: Mapping[str, Step]) -> dict[str, tuple[str, ...]]:
    """The needs of each step less those that another need implies. A step's own `decide` always stays.

    The engine can wait for "succeeded" alone: a case that was not taken never succeeds, but the join behind it does,
    and whoever waits for the join needs to name no case.
    """
    position = {path: index for index, path in enumerate(topological({p: s.needs for p, s in steps.items()}))}
    ancestors: dict[str, int] = {}
    direct: dict[str, tuple[str, ...]] = {}
    for path in position:
        step = steps[path]
        implied = 0
        for need in step.needs:
            implied |= ancestors[need]
        kept = {need for need in step.needs if not implied >> position[need] & 1}
        if step.guard is not None:
            kept.add(step.guard.decide)
        if isinstance(step.work, Join):
            kept.update(need for need in step.needs if need == step.work.decide or need.startswith(f"{path}.case"))
        direct[path] = tuple(sorted(kept))
        ancestors[path] = implied | sum(1 << position[need] for need in step.needs)
    return direct


def units_of(steps: Mapping[str, Step]) -> dict[str, list[str]]:
    """Steps that must stay in one DAG: a switch with all that belongs to it, else a step by itself."""
    switches = {path for path, step in steps.items() if isinstance(step.work, Join)}
    units: dict[str, list[str]] = {}
    for path, step in steps.items():
        inside = step.guard is not None or isinstance(step.work, Decide | Join)
        units.setdefault(_outermost(path, switches) if inside else path, []).append(path)
    return units


def _outermost(path: str, switches: set[str]) -> str:
    parts = path.split(".")
    return next(
        (head for head in (".".join(parts[:count]) for count in range(1, len(parts) + 1)) if head in switches), path
    )


def pieces_of(steps: Mapping[str, Step], needs: Needs, *, largest: int) -> list[list[str]]:
    """The steps in pieces of at most `largest`, none of which waits for a later one. Larger units stand alone."""
    units = units_of(steps)
    home = {path: unit for unit, members in units.items() for path in members}
    unit_needs = {
        unit: tuple(sorted({home[need] for path in members for need in needs[path]} - {unit}))
        for unit, members in units.items()
    }
    pieces: list[list[str]] = []
    for unit in topological(unit_needs):
        if not pieces or len(pieces[-1]) + len(units[unit]) > largest:
            pieces.append([])
        pieces[-1].extend(units[unit])
    return pieces


def ends_of(paths: Iterable[str], needs: Needs) -> list[str]:
    """The steps that nothing else waits for, sorted."""
    inside = set(paths)
    return sorted(inside - {need for path in inside for need in needs[path]})
