"""Writes docs/reliability.md from what `make faults` counted: promises, the tests that show them, seeds and numbers.

python tools/reliability.py [FOLDER]     the folder of FLYTEOPS_FAULTS_LOG; build/faults when it is left out
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
sys.path.insert(0, str(ROOT))

from tests.faults.promises import PROMISES, Promise, shown_by  # noqa: E402

HEAD = """\
# Reliability

Written by `tools/reliability.py` from a run of `make faults`: do not edit.

`flyteops` promises the following whatever is killed, cut off, full or restored. Each promise is shown by tests that are
part of `make test` with a short sample; `make faults FLYTEOPS_KILLS=10000` is the long run.
"""


def lines_of(folder: Path) -> list[dict]:
    """What every process of the run wrote; of a test that ran twice, the last line."""
    found: dict[str, dict] = {}
    for path in sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime):
        for line in path.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            found[told["test"]] = told
    return list(found.values())


def numbers(lines: Iterable[dict]) -> str:
    """The counts of some lines, added up."""
    counted: Counter[str] = Counter()
    for line in lines:
        counted.update(line["counts"])
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(counted.items()))


def outcome(lines: list[dict]) -> str:
    """How the cases of one test ended."""
    if not lines:
        return "not part of the run"
    ended = Counter(line["outcome"] for line in lines)
    cases = "1 case" if len(lines) == 1 else f"{len(lines)} cases"
    return (
        f"{cases} passed" if set(ended) == {"passed"} else ", ".join(f"{n} {how}" for how, n in sorted(ended.items()))
    )


def section(promise: Promise, lines: list[dict]) -> str:
    """One promise with its tests."""
    rows = [f"## {promise.id}: {promise.text}", "", "| test | result | counted |", "|---|---|---|"]
    for test in promise.tests:
        own = [line for line in lines if shown_by(line["test"], test)]
        rows.append(f"| `{test}` | {outcome(own)} | {numbers(own) or '–'} |")
    if promise.not_shown:
        rows += ["", f"Not shown: {promise.not_shown}"]
    return "\n".join(rows) + "\n"


def page(lines: list[dict], *, commit: str, machine: str, day: str) -> str:
    """The whole page."""
    asked = max((line["asked"] for line in lines), default=0)
    seeds = sorted({line["seed"] for line in lines if line["counts"]})
    spread = f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else "".join(map(str, seeds))
    seconds = sum(line["seconds"] for line in lines)
    failed = [line["test"] for line in lines if line["outcome"] == "failed"]
    facts = [
        f"- Command: `make faults{f' FLYTEOPS_KILLS={asked}' if asked else ''}`, seeds {spread}",
        f"- Commit `{commit}`, {day}, {machine}",
        f"- {len(lines):,} cases in {seconds / 60:,.0f} minutes of test time; {len(failed)} failed",
        f"- In all: {numbers(lines)}",
    ]
    told = [f"- failed: `{test}`" for test in failed]
    return "\n".join([HEAD, *facts, *told, "", *(section(promise, lines) for promise in PROMISES)])


def machine() -> str:
    """What the run was made on."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{os.cpu_count()} cores, {memory_gib:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def main(words: list[str]) -> int:
    folder = Path(words[0]) if words else ROOT / "build" / "faults"
    lines = lines_of(folder)
    if not lines:
        print(f"nothing was counted in {folder}: run `make faults` first", file=sys.stderr)
        return 1
    git = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    words = ["git", "status", "--porcelain", "flyteops", "tests"]
    changed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    commit = git.stdout.strip() + (" with changes" if changed else "")
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    PAGE.write_text(page(lines, commit=commit, machine=machine(), day=day), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)} from {len(lines)} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
