"""Retries in the engine's words. One attempt count serves user failures and losses of the platform alike."""

from __future__ import annotations

import math

from flyteops.model.digest import Json, JsonObject
from flyteops.model.entities import Backoff, Retries

FINAL_CODES = ("64", "81", "82", "83")
"""Exit codes that another attempt cannot mend: the engine's own failure to start the command, an exception that is
never retried, a value that does not match the interface, code that cannot be imported."""
PLATFORM_CODES = ("-1", "84", "86", "87")
"""Unknown (the pod is gone), store unreachable, stopped by a signal, lease lost."""
PLATFORM_BUDGET = 3


def retry_strategy(retries: Retries, *, code_known: bool = True) -> JsonObject:
    """User failures up to the limit; losses of the platform up to three more attempts. A limit is always there:
    without one the engine ignores the back-off. Of a step before the main one the engine tells no exit code
    (`code_known` is false): there an unknown one is the user's failure, and a pod that is gone has the status Error.
    """
    strategy: JsonObject = {
        "limit": str(retries.limit + PLATFORM_BUDGET),
        "retryPolicy": "Always",
        "expression": _expression(retries.limit, PLATFORM_CODES if code_known else PLATFORM_CODES[1:]),
    }
    if retries.backoff is not None:
        strategy["backoff"] = _backoff(retries.backoff)
    return strategy


def _expression(limit: int, lost_codes: tuple[str, ...]) -> str:
    lost = f"lastRetry.status == 'Error' || lastRetry.exitCode in {_listed(lost_codes)}"
    if limit == 0:
        return lost
    return f"{lost} || (asInt(retries) < {limit} && lastRetry.exitCode not in {_listed(FINAL_CODES)})"


def _listed(codes: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{code}'" for code in codes) + "]"


def _backoff(backoff: Backoff) -> JsonObject:
    # `cap` bounds one wait; `maxDuration` would bound all attempts together and cut later ones short.
    fields: dict[str, Json] = {"duration": _seconds(backoff.initial_s), "factor": _factor(backoff.factor)}
    if backoff.max_s is not None:
        fields["cap"] = _seconds(backoff.max_s)
    return fields


def _seconds(amount: float) -> str:
    return f"{max(1, math.ceil(amount))}s"


def _factor(factor: float) -> str:
    # The engine's factor is a whole number; rounding up never retries sooner than asked.
    return str(max(1, math.ceil(factor)))
