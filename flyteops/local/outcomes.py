"""How one of the project's own tests ended."""

from __future__ import annotations

from flyteops.local.requests import RunResult
from flyteops.model.examples import Example
from flyteops.model.frozen import frozen


@frozen
class Difference:
    """One output, or a place inside it, that is not what was expected; values as text."""

    path: str
    expected: str
    found: str


@frozen
class Outcome:
    """How one test ended: it passed when the run succeeded and nothing differs."""

    example: Example
    result: RunResult
    differences: tuple[Difference, ...]
    duration_s: float

    @property
    def passed(self) -> bool:
        """Whether all came out as expected."""
        return self.result.phase == "succeeded" and not self.differences
