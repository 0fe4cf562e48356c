def fit(rows: int = "ten") -> float:
    return 1 / int(rows)
