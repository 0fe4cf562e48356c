"""What `--help` may import: start-up time is a list of modules, not a stopwatch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {"flyteops", "flyteops.cli", "flyteops.cli.main", "flyteops.cli.exits"}
HEAVY = {"asyncio", "concurrent.futures", "http.client", "importlib.metadata", "logging", "multiprocessing", "sqlite3"}
PROGRAM = """
import json, sys
before = set(sys.modules)  # a machine may plant its own: a sitecustomize, the finder of an editable install
sys.path.insert(0, sys.argv[1])
from flyteops.cli.main import main
code = main(["--help"])
print(json.dumps([code, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""


def test_help_imports_almost_nothing() -> None:
    command = [sys.executable, "-I", "-c", PROGRAM, str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, loaded = json.loads(done.stderr)
    assert code == 0
    ours = {name for name in loaded if name.partition(".")[0] == "flyteops"}
    foreign = {name.partition(".")[0] for name in loaded if not name.startswith(("_", "flyteops"))}
    assert ours == ALLOWED
    # Editable installs plant a finder of their own; it is no part of us.
    assert {name for name in foreign - sys.stdlib_module_names if "editable" not in name} == {"click"}
    assert sorted(HEAVY & set(loaded)) == []
