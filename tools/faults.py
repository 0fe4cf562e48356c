"""Runs every test that a promise names, in parallel, counts into FLYTEOPS_FAULTS_LOG, and writes docs/reliability.md.

What passed before with the same FLYTEOPS_KILLS is left out, so that a run that was cut off goes on; the folder of the
log is taken away when the files are others or another number is asked for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTHING_LEFT = 5
"""What pytest ends with when every test was left out."""


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from tests.faults.promises import PROMISES, RUN_BY

    log = ROOT / os.environ.get("FLYTEOPS_FAULTS_LOG", "build/faults")
    os.environ["FLYTEOPS_FAULTS_LOG"] = str(log)
    _begin(log)
    named = {test.partition("::")[0] for promise in PROMISES for test in promise.tests}
    paths = [f"tests/{RUN_BY.get(path, path)}" for path in sorted(named) if not path.startswith("faults/")]
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(os.cpu_count() or 2), "-p", "no:randomly"]
    command += ["-p", "tests.faults.recording"]
    rc = subprocess.run([*command, "tests/faults", *paths], cwd=ROOT, check=False).returncode
    written = subprocess.run([sys.executable, "tools/reliability.py", str(log)], cwd=ROOT, check=False).returncode
    return (0 if rc == NOTHING_LEFT else rc) or written


def _begin(log: Path) -> None:
    """Forgets what was counted of another commit or for another number."""
    words = ["git", "diff", "HEAD", "--", "flyteops", "tests"]
    changed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
    git = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    given = [os.environ.get(name, "") for name in ("FLYTEOPS_KILLS", "FLYTEOPS_SEED")]
    now = " ".join([git.stdout.strip(), hashlib.sha256(changed).hexdigest(), *given]) + "\n"
    stamp = log / "begun"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != now:
        shutil.rmtree(log, ignore_errors=True)
        log.mkdir(parents=True)
        stamp.write_text(now, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
