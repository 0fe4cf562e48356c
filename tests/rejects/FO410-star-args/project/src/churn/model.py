def fit(*rows: int) -> float:
    return sum(rows)
