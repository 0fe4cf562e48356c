"""Graphs that dynamic tasks return while a run goes on: read against the project that the run was begun with."""

from __future__ import annotations

from flyteops.compile import GraphReader, graph_reader
from flyteops.execution.graph import graph_of_workflow
from flyteops.execution.steps import RunGraph
from flyteops.model.entities import Task
from flyteops.operations.sources import Sources, read_with_lock
from flyteops.operations.standing_in import on_this_machine
from flyteops.ports.trees import Tree


class Growing:
    """Turns a returned graph into one that runs on this machine; nothing is read before the first is asked for."""

    def __init__(self, tree: Tree, sources: Sources, *, domain: str) -> None:
        self._tree = tree
        self._sources = sources
        self._domain = domain
        self._reader: GraphReader | None = None

    def __call__(self, task: Task, document: bytes) -> RunGraph:
        """Raises InvalidProject with every fault of the graph, each with its path into it."""
        program, workflow = self._read_with().read(task, document)
        return on_this_machine(program, graph_of_workflow(program, workflow))

    def _read_with(self) -> GraphReader:
        if self._reader is None:
            readings, repository = read_with_lock(self._tree, self._sources)
            self._reader = graph_reader(
                project=self._sources.project,
                domain=self._domain,
                domains=self._sources.domains,
                manifests=readings.manifests,
                project_defaults=self._sources.defaults,
                python=readings.python,
                default_image=self._sources.default_images.get(self._domain),
                repository=repository,
            )
        return self._reader
