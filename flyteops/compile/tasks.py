"""Tasks: a declared body, or a bare path, to a Task."""

from __future__ import annotations

from collections.abc import Callable

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import pairs_in, seconds_in, text_in
from flyteops.compile.fixed import read_fixed, visible
from flyteops.compile.from_flyte import tell_of_flyte
from flyteops.compile.kinds import Made, function_made, kind_in, made_of
from flyteops.compile.known import Known
from flyteops.compile.layers import Declared, lay_over
from flyteops.compile.options import as_its_kind_has, refuse_options, settings_for
from flyteops.compile.stand_ins import read_stand_in
from flyteops.model.diagnostics import Place
from flyteops.model.entities import Interface, Task, TaskSettings
from flyteops.source.tree import Mapping, Scalar, Sequence


def compile_tasks(known: Known) -> None:
    """Every declared task."""
    for name, declared in known.declared("tasks").items():
        known.tasks[name] = _task(known, declared)


def _task(known: Known, declared: Declared) -> Task | None:
    name, said = declared.name, kind_in(declared.body)
    if said is None and ":" in name:
        return _lower(
            known,
            declared,
            lambda: function_made(known, declared.body, name, declared.place, classes=known.classes(declared.place)),
            declared.place,
        )
    if said is None:
        if declared.sound:
            known.faults.add(
                "FO209",
                f'task "{name}" does not say what it runs',
                at=declared.place,
                help="add function: module:function",
            )
        return None
    kind, node = said
    return _lower(
        known,
        declared,
        lambda: made_of(known, declared.body, kind, node, classes=known.classes(declared.place)),
        node.place,
    )


def task_by_path(known: Known, path: str, at: Place) -> Task | None:
    """A task used by `module:function` without an entry; its name is its path."""
    if path in known.tasks:
        return known.tasks[path]
    known.implicit[path] = at
    body = Mapping(entries=known.layers.task_defaults, place=at)
    declared = Declared(section="tasks", name=path, place=at, body=body)
    known.tasks[path] = _lower(
        known, declared, lambda: function_made(known, body, path, at, classes=known.classes(None)), at
    )
    return known.tasks[path]


def _lower(known: Known, declared: Declared, make: Callable[[], Made | None], at: Place) -> Task | None:
    declared = known.surroundings.with_actor(declared)
    faults, name, body = known.faults, declared.name, declared.body
    expanded = known.profiles.expand(body, faults=faults)
    known.bodies[f"task/{name}"] = (declared.place, known.surroundings.opened(expanded))
    known.task_bodies[name] = body
    settings = known.profiles.lower(expanded, written=body, owner=name, faults=faults, sound=declared.sound, at=at)
    made = make()
    task = None if made is None else _assembled(known, name, body, made, settings)
    return as_its_kind_has(known.surroundings.around(task, expanded)) if task is not None else None


def _assembled(known: Known, name: str, body: Mapping, made: Made, settings: TaskSettings) -> Task | None:
    if made.signature is not None and (made.signature.decorators or made.signature.flyte):
        tell_of_flyte(known, name, body, made.signature, settings)
    before = len(known.faults.found)
    fixed = read_fixed(body, made.interface, faults=known.faults)
    local = read_stand_in(known, body, made.interface)
    if settings.cache is not None:
        check_ignored(body, made.interface, faults=known.faults)
    if any(each.severity == "error" for each in known.faults.found[before:]) and (
        len(fixed) < _count(body, "fixed_inputs") or (local is None and body.get("local") is not None)
    ):
        return None
    return Task(
        name=name,
        work=made.work,
        interface=visible(made.interface, fixed),
        settings=settings_for(made.work, settings),
        fixed_inputs=fixed,
        local=local,
        description=text_in(body, "description") or made.description,
        labels=pairs_in(body, "labels"),
        annotations=pairs_in(body, "annotations"),
        service_account=text_in(body, "service_account"),
        deprecated=text_in(body, "deprecated"),
        expect_s=seconds_in(body, "expect"),
    )


def _count(body: Mapping, name: str) -> int:
    node = body.get(name)
    return len(node.entries) if isinstance(node, Mapping) else 0


def check_ignored(body: Mapping, interface: Interface, *, faults: Faults, also: tuple[str, ...] = ()) -> None:
    """`cache.ignore` names inputs of the task, those that it fixes among them (`also`, where they are hidden)."""
    cache = body.get("cache")
    ignored = cache.get("ignore") if isinstance(cache, Mapping) else None
    if not isinstance(ignored, Sequence):
        return
    names = [*(variable.name for variable in interface.inputs), *also]
    for item in ignored.items:
        if isinstance(item, Scalar) and item.text not in names:
            faults.add(
                "FO266",
                f'cache.ignore names "{item.text}", which is no input of the task',
                at=item.place,
                help=suggestion(item.text, names, kinds="inputs"),
            )


def overridden(known: Known, task: Task, overrides: Mapping) -> TaskSettings:
    """The settings of a node that lays `overrides` over those of its task."""
    body = known.task_bodies[task.name]
    refuse_options(task.work, overrides, faults=known.faults)
    known.surroundings.check_overrides(task, overrides)
    written = lay_over(body, overrides, faults=known.faults)
    expanded = known.profiles.expand(written, faults=known.faults)
    fits = overrides.get("resources") is not None or overrides.get("interruptible") is not None
    settings = known.profiles.lower(
        expanded, written=written, owner=task.name, faults=known.faults, at=overrides.place, fits=fits
    )
    if settings.cache is not None and overrides.get("cache") is not None:
        check_ignored(written, task.interface, faults=known.faults, also=tuple(name for name, _ in task.fixed_inputs))
    return settings_for(task.work, settings)
