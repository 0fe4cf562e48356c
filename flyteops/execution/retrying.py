"""Whether a failed attempt is tried again and when: decided from exit codes alone."""

from __future__ import annotations

from typing import Literal as OneOf

from flyteops.model.entities import Backoff, Retries
from flyteops.model.frozen import frozen

Budget = OneOf["user", "system", "none"]

SYSTEM_LIMIT = 3
"""Further attempts for losses that are not the user's (host gone, store away); they never use up `retries`."""
SYSTEM_BACKOFF = Backoff(initial_s=1.0, factor=2.0, max_s=30.0)
_SYSTEM_CODES = frozenset({84, 86, 87, 137, 143})
_NEVER_CODES = frozenset({81, 82, 83})


@frozen
class Tries:
    """Failed attempts of one node so far, the latest one included, by whose budget they count against."""

    user: int = 0
    system: int = 0

    def after(self, exit_code: int) -> Tries:
        """The count after one more attempt ended so."""
        match budget_of(exit_code):
            case "user":
                return Tries(user=self.user + 1, system=self.system)
            case "system":
                return Tries(user=self.user, system=self.system + 1)
            case _:
                return self


def budget_of(exit_code: int) -> Budget:
    """Whose budget an attempt that ended with this code counts against; `none` is never tried again."""
    if exit_code in _NEVER_CODES:
        return "none"
    return "system" if exit_code in _SYSTEM_CODES else "user"


def wait_before_next(retries: Retries, tries: Tries, *, exit_code: int) -> float | None:
    """Seconds to wait before the next attempt, or None when there is none; `tries` includes the failed attempt."""
    match budget_of(exit_code):
        case "user":
            return _backoff(retries.backoff, tries.user) if tries.user <= retries.limit else None
        case "system":
            return _backoff(SYSTEM_BACKOFF, tries.system) if tries.system <= SYSTEM_LIMIT else None
        case _:
            return None


def _backoff(backoff: Backoff | None, failed: int) -> float:
    if backoff is None:
        return 0.0
    try:
        wait = backoff.initial_s * backoff.factor ** (failed - 1)
    except OverflowError:
        wait = float("inf")
    # A week bounds a back-off without `max`: longer than that is never meant.
    return min(wait, backoff.max_s if backoff.max_s is not None else 7 * 86_400.0)
