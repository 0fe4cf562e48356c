"""Helpers that no declaration names."""

FEE = 0.5


def with_fee(value: float) -> float:
    return round(value + FEE, 2)


def unrelated() -> int:
    return 7
