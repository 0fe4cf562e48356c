"""The pod of each kind of task; kinds that no pod of ours does are refused with their reason."""

from __future__ import annotations

from flyteops.argo.container import container_pod
from flyteops.argo.faults import Findings
from flyteops.argo.pod import task_pod
from flyteops.argo.target import Target
from flyteops.model.digest import JsonObject
from flyteops.model.entities import Task, TaskSettings
from flyteops.model.works import ContainerWork, DynamicWork, FunctionWork, ManifestWork, RefWork, ScriptWork

_WAY_OUT = "Run it with flyteops run, or take the task out for the domains that have a cluster (null in an overlay)."


def emittable(task: Task, *, found: Findings) -> bool:
    """Whether the task's work can be emitted; the reason is noted when it cannot."""
    kind, why = _reason(task)
    if not kind:
        return True
    found.refuse(
        "FO811",
        f"task/{task.name} cannot be emitted for a cluster yet: {why}",
        at=(f"task/{task.name}", kind),
        label="declared and checked, not run by a cluster",
        way_out=_WAY_OUT,
    )
    return False


def work_pod(task: Task, settings: TaskSettings, *, verb: str, target: Target, found: Findings) -> JsonObject:
    """The template of the task's own pod, without a name; `verb` is `task` or `map-item`."""
    if isinstance(task.work, ContainerWork):
        return container_pod(task, task.work, settings, verb=verb, target=target, found=found)
    if isinstance(task.work, ScriptWork) and settings.image is None:
        found.note(f"task/{task.name} is a script: the image {target.default_image} needs bash beside Python")
    return task_pod(task, settings, verb=verb, target=target, found=found)


def _reason(task: Task) -> tuple[str, str]:
    match task.work:
        case FunctionWork(cluster=cluster) if cluster is not None:
            return "cluster", f"nothing starts a gang of {cluster.framework} there"
        case ManifestWork(path=path):
            return "manifest", f"nothing there applies {path} and waits for it"
        case RefWork(project=project, domain=domain):
            return "ref", f"the code of {project}/{domain} is not brought there"
        case DynamicWork():
            return "dynamic", "a graph is checked by the whole tool, and a pod has its runner only"
        case _:
            return "", ""
