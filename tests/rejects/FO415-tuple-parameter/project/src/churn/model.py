def fit(size: tuple[int, int]) -> int:
    return size[0] * size[1]
