"""An apply of what is applied already reads one snapshot, takes no lease and writes nothing, however much it is."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from flyteops.adapters.registry_engine import SqlRegistry
from tests.conftest import git

WRITES = ("prepare", "take_lease", "release_lease", "intend", "publish", "intend_effects", "confirm_effect", "drop")
COUNT = 1000


def state_of(folder: Path) -> dict[str, str]:
    """Every file below a folder with its content and the time of its last change."""
    return {
        path.relative_to(folder).as_posix(): f"{sha256(path.read_bytes()).hexdigest()} {path.stat().st_mtime_ns}"
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


@pytest.mark.parametrize("ci", [False, True])
def test_a_thousand_unchanged_entities(ci: bool, make_project, run_cli, monkeypatch, tmp_path: Path) -> None:
    root = make_project(tmp_path / "nothing")
    (root / "pipelines").mkdir()
    (root / "src").mkdir()
    (root / "src" / "steps.py").write_text("def f(x: int = 1) -> int:\n    return x\n")
    tasks = "".join(f"  t{i}: {{function: 'steps:f'}}\n" for i in range(COUNT))
    (root / "pipelines" / "all.yaml").write_text(f"apiVersion: flyteops/v1\ntasks:\n{tasks}")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=many")
    assert run_cli(["apply", "-y"]).code == 0
    before = state_of(root / ".flyteops")
    called: Counter[str] = Counter()

    def counting(name: str):
        real = getattr(SqlRegistry, name)

        def method(*given, **named):
            called[name] += 1
            return real(*given, **named)

        return method

    for name in ("snapshot", *WRITES):
        monkeypatch.setattr(SqlRegistry, name, counting(name))
    if ci:
        monkeypatch.setenv("CI", "true")
    ended = run_cli(["apply", "-y", "-o", "json"])
    assert ended.code == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert (document["changed"], document["plan"]["unchanged"], document["plan"]["changes"]) == (False, COUNT, [])
    assert called == {"snapshot": 1}
    assert state_of(root / ".flyteops") == before
