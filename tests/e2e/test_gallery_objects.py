"""A real API server takes every object that the gallery becomes, but for what no cluster is given yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.conftest import git
from tests.e2e.engine import kubectl, need_server

pytestmark = pytest.mark.e2e
GALLERY = Path(__file__).resolve().parents[2] / "pipelines" / "gallery"
SPACE = "gallery-production"
TAKEN_OUT = """\
apiVersion: flyteops/v1
domain: production
tasks:
  area: {container: {image: "ghcr.io/acme/area:v2", command: [./area.sh, $output_dir]}}
  squares: null
  finetune: null
  etl: null
  shared_embed: null
workflows: {dynamic: null, plugins: null, embedded: null}
tests: {dynamic: null, plugins: null, embedded: null}
"""


@pytest.fixture
def namespace():
    need_server()
    kubectl("create", "namespace", SPACE, check=False)
    yield SPACE
    kubectl("delete", "namespace", SPACE, "--wait=false")


def test_a_real_server_takes_the_gallery(namespace, make_project, run_cli, tmp_path) -> None:
    project = make_project(GALLERY)
    (project / "pipelines" / "taken_out.yaml").write_text(TAKEN_OUT, encoding="utf-8")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=For a cluster")
    ended = run_cli(["render", "-d", "production", "--verify", "--out", str(tmp_path / "out")])
    assert ended.code == 0, ended.stderr
    bodies = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((tmp_path / "out").iterdir())]
    assert {each["metadata"]["namespace"] for each in bodies} == {namespace}
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies})
    flags = ("--server-side", "--dry-run=server", "--validate=strict", "-o", "name", "-f", "-")
    assert len(kubectl("apply", *flags, stdin=listed).split()) == len(bodies) > 30
