from collections.abc import Iterator


def fit(rows: int) -> Iterator[float]:
    yield from range(rows)
