"""What every cluster keeps: the one in memory and the folder pass the same class (the real one: tests/e2e)."""

from __future__ import annotations

import pytest

from flyteops.adapters.cluster_files import FilesCluster

from .cluster_contract import ClusterContract
from .memory_cluster import MemoryCluster
from .records import CountedIds


class TestMemory(ClusterContract):
    @pytest.fixture
    def cluster(self):
        return MemoryCluster(ids=CountedIds())

    def edited_by_other(self, cluster, body):
        cluster.put(body, manager="other")


class TestFiles(ClusterContract):
    @pytest.fixture
    def cluster(self, tmp_path):
        return FilesCluster(tmp_path / "cluster", ids=CountedIds())

    def edited_by_other(self, cluster, body):
        cluster.apply_as("other", body, force=True)

    def test_a_second_process_sees_the_same(self, cluster, tmp_path):
        made = cluster.apply(self.body("one"), seen=None)
        again = FilesCluster(tmp_path / "cluster", ids=CountedIds())
        assert again.get(self.ref("one")) == made
        assert again.identity() == cluster.identity()
