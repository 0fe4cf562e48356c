"""The promises of `ports/cluster.py`, as one class that every adapter passes."""

from __future__ import annotations

import copy

import pytest

from flyteops.model.state import ObjectRef
from flyteops.ports.cluster import Cluster, ClusterFailed

API, KIND = "argoproj.io/v1alpha1", "WorkflowTemplate"


def template(name: str, namespace: str, *, image: str = "a", labels: dict[str, str] | None = None):
    """A small object that Argo's definitions take."""
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {"name": name, "namespace": namespace, "labels": {"team": "one", **(labels or {})}},
        "spec": {
            "entrypoint": "main",
            "templates": [{"name": "main", "container": {"image": image, "command": ["x"]}}],
        },
    }


class ClusterContract:
    """One namespace, empty at the start of each test."""

    namespace = "contract"

    @pytest.fixture
    def cluster(self) -> Cluster:
        raise NotImplementedError

    def edited_by_other(self, cluster: Cluster, body) -> None:
        """Another manager applies the body by force."""
        raise NotImplementedError

    def ref(self, name: str) -> ObjectRef:
        return ObjectRef(api_version=API, kind=KIND, namespace=self.namespace, name=name)

    def body(self, name: str, **options):
        return template(name, self.namespace, **options)

    def test_it_has_a_name_for_life(self, cluster):
        assert cluster.identity() == cluster.identity()
        assert cluster.identity().id

    def test_what_it_needs_is_there(self, cluster):
        assert cluster.lacks(self.namespace, ((API, KIND), (API, "CronWorkflow"))) == ()

    def test_applied_is_there(self, cluster):
        made = cluster.apply(self.body("one"), seen=None)
        found = cluster.get(self.ref("one"))
        assert made.uid == found.uid != ""
        assert (found.ref, found.body["spec"]) == (self.ref("one"), self.body("one")["spec"])

    def test_nothing_is_none(self, cluster):
        assert cluster.get(self.ref("none")) is None

    def test_the_same_again_changes_nothing(self, cluster):
        made = cluster.apply(self.body("one"), seen=None)
        again = cluster.apply(self.body("one"), seen=None)
        assert (again.uid, again.resource_version) == (made.uid, made.resource_version)

    def test_a_field_left_out_is_taken_away(self, cluster):
        cluster.apply(self.body("one", labels={"more": "x"}), seen=None)
        cluster.apply(self.body("one"), seen=None)
        assert cluster.get(self.ref("one")).body["metadata"]["labels"] == {"team": "one"}

    def test_what_others_added_stays(self, cluster):
        cluster.apply(self.body("one"), seen=None)
        theirs = self.body("one", labels={"theirs": "y"})
        del theirs["spec"], theirs["metadata"]["labels"]["team"]
        self.edited_by_other(cluster, theirs)
        cluster.apply(self.body("one", image="b"), seen=None)
        assert cluster.get(self.ref("one")).body["metadata"]["labels"] == {"team": "one", "theirs": "y"}

    def test_a_field_of_others_is_a_conflict_with_its_owner(self, cluster):
        cluster.apply(self.body("one"), seen=None)
        self.edited_by_other(cluster, self.body("one", image="theirs"))
        with pytest.raises(ClusterFailed) as failed:
            cluster.apply(self.body("one", image="ours"), seen=None)
        assert (failed.value.reason, failed.value.owners) == ("conflict", ("other: .spec.templates",))
        with pytest.raises(ClusterFailed) as failed:
            cluster.dry_run(self.body("one", image="ours"))
        assert failed.value.reason == "conflict"
        assert cluster.get(self.ref("one")).body["spec"]["templates"][0]["container"]["image"] == "theirs"

    def test_a_dry_run_keeps_nothing(self, cluster):
        cluster.dry_run(self.body("one"))
        assert cluster.get(self.ref("one")) is None
        made = cluster.apply(self.body("one"), seen=None)
        cluster.dry_run(self.body("one", image="b"))
        assert cluster.get(self.ref("one")).body == made.body

    def test_the_object_seen_may_be_written(self, cluster):
        made = cluster.apply(self.body("one"), seen=None)
        later = cluster.apply(self.body("one", image="b"), seen=made)
        assert later.uid == made.uid

    def test_an_object_changed_since_is_stale(self, cluster):
        made = cluster.apply(self.body("one"), seen=None)
        cluster.apply(self.body("one", image="b"), seen=None)
        with pytest.raises(ClusterFailed) as failed:
            cluster.apply(self.body("one", image="c"), seen=made)
        assert failed.value.reason == "stale"

    def test_an_object_made_anew_is_stale(self, cluster):
        made = cluster.apply(self.body("one"), seen=None)
        cluster.delete(self.ref("one"), uid=made.uid)
        cluster.apply(self.body("one"), seen=None)
        with pytest.raises(ClusterFailed) as failed:
            cluster.apply(self.body("one", image="c"), seen=made)
        assert failed.value.reason == "stale"

    def test_an_object_that_is_gone_is_not_made_again_for_one_that_was_seen(self, cluster):
        made = cluster.apply(self.body("one"), seen=None)
        cluster.delete(self.ref("one"), uid=made.uid)
        with pytest.raises(ClusterFailed) as failed:
            cluster.apply(self.body("one"), seen=made)
        assert failed.value.reason == "stale"
        assert cluster.get(self.ref("one")) is None

    def test_exactly_the_one_with_the_uid_is_deleted(self, cluster):
        made = cluster.apply(self.body("one"), seen=None)
        with pytest.raises(ClusterFailed) as failed:
            cluster.delete(self.ref("one"), uid="00000000-0000-0000-0000-000000000000")
        assert failed.value.reason == "stale"
        assert cluster.get(self.ref("one")).uid == made.uid
        cluster.delete(self.ref("one"), uid=made.uid)
        assert cluster.get(self.ref("one")) is None
        cluster.delete(self.ref("one"), uid=made.uid)

    def test_a_finalizer_holds_it(self, cluster):
        body = copy.deepcopy(self.body("held"))
        body["metadata"]["finalizers"] = ["example.com/hold"]
        made = cluster.apply(body, seen=None)
        cluster.delete(self.ref("held"), uid=made.uid)
        live = cluster.get(self.ref("held"))
        assert (live.deleting, live.finalizers) == (True, ("example.com/hold",))
        self.let_go(cluster, self.ref("held"))

    def let_go(self, cluster: Cluster, ref: ObjectRef) -> None:
        """Takes finalizers away, so that nothing is left behind."""

    def test_a_list_has_what_the_selector_names(self, cluster):
        for name, team in (("b", "two"), ("a", "one"), ("c", "two")):
            cluster.apply(self.body(name, labels={"team": team}), seen=None)

        def names(selector):
            return [live.ref.name for live in cluster.list(API, KIND, self.namespace, selector=selector)]

        assert names("team=two") == ["b", "c"]
        assert names("team!=two") == ["a"]
        assert names("team=two,team!=two") == []
        assert names("") == ["a", "b", "c"]
        assert cluster.list(API, "CronWorkflow", self.namespace, selector="") == ()
        live = cluster.list(API, KIND, self.namespace, selector="team=one")[0]
        assert live.body["spec"] == self.body("a")["spec"]
        assert live.uid == cluster.get(self.ref("a")).uid
