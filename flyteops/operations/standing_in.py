"""What a run on this machine does instead where a kind of task cannot run here; refused where nothing stands in."""

from __future__ import annotations

from dataclasses import replace

from flyteops.execution.steps import FailureHandler, RunEach, RunGraph, RunLaunch, RunMap, RunTask, Step, Work
from flyteops.model.diagnostics import Diagnostic
from flyteops.model.entities import Task
from flyteops.model.errors import InvalidProject
from flyteops.model.program import Program
from flyteops.model.works import ContainerWork, FunctionWork, ManifestWork, RefWork


def on_this_machine(program: Program, graph: RunGraph) -> RunGraph:
    """The graph with stand-ins in their places; InvalidProject names every task that cannot run here."""
    walk = _Walk(program)
    found = walk.graph(graph)
    if walk.faults:
        raise InvalidProject(list(walk.faults.values()))
    return found


class _Walk:
    def __init__(self, program: Program) -> None:
        self._program = program
        self.faults: dict[str, Diagnostic] = {}

    def graph(self, graph: RunGraph) -> RunGraph:
        return replace(
            graph,
            steps={path: self._step(step) for path, step in graph.steps.items()},
            handlers=tuple(self._handler(each) for each in graph.handlers),
        )

    def _handler(self, handler: FailureHandler) -> FailureHandler:
        return replace(handler, step=self._step(handler.step))

    def _step(self, step: Step) -> Step:
        return replace(step, work=self._work(step.work))

    def _work(self, work: Work) -> Work:
        match work:
            case RunTask() | RunMap():
                return replace(work, task=self._task(work.task))
            case RunLaunch() | RunEach():
                return replace(work, graph=self.graph(work.graph))
            case _:
                return work

    def _task(self, task: Task) -> Task:
        if task.local is not None:
            return replace(task, work=task.local, local=None)
        kind, why = cannot_run_here(task)
        if kind:
            origins = self._program.origins
            place = origins.get(f"task/{task.name}.{kind}") or origins.get(f"task/{task.name}")
            self.faults[task.name] = Diagnostic(
                code="FO355",
                message=f"the task {task.name} cannot run on this machine: {why}",
                place=place,
                help="name a function that stands in with local: module:function, of the same inputs and outputs",
            )
        return task


def cannot_run_here(task: Task) -> tuple[str, str]:
    """The key of the kind that does not run on a laptop, and why; both empty for one that does."""
    match task.work:
        case ContainerWork(image=image):
            return "container", f"it is a container of {image}"
        case ManifestWork(path=path):
            return "manifest", f"{path} is an object of Kubernetes"
        case RefWork(project=project, domain=domain):
            return "ref", f"it belongs to {project}/{domain}"
        case FunctionWork(cluster=cluster) if cluster is not None:
            return "cluster", f"{cluster.framework} wants {cluster.hosts} hosts"
        case _:
            return "", ""
