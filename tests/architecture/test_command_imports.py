"""A command imports the rooms it needs and no others: each room costs milliseconds in every start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
from flyteops.cli.main import main
with contextlib.redirect_stdout(io.StringIO()):
    code = main(sys.argv[2:])
print(json.dumps([code, sorted(sys.modules)]))
"""
FILES = {
    "flyteops.yaml": "apiVersion: flyteops/v1\nproject: small\ncode: {roots: [src]}\ndeclarations: [pipelines]\n",
    "pipelines/one.yaml": "apiVersion: flyteops/v1\n"
    'workflows: {one: {nodes: {only: {task: "trivial:answer"}}, outputs: {o: $only}}}\n',
    "src/trivial.py": "def answer() -> int:\n    return 42\n",
}


@pytest.mark.parametrize(
    ("words", "strangers"),
    [
        (["plan", "-o", "json"], ["argo", "local", "runtime", "context", "types"]),
        (["run", "workflow/one", "-o", "json"], ["argo", "plan", "adapters.registry_sqlite", "reconcile"]),
    ],
)
def test_a_command_imports_no_room_it_does_not_need(words: list[str], strangers: list[str], tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    command = [sys.executable, "-I", "-c", PROGRAM, str(ROOT), *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    code, loaded = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    rooms = tuple(f"flyteops.{name}" for name in strangers)
    assert [name for name in loaded if name in rooms or name.startswith(tuple(f"{room}." for room in rooms))] == []
