"""Tasks: a declared body, or a bare path, with the function's signature to a Task."""

from __future__ import annotations

from flyteops.compile.faults import Faults, suggestion
from flyteops.compile.fields import pairs_in, text_in
from flyteops.compile.interfaces import task_interface
from flyteops.compile.known import Known
from flyteops.compile.layers import Declared, lay_over
from flyteops.model.diagnostics import Place
from flyteops.model.entities import Interface, Task, TaskSettings
from flyteops.model.works import FunctionRef, FunctionWork
from flyteops.source.python import Signature
from flyteops.source.tree import Mapping, Scalar, Sequence


def compile_tasks(known: Known) -> None:
    """Every declared task."""
    for name, declared in known.declared("tasks").items():
        known.tasks[name] = _task(known, declared)


def _task(known: Known, declared: Declared) -> Task | None:
    written = declared.body.get("function")
    name = declared.name
    if isinstance(written, Scalar):
        path, at = written.text, written.place
    elif ":" in name:
        path, at = name, declared.place
    else:
        if declared.sound:
            known.faults.add(
                "FO209",
                f'task "{name}" does not say what it runs',
                at=declared.place,
                help="add function: module:function",
            )
        return None
    return _lower(known, declared, path, at)


def task_by_path(known: Known, path: str, at: Place) -> Task | None:
    """A task used by `module:function` without an entry; its name is its path."""
    if path in known.tasks:
        return known.tasks[path]
    known.implicit[path] = at
    body = Mapping(entries=known.layers.task_defaults, place=at)
    known.tasks[path] = _lower(known, Declared(section="tasks", name=path, place=at, body=body), path, at)
    return known.tasks[path]


def _lower(known: Known, declared: Declared, path: str, at: Place) -> Task | None:
    faults, name, body = known.faults, declared.name, declared.body
    expanded = known.profiles.expand(body, faults=faults)
    known.bodies[f"task/{name}"] = (declared.place, expanded)
    known.task_bodies[name] = body
    settings = known.profiles.lower(expanded, written=body, owner=name, faults=faults, sound=declared.sound, at=at)
    module, _, function = path.partition(":")
    signature = known.python.signature(FunctionRef(module=module, name=function), at)
    if isinstance(signature, tuple):
        faults.found.extend(signature)
        return None
    if signature.warnings:
        faults.found.extend(signature.warnings)
    return _assembled(known, name, at, body, signature, settings)


def _assembled(
    known: Known, name: str, at: Place, body: Mapping, signature: Signature, settings: TaskSettings
) -> Task | None:
    found = task_interface(body, signature, at=at, named=known.python.named_type, faults=known.faults)
    if found is None:
        return None
    if settings.cache is not None:
        check_ignored(body, found.interface, faults=known.faults)
    return Task(
        name=name,
        work=FunctionWork(function=signature.function, returns=found.returns, code=signature.code),
        interface=found.interface,
        settings=settings,
        description=text_in(body, "description") or signature.description,
        labels=pairs_in(body, "labels"),
        annotations=pairs_in(body, "annotations"),
        service_account=text_in(body, "service_account"),
        deprecated=text_in(body, "deprecated"),
    )


def check_ignored(body: Mapping, interface: Interface, *, faults: Faults) -> None:
    """`cache.ignore` names inputs of the task."""
    cache = body.get("cache")
    ignored = cache.get("ignore") if isinstance(cache, Mapping) else None
    if not isinstance(ignored, Sequence):
        return
    names = [variable.name for variable in interface.inputs]
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
    written = lay_over(body, overrides, faults=known.faults)
    expanded = known.profiles.expand(written, faults=known.faults)
    fits = overrides.get("resources") is not None or overrides.get("interruptible") is not None
    settings = known.profiles.lower(
        expanded, written=written, owner=task.name, faults=known.faults, at=overrides.place, fits=fits
    )
    if settings.cache is not None and overrides.get("cache") is not None:
        check_ignored(written, task.interface, faults=known.faults)
    return settings
