"""The contract of clusters, over a real API server with Argo's definitions; and what only a server can say."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
import yaml

from flyteops.adapters.cluster_kubernetes import KubernetesCluster
from flyteops.model.errors import OutsideFailed
from flyteops.ports.cluster import ClusterFailed
from flyteops.reconcile import differs
from tests.contract.cluster_contract import API, KIND, ClusterContract, template

GOLDEN = sorted((Path(__file__).parents[1] / "unit" / "argo" / "golden").glob("*.yaml"))
pytestmark = pytest.mark.e2e


def kubectl(*arguments: str, stdin: str = "") -> str:
    done = subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module", autouse=True)
def reachable() -> None:
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG is unset: no API server to ask")
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")


@pytest.fixture(scope="module")
def shared_namespace(reachable: None):
    name = f"flyteops-test-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


class TestKubernetes(ClusterContract):
    @pytest.fixture(autouse=True)
    def empty(self, shared_namespace):
        self.namespace = shared_namespace
        yield
        kubectl("delete", "workflowtemplates", "--all", "-n", shared_namespace)

    @pytest.fixture
    def cluster(self):
        return KubernetesCluster(kubeconfig=os.environ["KUBECONFIG"], context=None)

    def edited_by_other(self, cluster, body):
        flags = ["--server-side", "--force-conflicts", "--field-manager=other", "-f", "-"]
        kubectl("apply", *flags, stdin=json.dumps(body))

    def let_go(self, cluster, ref):
        kubectl(
            "patch", "workflowtemplate", ref.name, "-n", ref.namespace, "--type=merge",
            "-p", '{"metadata":{"finalizers":null}}',
        )  # fmt: skip

    def test_an_unknown_field_is_not_taken(self, cluster):
        body = self.body("one")
        body["spec"]["flyteops"] = True
        for call in (cluster.dry_run, lambda each: cluster.apply(each, seen=None)):
            with pytest.raises(ClusterFailed) as failed:
                call(body)
            assert failed.value.reason == "invalid"
            assert ".spec.flyteops" in failed.value.message
        assert cluster.get(self.ref("one")) is None

    def test_a_list_of_many_pages_is_whole(self, cluster, monkeypatch):
        monkeypatch.setattr("flyteops.adapters.cluster_kubernetes.PAGE", 3)
        for number in range(8):
            cluster.apply(self.body(f"n{number}"), seen=None)
        found = cluster.list(API, KIND, self.namespace, selector="")
        assert [live.ref.name for live in found] == [f"n{number}" for number in range(8)]

    @pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
    def test_what_the_emitter_makes_comes_back_as_it_was(self, cluster, path):
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        body["metadata"]["namespace"] = self.namespace
        cluster.dry_run(body)
        made = cluster.apply(body, seen=None)
        assert not differs(body, made.body)
        cluster.delete(made.ref, uid=made.uid)

    def test_what_is_missing_is_named(self, cluster):
        kinds = ((API, KIND), (API, "Nothing"), ("nobody.example/v1", "Thing"))
        assert cluster.lacks("no-such-namespace", kinds) == (
            "namespace no-such-namespace", "Nothing (argoproj.io/v1alpha1)", "Thing (nobody.example/v1)",
        )  # fmt: skip
        with pytest.raises(ClusterFailed) as failed:
            cluster.dry_run(template("one", "no-such-namespace"))
        assert failed.value.reason == "absent"

    def test_who_may_not_is_told_so(self, cluster, shared_namespace, tmp_path):
        account = ["-n", shared_namespace, "nobody"]
        kubectl("create", "serviceaccount", *account)
        token = kubectl("create", "token", *account).strip()
        path = kubeconfig(tmp_path, {"token": token})
        with pytest.raises(ClusterFailed) as failed:
            KubernetesCluster(kubeconfig=str(path), context=None).apply(self.body("one"), seen=None)
        assert failed.value.reason == "forbidden"
        assert "system:serviceaccount" in failed.value.message

    def test_a_bad_token_is_nobody(self, cluster, tmp_path):
        path = kubeconfig(tmp_path, {"token": "wrong"})
        with pytest.raises(ClusterFailed) as failed:
            KubernetesCluster(kubeconfig=str(path), context=None).get(self.ref("one"))
        assert failed.value.reason == "unauthenticated"

    def test_a_failing_plugin_is_an_error_and_never_anonymous(self, tmp_path):
        plugin = {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "false",
            "interactiveMode": "Never",
        }
        path = kubeconfig(tmp_path, {"exec": plugin})
        with pytest.raises(OutsideFailed) as failed:
            KubernetesCluster(kubeconfig=str(path), context=None).identity()
        assert failed.value.message.startswith("the credential plugin of the kubeconfig failed: ")

    def test_an_unknown_context_is_told(self):
        with pytest.raises(OutsideFailed) as failed:
            KubernetesCluster(kubeconfig=os.environ["KUBECONFIG"], context="no-such-context").identity()
        assert failed.value.message.startswith("no access to a cluster was found: ")

    def test_a_server_that_is_not_there_was_not_asked(self, tmp_path):
        path = kubeconfig(tmp_path, {"token": "x"}, server="https://127.0.0.1:1")
        cluster = KubernetesCluster(kubeconfig=str(path), context=None, wait=lambda _: None)
        with pytest.raises(ClusterFailed) as failed:
            cluster.apply(self.body("one"), seen=None)
        assert failed.value.reason == "unreachable"


def kubeconfig(folder, user, *, server: str | None = None):
    """The one in use with another user, and another server."""
    found = json.loads(kubectl("config", "view", "--raw", "--flatten", "-o", "json"))
    found["users"][0]["user"] = user
    if server:
        found["clusters"][0]["cluster"]["server"] = server
    path = folder / "kubeconfig"
    path.write_text(json.dumps(found), encoding="utf-8")
    return path
