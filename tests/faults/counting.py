"""What a test of faults did, in numbers: the page docs/reliability.md is made from them (tools/reliability.py)."""

from __future__ import annotations

import os
from collections import Counter

import pytest

LONG = int(os.environ.get("FLYTEOPS_KILLS", "0"))
PART = 500
SEED = int(os.environ.get("FLYTEOPS_SEED", "7"))


def parts(short: int) -> list[int]:
    """A long count in parts, which run side by side and need not be done again; one short part in the test run."""
    return [PART] * (-(-LONG // PART)) if LONG else [short]


COUNTED: pytest.StashKey[Counts] = pytest.StashKey()


class Counts:
    """Counts of one test."""

    def __init__(self, seed: int = SEED) -> None:
        self.seed = seed
        self.numbers: Counter[str] = Counter()

    def add(self, **numbers: int) -> None:
        self.numbers.update(numbers)
