"""Plain functions over numbers."""


def large(x: int) -> str:
    """What is said of a large number."""
    return f"{x} is large"


def small(x: int) -> str:
    """What is said of a small one."""
    return f"{x} is small"


def zero_or_negative(x: int) -> str:
    """What is said of the rest."""
    return f"{x} is not positive"


def square(x: int) -> int:
    """A number times itself."""
    return x * x


def add(x: int, y: int = 1) -> int:
    """Two numbers together."""
    return x + y


def total(numbers: list[int]) -> int:
    """The sum."""
    return sum(numbers)


def reciprocal(x: int) -> float:
    """Fails for zero, as division does."""
    return 1 / x


def known(values: list[float | None]) -> list[float]:
    """The values that are there: where items may fail, a list holds optionals."""
    return [value for value in values if value is not None]


def count_to(n: int) -> list[int]:
    """The numbers from 1 to n."""
    return list(range(1, n + 1))


def product(a: float, b: float) -> float:
    """Two numbers multiplied."""
    return a * b
