"""The numbers that a test of faults counts; `recording.py` keeps them when it is asked to."""

from __future__ import annotations

import pytest

from .counting import COUNTED, Counts


@pytest.fixture
def counts(request: pytest.FixtureRequest) -> Counts:
    """What the test counts."""
    return request.node.stash.setdefault(COUNTED, Counts())
