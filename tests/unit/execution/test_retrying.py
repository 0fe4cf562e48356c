from __future__ import annotations

import pytest

from flyteops.execution.retrying import SYSTEM_LIMIT, Tries, budget_of, wait_before_next
from flyteops.model.entities import Backoff, Retries


@pytest.mark.parametrize(
    ("code", "budget"),
    [
        (80, "user"), (81, "none"), (82, "none"), (83, "none"), (84, "system"), (85, "user"), (86, "system"),
        (137, "system"), (143, "system"), (134, "user"), (139, "user"), (1, "user"),
    ],
)  # fmt: skip
def test_each_exit_code_counts_against_one_budget(code: int, budget: str) -> None:
    assert budget_of(code) == budget


def test_the_users_limit_counts_further_attempts() -> None:
    retries = Retries(limit=2)
    waits = []
    tries = Tries()
    for _ in range(4):
        tries = tries.after(80)
        waits.append(wait_before_next(retries, tries, exit_code=80))
    assert waits == [0.0, 0.0, None, None]


def test_a_backoff_grows_to_its_maximum() -> None:
    retries = Retries(limit=9, backoff=Backoff(initial_s=10, factor=2, max_s=60))
    waits = [wait_before_next(retries, Tries(user=n), exit_code=80) for n in range(1, 6)]
    assert waits == [10, 20, 40, 60, 60]


def test_a_backoff_never_overflows() -> None:
    retries = Retries(limit=10_000, backoff=Backoff(initial_s=1, factor=10))
    assert wait_before_next(retries, Tries(user=5000), exit_code=80) == 7 * 86_400


def test_losses_of_the_platform_leave_the_users_budget_alone() -> None:
    tries = Tries()
    for _ in range(SYSTEM_LIMIT):
        tries = tries.after(137)
        assert wait_before_next(Retries(limit=0), tries, exit_code=137) is not None
    assert wait_before_next(Retries(limit=0), tries.after(137), exit_code=137) is None
    assert wait_before_next(Retries(limit=1), tries.after(80), exit_code=80) == 0.0


@pytest.mark.parametrize("code", [81, 82, 83])
def test_what_another_try_cannot_mend_is_not_tried_again(code: int) -> None:
    assert wait_before_next(Retries(limit=5), Tries().after(code), exit_code=code) is None
