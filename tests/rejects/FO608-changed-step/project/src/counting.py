def one() -> int:
    return 1


def fail(x: int) -> int:
    raise ValueError(x)
