"""A line of churn."""

from __future__ import annotations


def fit(rows: int, verbose: bool = False) -> float:
    """Fits."""
    return float(rows)


def half(x: float) -> float:
    """Half of it."""
    return x / 2
