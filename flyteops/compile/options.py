"""Which settings mean something for which kind of work: what does not is never carried along in silence."""

from __future__ import annotations

from dataclasses import replace

from flyteops.compile.faults import Faults
from flyteops.model.entities import Resources, Task, TaskSettings
from flyteops.model.works import ContainerWork, DynamicWork, ManifestWork, RefWork, ScriptWork, TaskWork
from flyteops.source.tree import Mapping


def settings_for(work: TaskWork, settings: TaskSettings) -> TaskSettings:
    """The settings without those that defaults gave and that this kind has no use for."""
    match work:
        case ContainerWork():
            return replace(settings, image=None)
        case ManifestWork() | RefWork():
            return replace(settings, image=None, resources=Resources(), env=(), placement=None)
        case _:
            return settings


def as_its_kind_has(task: Task) -> Task:
    """The task without the options that defaults gave and that its kind has no use for."""
    match task.work:
        case ScriptWork():
            return replace(task, actor=None, deck=False, checkpoint=False)
        case ContainerWork():
            return replace(task, actor=None, deck=False, checkpoint=False, batch=None)
        case DynamicWork():
            return replace(task, actor=None, batch=None)
        case ManifestWork() | RefWork():
            return replace(task, actor=None, deck=False, checkpoint=False, batch=None, secrets=(), pod_template=None)
        case _:
            return task


def refuse_options(work: TaskWork, overrides: Mapping, *, faults: Faults) -> None:
    """Overrides of a node that would change nothing."""
    useless: tuple[str, ...]
    match work:
        case ContainerWork():
            useless, why = ("image",), "the container says its own image"
        case ManifestWork():
            useless, why = ("image", "resources", "env"), "the object's own file says it"
        case RefWork():
            useless, why = ("image", "resources", "env"), "the other project says it"
        case _:
            return
    for entry in overrides.entries:
        if entry.key.text in useless:
            faults.add(
                "FO347",
                f"{entry.key.text} means nothing for this task",
                at=entry.key.place,
                label=why,
                help="delete the override",
            )
