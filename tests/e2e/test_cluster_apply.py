"""The commands against a real API server with Argo's definitions: apply, drift, prune, and two applies at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from tests.conftest import git

pytestmark = pytest.mark.e2e
SETTINGS = """\
apiVersion: flyteops/v1
project: churn
code: {{roots: [src]}}
store: s3://acme-flyteops/production
domains:
  production:
    default: true
    cluster: {{namespace: {namespace}, argo: "4.0"}}
    default_image: ghcr.io/acme/base@sha256:{digest}
"""
PIPELINE = """\
apiVersion: flyteops/v1
workflows:
  hello:
    nodes:
      greet: {{task: "words:greet"}}
launch_plans:
  daily: {{workflow: hello, schedule: {{cron: "{cron}"}}, active: false}}
"""


def kubectl(*arguments: str, stdin: str = "") -> str:
    done = subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def namespace():
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG is unset: no API server to ask")
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    name = f"flyteops-test-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def project(namespace, tmp_path, make_project) -> Path:
    source = tmp_path / "source"
    (source / "pipelines").mkdir(parents=True)
    (source / "src").mkdir()
    (source / "src" / "words.py").write_text('def greet() -> str:\n    return "hello"\n')
    (source / "flyteops.yaml").write_text(SETTINGS.format(namespace=namespace, digest="a" * 64))
    (source / "pipelines" / "hello.yaml").write_text(PIPELINE.format(cron="@daily"))
    return make_project(source)


def commit(project: Path, text: str) -> None:
    (project / "pipelines" / "hello.yaml").write_text(text)
    git(project, "commit", "--quiet", "--all", "--message=More")


def names(namespace: str, kind: str) -> list[str]:
    return kubectl("get", kind, "-n", namespace, "-o", "name").split()


def test_apply_drift_and_apply_again(project, namespace, run_cli):
    ended = run_cli(["apply", "-y"])
    assert (ended.code, ended.stdout.splitlines()[-1]) == (0, "Applied: production is at generation 1."), ended
    assert len(names(namespace, "workflowtemplates")) == 2
    (clock,) = names(namespace, "cronworkflows")
    assert run_cli(["apply", "-y"]).stdout.splitlines()[-1] == "Nothing to do: production is at generation 1 already."
    ended = run_cli(["drift"])
    assert (ended.code, ended.stdout.split(" (")[0]) == (0, "Drift: 0 of 3 objects differ from what was applied"), ended

    kubectl("patch", clock, "-n", namespace, "--type=merge", "-p", '{"spec":{"suspend":false}}', "--field-manager=hand")
    ended = run_cli(["drift", "-o", "json"])
    (found,) = json.loads(ended.stdout)["objects"]
    assert (ended.code, found["state"]) == (2, "changed")
    assert found["fields"] == [{"path": "spec.suspend", "applied": True, "wanted": True, "live": False}]

    before = set(names(namespace, "workflowtemplates"))
    commit(project, PIPELINE.format(cron="@hourly"))
    ended = run_cli(["apply", "-y"])
    assert (ended.code, ended.stderr.splitlines()[-3].endswith("hand: .spec.suspend")) == (5, True), ended
    assert set(names(namespace, "workflowtemplates")) == before, "nothing was done"

    kubectl("delete", clock, "-n", namespace)
    ended = run_cli(["apply", "-y"])
    assert ended.code == 0, ended
    assert run_cli(["drift"]).code == 0
    spec = json.loads(kubectl("get", "cronworkflows", "-n", namespace, "-o", "json"))["items"][0]["spec"]
    (template,) = [each for each in names(namespace, "workflowtemplates") if "/daily-" in each]
    assert (spec["schedules"], spec["workflowSpec"]["workflowTemplateRef"]["name"]) == (
        ["0 * * * *"],
        template.rpartition("/")[2],
    )


def test_a_retired_workflow_goes_when_its_run_ends(project, namespace, run_cli):
    run_cli(["apply", "-y"])
    (old,) = [each.rpartition("/")[2] for each in names(namespace, "workflowtemplates") if "/daily-" in each]
    run = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "by-hand", "namespace": namespace},
        "spec": {"workflowTemplateRef": {"name": old}, "suspend": True},
    }
    kubectl("create", "-f", "-", stdin=json.dumps(run))
    commit(project, PIPELINE.format(cron="@daily").partition("launch_plans")[0])
    ended = run_cli(["apply", "-y"])
    assert (ended.code, f"kept WorkflowTemplate/{namespace}/{old}: an unfinished run uses it" in ended.stderr) == (
        0,
        True,
    )
    assert names(namespace, "cronworkflows") == []
    ended = run_cli(["prune", "-y"])
    assert ended.stdout.splitlines()[0] == f"    WorkflowTemplate/{namespace}/{old} stays: an unfinished run uses it"
    kubectl("delete", "workflow", "by-hand", "-n", namespace)
    ended = run_cli(["prune", "-y"])
    assert ended.stdout.splitlines()[-1] == "Deleted 1 of 1 objects.", ended
    assert len(names(namespace, "workflowtemplates")) == 1
    assert run_cli(["drift"]).code == 0


def test_rollback_brings_the_objects_back(project, namespace, run_cli):
    def held() -> set[str]:
        clocks = json.loads(kubectl("get", "cronworkflows", "-n", namespace, "-o", "json"))["items"]
        return {each["metadata"]["name"] + str(each["spec"]["schedules"]) for each in clocks} | {
            each.rpartition("/")[2] for each in names(namespace, "workflowtemplates")
        }

    assert run_cli(["apply", "-y"]).code == 0
    before = held()
    commit(project, PIPELINE.format(cron="@hourly").replace("greet:", "again:"))
    assert run_cli(["apply", "-y"]).code == 0
    assert held() != before
    asked = run_cli(["rollback", "--to", "1"])
    assert (asked.code, "nothing was moved" in asked.stdout + asked.stderr) == (5, True), asked
    ended = run_cli(["rollback", "--to", "1", "-y"])
    assert ended.stdout.splitlines()[-1] == ("Rolled back: production is at generation 3, which points where 1 did."), (
        ended
    )
    assert held() == before
    ended = run_cli(["drift"])
    assert (ended.code, ended.stdout.split(" (")[0]) == (0, "Drift: 0 of 3 objects differ from what was applied"), ended
    again = run_cli(["rollback", "--to", "1", "-y"])
    assert (again.code, again.stdout.startswith("Nothing to do")) == (0, True), again
    ended = run_cli(["apply", "-y"])
    assert ended.stdout.splitlines()[-1] == "Applied: production is at generation 4.", ended


@pytest.mark.parametrize("after_s", [0.5, 0.7, 0.9, 1.1])
def test_a_rollback_killed_for_real_and_run_again(project, namespace, run_cli, after_s):
    assert run_cli(["apply", "-y"]).code == 0
    before = set(names(namespace, "workflowtemplates") + names(namespace, "cronworkflows"))
    commit(project, PIPELINE.format(cron="@hourly").replace("greet:", "again:"))
    assert run_cli(["apply", "-y"]).code == 0
    command = [sys.executable, "-m", "flyteops", "rollback", "--to", "1", "-y"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ended = run_cli(["rollback", "--to", "1", "-y"])
    assert ended.code == 0, ended
    assert set(names(namespace, "workflowtemplates") + names(namespace, "cronworkflows")) == before
    assert run_cli(["drift"]).code == 0
    assert run_cli(["rollback", "--to", "1", "-y"]).stdout.startswith("Nothing to do")


@pytest.mark.parametrize("after_s", [0.8, 1.1, 1.4])
def test_killed_for_real_and_run_again(project, namespace, run_cli, after_s):
    command = [sys.executable, "-m", "flyteops", "apply", "-y"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ended = run_cli(["apply", "-y"])
    assert ended.code == 0, ended
    assert len(names(namespace, "workflowtemplates")) == 2
    assert run_cli(["drift"]).code == 0
    assert run_cli(["apply", "-y"]).stdout.startswith("Nothing to do")


def test_two_at_once_end_well(project, namespace, run_cli):
    command = [sys.executable, "-m", "flyteops", "apply", "-y"]
    both = [subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    codes = sorted(process.wait() for process in both if process.communicate())
    assert codes in ([0, 0], [0, 5]), codes
    assert run_cli(["apply", "-y"]).stdout.startswith("Nothing to do: production is at generation 1 already.")
    assert run_cli(["drift"]).code == 0


def test_a_namespace_that_is_not_there(project, namespace, run_cli):
    settings = (project / "flyteops.yaml").read_text().replace(namespace, "no-such-namespace")
    (project / "flyteops.yaml").write_text(settings)
    git(project, "commit", "--quiet", "--all", "--message=Elsewhere")
    ended = run_cli(["apply", "-y"])
    assert (ended.code, ended.stderr.splitlines()[0]) == (
        5,
        "refused[FO762]: the cluster lacks namespace no-such-namespace",
    )
