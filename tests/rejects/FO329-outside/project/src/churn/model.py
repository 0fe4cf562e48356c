def fit(rows: int = 10) -> float:
    return 1 / rows
