"""A plugin for `make faults`: writes a line a test into FLYTEOPS_FAULTS_LOG, and leaves out what was done before.

Beside tests/faults it runs only what a promise names.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .counting import COUNTED, LONG, Counts
from .promises import PROMISES, shown_by

LOG = Path(os.environ["FLYTEOPS_FAULTS_LOG"]).resolve()
_NAMED = [test for promise in PROMISES for test in promise.tests]


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """A line for a test that ran or was skipped, at once: a run that is cut off has it."""
    if call.when == "teardown" or (call.when == "setup" and call.excinfo is None):
        return
    skipped = call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception)
    counted = item.stash.get(COUNTED, Counts())
    line = {
        "test": item.nodeid,
        "outcome": "skipped" if skipped else "failed" if call.excinfo else "passed",
        "seconds": round(call.duration, 2),
        "asked": LONG,
        "seed": counted.seed,
        "counts": dict(counted.numbers),
    }
    LOG.mkdir(parents=True, exist_ok=True)
    with (LOG / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what no promise names and what passed before."""
    done = _passed()
    gone = [item for item in items if item.nodeid in done or not _wanted(item.nodeid)]
    config.hook.pytest_deselected(items=gone)
    items[:] = [item for item in items if item not in set(gone)]


def _wanted(test: str) -> bool:
    return test.startswith("tests/faults/") or any(shown_by(test, named) for named in _NAMED)


def _passed() -> frozenset[str]:
    lines = (line for path in LOG.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines())
    told = [json.loads(line) for line in lines]
    return frozenset(line["test"] for line in told if line["outcome"] == "passed" and line["asked"] == LONG)
