"""Render: entities to cluster objects, looked over by the independent verifier before anyone sees them."""

from __future__ import annotations

from collections.abc import Mapping

from flyteops.argo import Target, emit, emit_task, file_name, object_text, verify
from flyteops.model.entities import LaunchPlan
from flyteops.model.frozen import frozen
from flyteops.model.ids import Kind
from flyteops.model.objects import ClusterObject
from flyteops.model.program import Program
from flyteops.operations.running import find, require_runnable


@frozen
class Rendered:
    """Objects, their texts by file name, and what a reader must know (such as images without a digest)."""

    objects: tuple[ClusterObject, ...]
    files: Mapping[str, str]
    notes: tuple[str, ...]


def render(program: Program, addresses: tuple[str, ...], *, target: Target) -> Rendered:
    """The objects of the addresses; without any, of every launch plan and of every workflow by its default plan."""
    plans, tasks = _chosen(program, addresses)
    objects = [*emit(program, target=target, plans=plans)]
    for name in tasks:
        objects.extend(emit_task(program, program.tasks[name], target=target))
    unique = {(each.kind, each.name): each for each in objects}
    for each in unique.values():
        findings = verify(each.body, argo=target.argo)
        if findings:
            raise AssertionError(f"emitter and verifier disagree on {each.kind} {each.name}: {findings[0]}")
    ordered = tuple(unique[key] for key in sorted(unique))
    notes = tuple(dict.fromkeys(note for each in ordered for note in each.notes))
    files = {file_name(each): object_text(each.body) for each in ordered}
    return Rendered(objects=ordered, files=files, notes=notes)


def _chosen(program: Program, addresses: tuple[str, ...]) -> tuple[tuple[LaunchPlan, ...], list[str]]:
    targets = [find(program, address) for address in addresses]
    for target in targets:
        require_runnable(target)
    names = [each.name for each in targets if each.kind is not Kind.TASK]
    if not addresses:
        names = sorted({*program.launch_plans, *program.workflows})
    plans = [plan for plan in map(program.launch_plan, names) if plan is not None]
    return tuple(plans), [each.name for each in targets if each.kind is Kind.TASK]


def round_trips(objects: tuple[ClusterObject, ...]) -> None:
    """Raises AssertionError when an object does not come back equal through Hera."""
    from flyteops.argo.hera import round_trip

    for each in objects:
        differences = round_trip(each.body)
        if differences:
            raise AssertionError(f"{each.kind} {each.name} comes back different through Hera: {differences[0]}")
