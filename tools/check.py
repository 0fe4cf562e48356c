"""Runs the checks named on the command line, all of them even when one fails, and ends with what failed.

python tools/check.py lint types contracts tests
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS: dict[str, tuple[list[str], ...]] = {
    "lint": ([f"{BIN}/ruff", "check", "--quiet"], [f"{BIN}/ruff", "format", "--check", "--quiet"]),
    "types": ([f"{BIN}/mypy"],),
    "contracts": ([f"{BIN}/lint-imports", "--no-cache"],),
    # Two processes: the runner has two cores, and most of a test's time is spent waiting for git and workers.
    "tests": ([f"{BIN}/python", "-m", "pytest", "-q", "-n", "2"],),
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in CHECKS]
    if unknown or not names:
        print(f"usage: tools/check.py {' '.join(f'[{name}]' for name in CHECKS)}", file=sys.stderr)
        return 64
    failed: list[str] = []
    # What a developer's shell says about us or about git must not decide a test.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FLYTEOPS_", "GIT_"))}
    for name in names:
        for command in CHECKS[name]:
            shown = " ".join([Path(command[0]).name, *command[1:]])
            print(f"== {name}: {shown}", flush=True)
            began = time.monotonic()
            rc = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
            print(f"-- {name}: {'ok' if rc == 0 else f'exit {rc}'} in {time.monotonic() - began:.1f} s", flush=True)
            failed += [f"{name} ({shown}: exit {rc})"] if rc else []
    print("All checks pass." if not failed else "FAILED: " + "; ".join(failed), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
