"""How one of the project's own tests ended."""

from __future__ import annotations

from dataclasses import dataclass

from flyteops.local.requests import RunResult
from flyteops.model.examples import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One output, or a place inside it, that is not what was expected; values as text."""

    path: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
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
