def fit() -> float:
    return 1.0
