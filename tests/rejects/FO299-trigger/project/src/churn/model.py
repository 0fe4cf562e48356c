def prep(rows: int = 10) -> int:
    return rows


def report(rows: int) -> None:
    pass
