"""Whether a file of requirements says that flytekit is there."""

from __future__ import annotations

import pytest

from flyteops.compile.from_flyte import requires_flyte


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"flytekit", True),
        (b"pandas\nflytekit>=1\n", True),
        (b"union[x]==1  # for actors", True),
        (b'dependencies = ["a", "flytekit~=1.2"]', True),
        (b'  "union",\n', True),
        (b'union = "^0.1"', True),
        (b"flytekit ; python_version > '3'", True),
        (b"flytekit @ https://example.org/flytekit.whl", True),
        (b"flytekit-like", False),
        (b"# flytekit", False),
        (b"reunion\nunions", False),
        (b'description = "a union of sets"', False),
        (b"flytekitplugins-spark", False),
        (b"reunion[" * 50_000 + b" " * 100_000 + b"\n" * 100_000 + b"x," * 100_000, False),
    ],
)
def test_files_of_requirements(text: bytes, named: bool) -> None:
    assert requires_flyte(text) is named
