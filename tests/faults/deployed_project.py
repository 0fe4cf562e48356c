"""The project of the current folder, applied to a cluster that is a folder beside it: for the cases of rejects."""

from __future__ import annotations

from pathlib import Path

from flyteops.adapters.cluster_files import FilesCluster
from flyteops.operations.applying import Author, apply
from flyteops.operations.cluster_side import ClusterSide
from flyteops.operations.cluster_wanted import side_for
from flyteops.operations.planning import Planned, make
from flyteops.wiring import Workspace, open_workspace
from tests.contract.memory_registry import MemoryRegistry
from tests.contract.records import CountedIds, SetClock


class Deployed:
    """A registry in memory and a cluster in the folder `cluster`."""

    def __init__(self) -> None:
        self.clock, self.ids = SetClock(), CountedIds()
        self.registry = MemoryRegistry(project="churn", clock=self.clock)
        self.cluster = FilesCluster(Path.cwd() / "cluster", ids=self.ids)

    def workspace(self) -> Workspace:
        return open_workspace(Path.cwd(), environ={}, flags={})

    def planned(self) -> Planned:
        workspace = self.workspace()
        return make(workspace.tree, workspace.sources, domain=workspace.domain, registry=self.registry)

    def side(self) -> ClusterSide:
        return side_for(self.planned().program, cluster=self.cluster, target=self.workspace().target())

    def apply(self) -> None:
        apply(
            self.planned(),
            registry=self.registry,
            clock=self.clock,
            ids=self.ids,
            author=Author(actor="ann", tool="flyteops 0.1.0"),
            report=lambda line: None,
            wait=lambda seconds: None,
            side=self.side(),
        )
